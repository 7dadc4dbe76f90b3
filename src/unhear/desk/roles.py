"""What each role may do at the desk, and for what it may ask; no more than its work needs.

Homes judge for themselves (`access/staff.cedar`); a test holds the two together.
"""

from collections.abc import Mapping
from enum import StrEnum

from unhear.household.staff import Role, StaffPurpose


class Operation(StrEnum):
    """What can be done at the desk by who is signed in."""

    ASK = "ask"
    LOOK = "look"
    APPROVE = "approve"
    SEE_OWN = "see own history"
    SEE_ALL = "see everybody's looks"
    MANAGE = "manage people"
    OWN_ACCOUNT = "own account"


_CONTENT = frozenset({Role.SUPPORT, Role.SAFETY, Role.RESEARCH})

RIGHTS: Mapping[Operation, frozenset[Role]] = {
    Operation.ASK: _CONTENT,
    Operation.LOOK: _CONTENT,
    Operation.SEE_OWN: _CONTENT,
    Operation.APPROVE: frozenset({Role.SAFETY, Role.RESEARCH}),
    Operation.SEE_ALL: frozenset({Role.AUDITOR}),
    Operation.MANAGE: frozenset({Role.OPERATOR}),
    Operation.OWN_ACCOUNT: frozenset(Role),
}

PURPOSES: Mapping[Role, tuple[StaffPurpose, ...]] = {
    Role.SUPPORT: (StaffPurpose.SUPPORT,),
    Role.SAFETY: (StaffPurpose.SAFETY, StaffPurpose.SUPPORT),
    Role.RESEARCH: (StaffPurpose.REVIEW, StaffPurpose.RESEARCH),
    Role.AUDITOR: (),
    Role.OPERATOR: (),
}

TWO_PEOPLE = frozenset({StaffPurpose.REVIEW, StaffPurpose.RESEARCH})
"""Purposes for which another member of staff must agree before a home is asked."""


def may(role: Role, operation: Operation) -> bool:
    """Whether somebody of that role may do that."""
    return role in RIGHTS[operation]
