"""Staff of whoever runs the house for a family: who asks to see or hear recordings, and who looked.

A family that runs its house itself has no staff.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from unhear.household.words import DeviceId, PersonId, TraceId

HOURS_MAX = 72
"""For how long a guardian lets staff open something, at most."""

WAITS = timedelta(days=7)
"""How long a request waits for a guardian; then it is over."""


class Role(StrEnum):
    """What somebody does for the operator."""

    SUPPORT = "support"
    SAFETY = "safety"
    RESEARCH = "research"
    AUDITOR = "auditor"
    OPERATOR = "operator"


class StaffPurpose(StrEnum):
    """What staff want to look for."""

    SUPPORT = "support"
    SAFETY = "safety"
    REVIEW = "review"
    RESEARCH = "research"


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody of the staff, as the desk names them: an opaque id, a name and a role."""

    id: str
    name: str
    role: Role


@dataclass(frozen=True, slots=True)
class Staff(Colleague):
    """Who asks; what is granted opens with the secret key of `recipient` (age1...) alone."""

    recipient: str


class AccessState(StrEnum):
    """How far a request has come."""

    WAITING = "waiting"
    GRANTED = "granted"
    REFUSED = "refused"
    OVER = "over"


class AccessClosed(Exception):
    """A request is decided, or over, and cannot be decided any more."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for: recordings by their ids, or all from a time, of one device or of any."""

    recordings: frozenset[TraceId] | None = None
    since: datetime | None = None
    until: datetime | None = None
    device: DeviceId | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    """Why somebody asks: for what, under which ticket, in their own words, for how many hours.

    `second` is the other person who agrees that it is needed, where one is.
    """

    purpose: StaffPurpose
    ticket: str
    why: str
    hours: int
    second: Colleague | None = None


@dataclass(frozen=True, slots=True)
class AccessRequest:
    """A request of a member of staff, as it stands.

    `word` is what the guardian who refused it says; `until` when what was granted ends.
    """

    id: TraceId
    staff: Staff
    reason: Reason
    wanted: Wanted
    asked_at: datetime
    decision: AccessState = AccessState.WAITING
    decided_at: datetime | None = None
    by: PersonId | None = None
    word: str = ""
    grants: tuple[TraceId, ...] = ()
    until: datetime | None = None

    def state(self, now: datetime) -> AccessState:
        """Answer how far it has come at this moment."""
        late = self.decision is AccessState.WAITING and now >= self.asked_at + WAITS
        ended = self.decision is AccessState.GRANTED and self.until is not None
        if late or (ended and self.until is not None and now >= self.until):
            return AccessState.OVER
        return self.decision

    def grant(
        self, now: datetime, by: PersonId, grants: tuple[TraceId, ...], until: datetime
    ) -> "AccessRequest":
        """Answer it as granted. Raises `AccessClosed`."""
        self._must_wait(now)
        return replace(
            self, decision=AccessState.GRANTED, decided_at=now, by=by, grants=grants, until=until
        )

    def refuse(self, now: datetime, by: PersonId, word: str) -> "AccessRequest":
        """Answer it as refused. Raises `AccessClosed`."""
        self._must_wait(now)
        return replace(self, decision=AccessState.REFUSED, decided_at=now, by=by, word=word)

    def end(self) -> "AccessRequest":
        """Answer it as over, whatever it was."""
        return replace(self, decision=AccessState.OVER)

    def _must_wait(self, now: datetime) -> None:
        if self.state(now) is not AccessState.WAITING:
            raise AccessClosed("this request is decided already, or over")


@dataclass(frozen=True, slots=True)
class StaffTerms:
    """What stands in a grant to staff: for whom, and why; `request` is what it answers."""

    staff: Staff
    reason: Reason
    request: TraceId


@dataclass(frozen=True, slots=True)
class StaffLook:
    """That a member of staff opened a recording, for guardians to read when the grant is gone.

    `seconds` is how long the recording is, `entry` where the look stands in the ledger.
    """

    id: TraceId
    at: datetime
    staff: Colleague
    operator: str
    purpose: StaffPurpose
    ticket: str
    recording: TraceId
    device: DeviceId
    seconds: float
    filmed: bool
    entry: int
