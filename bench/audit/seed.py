"""A household's year, through the house's own code with a clock that is set.

What happens depends on the household's number alone. Nothing in it breaks a rule: what looks like a
breach and is none (a hold, somebody's removal, a consent given anew) is in it on purpose.
"""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from unittest.mock import patch

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from tests import home as homes
from tests.home import PASSPHRASE, Home, SetClock
from tests.house.grants import grants_of, sealed_anew

from unhear import clock
from unhear.answer.registry import Skills, find_skills
from unhear.forget.errors import HeldBack
from unhear.house import setup
from unhear.house.grants import Terms
from unhear.house.looks import Looks
from unhear.house.setup import SetupPlan, set_up
from unhear.household.consent import Choice
from unhear.household.hold import Hold
from unhear.household.methods import Verified
from unhear.household.scope import Scope
from unhear.household.words import PersonId, PersonKind, Purpose, TraceId
from unhear.keep import identity
from unhear.prove.notes import KeyKind, Note, Signer
from unhear.prove.witnessing import Standing, Watched
from unhear.settings import Settings
from unhear.stores.witness_record import WitnessRecord

YEAR = timedelta(days=365)
SOUND = b"RIFF" + bytes(range(256)) * 4
WORDS = "what is the weather like"
TERMS = Terms("a neighbour", "a parcel", 2)


@cache
def skills(language: str = "en") -> Skills:
    """Read them once: that costs more than a household's year."""
    return find_skills(language)


@contextmanager
def quickly(at: SetClock) -> Iterator[None]:
    """Let a house be made at a moment, without what it costs to guess a passphrase."""
    with (
        patch.object(clock, "now", at),
        patch.object(identity, "SCRYPT_LOG_N", 4),
        patch.object(setup, "find_skills", skills),
        patch.object(homes, "find_skills", skills),
    ):
        yield


def live(folder: Path, number: int, until: datetime) -> Home:
    """Let household `number` live in a folder for a year until a moment, and answer it."""
    chance = random.Random(number)  # noqa: S311 - a story, no secret
    at = SetClock(until.astimezone(UTC) - YEAR)
    settings = Settings(house=folder)
    plan = SetupPlan("Home", "Ada", ("Jo",), ("Mia",), keep=True, keep_children=True)
    with quickly(at):
        set_up(settings, plan, PASSPHRASE)
        home = Home(settings, at)
        people = {person.kind: person.id for person in home.household.people}
        _first_half(home, people, number, chance)
        at.at = until - timedelta(days=20)
        home.sweeper.accept_clock()
        _last_weeks(home, people, number, chance)
        at.at = until
        home.sweeper.accept_clock()
        home.sweeper.sweep()
    home.ledger.wait()
    if number % 3 == 0:
        with home.db.reading() as transaction:
            note = home.ledger.checkpoint(transaction)
        witness(home, note)
    return home


def _first_half(
    home: Home, people: dict[PersonKind, PersonId], number: int, chance: random.Random
) -> None:
    """Keep, learn and forget; change consents; let the rest expire."""
    adult, child = people[PersonKind.ADULT], people[PersonKind.CHILD]
    for _ in range(3):
        home.clock.pass_time(days=chance.uniform(1, 3))
        home.keep(WORDS, person=chance.choice([adult, child]), sound=SOUND, days=30)
    taught = home.learn(WORDS, person=adult)
    home.forgetter.forget(home.id, Scope(recordings=frozenset({home.keep(sound=SOUND)})))
    if number % 2:
        home.forgetter.forget(home.id, Scope(person=adult, purpose=Purpose.IMPROVE))
    if number % 4 == 0:
        allow(home, adult, adult, Purpose.IMPROVE)
        home.learn("turn on the light", of=taught, person=adult)
        home.consents.stop(adult, Purpose.IMPROVE, adult)
    if number % 5 == 0:
        home.consents.stop(child, Purpose.KEEP, people[PersonKind.GUARDIAN])
        home.clock.pass_time(days=1)
        allow(home, child, people[PersonKind.GUARDIAN], Purpose.KEEP)
    if number % 7 == 0:
        visitor = home.family.add("Kim", PersonKind.GUEST).id
        allow(home, visitor, people[PersonKind.GUARDIAN], Purpose.KEEP)
        home.keep(person=visitor, sound=SOUND)
        home.family.remove(visitor)


def _last_weeks(
    home: Home, people: dict[PersonKind, PersonId], number: int, chance: random.Random
) -> None:
    """Keep, share, look, hold and forget."""
    guardian, child = people[PersonKind.GUARDIAN], people[PersonKind.CHILD]
    kept = [home.keep(WORDS, person=person, sound=SOUND) for person in (guardian, child, child)]
    looks_of(home).take(guardian, kept[:2])
    if number % 4 == 1:
        grant = share(home, kept[0], guardian)
        home.clock.pass_time(days=chance.uniform(0.1, 1.5))
        grants_of(home).open(grant)
    if number % 6 == 2:  # noqa: PLR2004 - some households
        _hold(home, kept[1])
    home.clock.pass_time(days=2)
    home.forgetter.forget(home.id, Scope(recordings=frozenset({kept[2]})))
    if number % 8 == 3:  # noqa: PLR2004 - some households
        home.forgetter.forget(home.id, Scope(person=guardian, words_only=True))


def _hold(home: Home, recording: TraceId) -> None:
    """Hold a recording for four days in which somebody asks that it be forgotten."""
    now = home.clock()
    scope = Scope(recordings=frozenset({recording}))
    hold = Hold(scope, "District court, 12 C 345", "N. N.", now, now + timedelta(days=4))
    home.holds.agree(home.holds.ask(hold), "M. M.")
    try:
        home.forgetter.forget(home.id, scope)
    except HeldBack:
        home.clock.pass_time(days=5)
        home.holds.end_due()
        home.forgetter.resume(home.id)


def allow(home: Home, person: PersonId, by: PersonId, *purposes: Purpose) -> None:
    """Note a consent that was given at the terminal."""
    home.consents.give(Choice(person, purposes, by), Verified("terminal"))


def looks_of(home: Home) -> Looks:
    """Answer the looks of a household."""
    return Looks(
        database=home.db,
        keeper=home.roots,
        ledger=home.ledger,
        household=home.id,
        clock=home.clock,
    )


def share(home: Home, recording: TraceId, by: PersonId) -> TraceId:
    """Share a recording by a link, and answer the grant."""
    _, anew = sealed_anew(home, [home.catalogue.parts(recording)[0]])
    return grants_of(home).make(by, recording, anew, TERMS).id


WITNESS = Signer(
    "witness.example", KeyKind.COSIGNATURE, Ed25519PrivateKey.from_private_bytes(bytes(32))
)


def witness(home: Home, note: Note) -> None:
    """Let a witness cosign a checkpoint, and the house remember it."""
    seconds = int(home.clock().timestamp())
    watched = Watched({WITNESS.verifier: Standing(1)}, WITNESS.cosign(note, seconds))
    WitnessRecord(home.settings.witness_file).update(lambda _: watched)
    (home.settings.house / "settings.toml").write_text(
        f'[[witnesses]]\nurl = "https://witness.example"\nkey = "{WITNESS.verifier}"\n'
    )
