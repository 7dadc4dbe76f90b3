"""Ask the rules in `staff.cedar` whether a member of staff may do something.

It knows no house: a home asks before it does anything, and a test holds to it what a desk offers.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from cedarpy import PolicySet, is_authorized

from unhear.household.staff import Colleague, Reason, Staff

RULES = Path(__file__).parent / "staff.cedar"
DEFAULT = "what no rule permits is forbidden"
BROKEN = "a rule could not be applied"


class Operation(StrEnum):
    """What can be asked of a home; `GRANT` is a guardian's part, in a member's favour."""

    ASK = "ask"
    REQUESTS = "requests"
    GRANT = "grant"
    HEADERS = "headers"
    PAYLOAD = "payload"
    GIVE_BACK = "give_back"
    COUNTS = "counts"


@dataclass(frozen=True, slots=True)
class Asked:
    """A request: whose it is and why; whether whoever is heard consents to being reviewed."""

    staff: Staff
    reason: Reason
    consented: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Granted(Asked):
    """What a guardian granted: until when, and whether a look at it was stated already."""

    until: datetime
    looked: bool


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether something is allowed; `rules` are the names of those that decided."""

    allowed: bool
    rules: tuple[str, ...]


def judge(
    staff: Staff, operation: Operation, about: Asked | None, now: datetime, *, rules: str = ""
) -> Verdict:
    """Judge what a member of staff wants of a request or a grant, or of the home (None).

    `rules` stands in for those of the file. A rule that cannot be applied forbids: Cedar would pass
    it by, and it may be one that forbids.
    """
    answer = is_authorized(
        {
            "principal": 'Staff::"asks"',
            "action": f'Action::"{operation}"',
            "resource": f'{_kind(about)}::"it"',
            "context": {"now": _seconds(now)},
        },
        PolicySet.from_str(rules) if rules else _rules(),
        [_entity("Staff", "asks", _who(staff)), _entity(_kind(about), "it", _what(about))],
    )
    named = answer.diagnostics.id_annotations_by_reason
    decided = tuple(sorted(named[one] for one in answer.diagnostics.reasons))
    if answer.diagnostics.errors:
        return Verdict(allowed=False, rules=(BROKEN, *decided))
    return Verdict(answer.allowed, decided or (DEFAULT,))


def _kind(about: Asked | None) -> str:
    if about is None:
        return "Home"
    return "Grant" if isinstance(about, Granted) else "Request"


def _who(staff: Staff) -> dict[str, Any]:
    return {"id": staff.id, "role": staff.role.value, "recipient": staff.recipient}


def _what(about: Asked | None) -> dict[str, Any]:
    if about is None:
        return {}
    fields: dict[str, Any] = {
        "staff": about.staff.id,
        "recipient": about.staff.recipient,
        "purpose": about.reason.purpose.value,
        "hours": about.reason.hours,
        "consented": about.consented,
    }
    if (second := about.reason.second) is not None:
        fields["second"] = _second(second)
    if isinstance(about, Granted):
        fields |= {"until": _seconds(about.until), "looked": about.looked}
    return fields


def _second(second: Colleague) -> dict[str, Any]:
    return {"id": second.id, "role": second.role.value}


def _entity(kind: str, name: str, attributes: dict[str, Any]) -> dict[str, Any]:
    return {"uid": {"type": kind, "id": name}, "attrs": attributes, "parents": []}


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())


@cache
def _rules() -> PolicySet:
    return PolicySet.from_str(RULES.read_text())
