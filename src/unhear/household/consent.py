"""A consent: whose, to what, by whom, how, when, on which notice; and what stands against one."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from unhear.household.words import PersonId, Purpose


class Lapse(StrEnum):
    """Why a consent counts no more until it is given anew; these words stand in the ledger."""

    METHOD = "something is disclosed now, which needs a stronger method"
    NOTICE = "the notice it rests on has changed"
    AGE = "the age it rests on must be told anew"
    OF_AGE = "the child came of age"


@dataclass(frozen=True, slots=True)
class Consent:
    """A dated permission for one person and one purpose.

    `person` may be `UNKNOWN_PERSON`: voices nobody has been named for. `by` gave it: a guardian, or
    the grown person whom it is about. `method` is how it was made sure who that was, and `result`
    what came of it; nothing else is kept of that. `notice` is the version of the notice that was
    shown, and `salt` what hides it in the ledger. `lapsed` says why it counts no more.
    """

    person: PersonId
    purpose: Purpose
    method: str
    given_at: datetime
    by: PersonId | None = None
    result: str = "verified"
    notice: str = ""
    salt: bytes = b""
    lapsed: Lapse | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """What `by` decides about somebody."""

    person: PersonId
    purposes: tuple[Purpose, ...]
    by: PersonId


@dataclass(frozen=True, slots=True)
class Objection:
    """That somebody who may decide says no: it stands against the consent of anybody else."""

    person: PersonId
    purpose: Purpose
    by: PersonId
    at: datetime


@dataclass(frozen=True, slots=True)
class Waiting:
    """A request for consent that waits for a guardian's answer; it does not wait long.

    `contact` is how they were reached; it goes with the request.
    """

    id: str
    choice: Choice
    method: str
    contact: str
    asked_at: datetime
    notice: str
