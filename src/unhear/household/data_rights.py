"""Requests that an authorised agent makes for somebody, or a visitor whom a camera filmed.

An agent says whose data it means (Data Rights Protocol 1.0, section 3); nobody here believes that.
A visitor says when they were there. Every request stands for a guardian to decide.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from unhear.household.scope import Scope
from unhear.household.words import DeviceId, PersonId, TraceId

REQUEST_DAYS = 45
"""How long a guardian has (CCPA, section 1798.130), and how long a request is kept at all."""


class Right(StrEnum):
    """What can be asked for."""

    ACCESS = "access"
    DELETION = "deletion"


class Status(StrEnum):
    """How far a request is, in the protocol's words."""

    IN_PROGRESS = "in_progress"
    FULFILLED = "fulfilled"
    DENIED = "denied"
    REVOKED = "revoked"
    EXPIRED = "expired"


class Denial(StrEnum):
    """Why a guardian says no, in the protocol's words."""

    NO_MATCH = "no_match"
    SUSPECTED_FRAUD = "suspected_fraud"
    INSUFFICIENT = "insuf_verification"
    NOT_COVERED = "claim_not_covered"
    JURISDICTION = "outside_jurisdiction"
    TOO_MANY = "too_many_requests"
    OTHER = "other"


VISITOR = "visitor"
"""Who asks where no agent does: somebody whom a camera filmed."""


@dataclass(frozen=True, slots=True)
class Visit:
    """When a visitor was before a camera; `since` is inclusive and `until` exclusive."""

    camera: DeviceId
    since: datetime
    until: datetime


class RequestClosed(Exception):
    """What is wanted of a request can no longer be done: it is decided, taken back or too old."""


@dataclass(frozen=True, slots=True)
class DataRequest:
    """One request. `claims` is who the agent says it is for, `visit` when a visitor was there.

    Both go when it is closed.

    `digest` names the signed message, so that it is taken once only; `agreed` says that a guardian
    said yes and it is being done; `erasure` is the id in the receipt of what was erased.
    """

    id: TraceId
    agent: str
    right: Right
    received_at: datetime
    digest: bytes
    agent_request_id: str | None = None
    claims: Mapping[str, str] = field(default_factory=dict)
    state: Status = Status.IN_PROGRESS
    denial: Denial | None = None
    agreed: bool = False
    erasure: str | None = None
    visit: Visit | None = None

    def scope(self, person: PersonId | None) -> Scope:
        """Answer what a deletion takes: a visit, or everything of a person or of everybody."""
        if self.visit is None:
            return Scope(person=person)
        return Scope(device=self.visit.camera, since=self.visit.since, until=self.visit.until)

    @property
    def expires_at(self) -> datetime:
        """When it is gone, decided or not."""
        return self.received_at + timedelta(days=REQUEST_DAYS)

    def status(self, now: datetime) -> Status:
        """Answer how far it is."""
        late = self.state is Status.IN_PROGRESS and now >= self.expires_at
        return Status.EXPIRED if late else self.state

    def is_open(self, now: datetime) -> bool:
        """Whether something is still to be done about it."""
        return self.status(now) is Status.IN_PROGRESS

    def agree(self, now: datetime) -> "DataRequest":
        """Answer it as a guardian agreed to it. Raises `RequestClosed`."""
        self._need(self.is_open(now))
        return replace(self, agreed=True)

    def fulfil(self, now: datetime, erasure: str | None = None) -> "DataRequest":
        """Answer it as done. Raises `RequestClosed`."""
        self._need(self.is_open(now) and self.agreed)
        return replace(self, state=Status.FULFILLED, erasure=erasure, claims={}, visit=None)

    def deny(self, now: datetime, why: Denial) -> "DataRequest":
        """Answer it as refused. Raises `RequestClosed`."""
        self._need(self.is_open(now))
        return replace(self, state=Status.DENIED, denial=why, claims={}, visit=None)

    def revoke(self, now: datetime) -> "DataRequest":
        """Answer it as taken back by the agent. Raises `RequestClosed`, also once agreed to."""
        self._need(self.is_open(now) and not self.agreed)
        return replace(self, state=Status.REVOKED, claims={})

    def _need(self, possible: bool) -> None:  # noqa: FBT001 - reads as a sentence
        if not possible:
            raise RequestClosed("this request is decided already, or no longer open")
