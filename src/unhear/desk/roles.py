"""What each role may do at the desk, and for what it may ask; no more than its work needs."""

from collections.abc import Mapping
from enum import StrEnum


class Role(StrEnum):
    """What somebody's work is."""

    SUPPORT = "support"
    SAFETY = "safety"
    RESEARCH = "research"
    AUDITOR = "auditor"
    OPERATOR = "operator"


class Purpose(StrEnum):
    """What a recording is asked for."""

    SUPPORT = "support"
    SAFETY = "safety"
    REVIEW = "review"
    RESEARCH = "research"


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

PURPOSES: Mapping[Role, tuple[Purpose, ...]] = {
    Role.SUPPORT: (Purpose.SUPPORT,),
    Role.SAFETY: (Purpose.SAFETY, Purpose.SUPPORT),
    Role.RESEARCH: (Purpose.REVIEW, Purpose.RESEARCH),
    Role.AUDITOR: (),
    Role.OPERATOR: (),
}

TWO_PEOPLE = frozenset({Purpose.REVIEW, Purpose.RESEARCH})
"""Purposes for which another member of staff must agree before a home is asked."""


def may(role: Role, operation: Operation) -> bool:
    """Whether somebody of that role may do that."""
    return role in RIGHTS[operation]
