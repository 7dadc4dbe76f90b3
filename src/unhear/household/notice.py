"""What a notice to parents must state, as facts: their version, and which change is material.

The texts are made from these facts, and these are read from what the house enforces. Sources: 16
CFR 312.4 and 312.10 for what is stated, 312.5(a)(1) for what a material change means.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from enum import StrEnum
from hashlib import sha256

from unhear.household.retention import DeviceKind
from unhear.household.words import PersonKind, Purpose


class Gets(StrEnum):
    """What somebody outside the house gets."""

    WORDS = "words"
    COMMANDS = "commands"
    EVENTS = "events"
    PLACE = "place"
    SEALED = "sealed copies"
    HEADS = "heads of the log"
    NUMBERS = "numbers"
    GRANTED = "granted recordings"


class Category(StrEnum):
    """What somebody outside the house is."""

    ANSWERS = "answers"
    WEATHER = "weather"
    HOME = "home control"
    STORAGE = "storage"
    WITNESS = "witness"
    FLEET = "fleet"
    STAFF = "staff"


@dataclass(frozen=True, slots=True, order=True)
class Recipient:
    """Somebody outside the house who gets something, where the settings say so.

    `connector` is what sends it, `identity` where it goes: a host, or a place for copies.
    """

    connector: str
    identity: str
    category: Category
    gets: Gets

    @property
    def personal(self) -> bool:
        """Whether what is sent is anybody's, sealed or not."""
        return self.gets is not Gets.HEADS

    @property
    def discloses(self) -> bool:
        """Whether somebody outside can read what is sent.

        What a guardian grants, recording by recording, is a guardian's own doing.
        """
        return self.gets not in (Gets.SEALED, Gets.HEADS, Gets.GRANTED)


@dataclass(frozen=True, slots=True, order=True)
class Stay:
    """For how many days at most something stays: why, of whom, heard by what.

    `person` is None for voices nobody was named for.
    """

    purpose: Purpose
    person: PersonKind | None
    device: DeviceKind
    days: int


@dataclass(frozen=True, slots=True, order=True)
class Filmed:
    """What a camera that is on keeps: for how many days at most, and whether with sound."""

    indoors: bool
    hears: bool
    days: int


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything a notice states. `needs` are an operator's words for why it needs a purpose.

    `waiting_days` is how long a request for consent waits, `unwritten_days` how long what nobody
    consented to keep stays in memory, `horizon_days` how long copies open what was forgotten.
    """

    profile: str
    contact: tuple[str, ...]
    purposes: tuple[Purpose, ...]
    stays: tuple[Stay, ...]
    recipients: tuple[Recipient, ...]
    methods: tuple[str, ...]
    needs: tuple[tuple[str, str], ...]
    age_of_consent: int
    child_profile_days: int
    waiting_days: int
    unwritten_days: int
    horizon_days: int
    filmed: tuple[Filmed, ...] = ()

    @property
    def version(self) -> str:
        """The SHA-256, in hex, of the facts in canonical form: JSON with sorted names."""
        facts = asdict(self)
        if not self.filmed:
            del facts[
                "filmed"
            ]  # versions of houses without cameras are what they were before these
        text = json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return sha256(text.encode()).hexdigest()

    @property
    def discloses(self) -> bool:
        """Whether anybody outside the house is sent something they can read."""
        return any(recipient.discloses for recipient in self.recipients)


def material_changes(old: Facts, new: Facts) -> tuple[str, ...]:
    """Answer what a parent who saw the old facts did not consent to, for a child; empty if nothing.

    A new purpose, a longer stay, or somebody else who gets something; less of any is none. Nor is
    film: guardians decide about each camera by itself, and no consent to anything else covers it.
    """
    return tuple(_changes(old, new))


def _changes(old: Facts, new: Facts) -> Iterator[str]:
    for purpose in new.purposes:
        if purpose not in old.purposes:
            yield f"a new purpose: {purpose}"
    known = {_about(stay): stay.days for stay in old.stays}
    for stay in new.stays:
        if stay.person is PersonKind.CHILD and stay.days > known.get(_about(stay), 0):
            yield f"a longer stay: {stay.purpose}, {stay.device}, {stay.days} days"
    for name in ("child_profile_days", "waiting_days", "unwritten_days", "horizon_days"):
        if getattr(new, name) > getattr(old, name):
            yield f"a longer stay: {name.replace('_', ' ')} {getattr(new, name)}"
    for recipient in new.recipients:
        if recipient not in old.recipients:
            yield f"a new recipient: {recipient.identity} ({recipient.category})"


def _about(stay: Stay) -> tuple[Purpose, PersonKind | None, DeviceKind]:
    return stay.purpose, stay.person, stay.device
