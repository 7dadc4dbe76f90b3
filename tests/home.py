"""A house's lower half, put together for tests: real database, files, keys and ledger."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, text

from tests import back_ends
from tests.learn.lessons import lesson, teach
from unhear.answer.registry import find_skills
from unhear.engines.music import music_pieces
from unhear.engines.voice import PiperVoice
from unhear.forget.engine import Forgetter
from unhear.forget.holder import Holder, Place
from unhear.forget.holds import Holds
from unhear.forget.mirror import Copies
from unhear.forget.roots import RootKeeper
from unhear.forget.sweeper import Sweeper
from unhear.forget.traces import new_trace_id
from unhear.house.ages import Ages
from unhear.house.changes import Changes
from unhear.house.consents import Consents
from unhear.house.conversation import Conversation
from unhear.house.family import Family
from unhear.house.own_household import own_household
from unhear.house.rooms import Switchboard
from unhear.house.setup import SetupPlan, set_up
from unhear.house.standing import practice_of, settling
from unhear.household.family import Household
from unhear.household.policy import Remembering
from unhear.household.words import DeviceId, HouseholdId, PersonId, TraceId, Utterance
from unhear.keep.age import Recipient
from unhear.keep.catalogue import Catalogue
from unhear.keep.identity import WrappedIdentity
from unhear.keep.memory import SkillMemory
from unhear.keep.moments import Moments
from unhear.keep.payloads import PayloadHolder, Payloads
from unhear.keep.unwritten import Unwritten
from unhear.learn.learned import SealedLearned
from unhear.prove.ledger import Ledger
from unhear.settings import Settings
from unhear.stores.choose_database import HouseDatabase, open_database
from unhear.stores.keepers.file import FileRootKeeper
from unhear.stores.log_files import open_ledger
from unhear.stores.payloads import FilePayloads

PASSPHRASE = "correct horse battery staple"
NOON = datetime(2026, 3, 14, 12, 0, tzinfo=UTC)
WORDS = "Fetch the purple wheelbarrow"
SOUND = b"RIFF" + bytes(range(256)) * 40


@dataclass
class SetClock:
    """A clock that stands still until it is told to move."""

    at: datetime = NOON

    def __call__(self) -> datetime:
        return self.at

    def pass_time(self, *, seconds: float = 0, days: float = 0) -> None:
        self.at += timedelta(days=days, seconds=seconds)


@dataclass
class Home:
    """The parts of one house."""

    settings: Settings
    clock: SetClock = field(default_factory=SetClock)
    keeper: RootKeeper | None = None
    database: HouseDatabase | None = None
    payloads: Payloads | None = None
    copies: Copies | None = None

    def __post_init__(self) -> None:
        self.db = self.database or open_database(self.settings)
        self.roots = self.keeper or FileRootKeeper(self.settings.root_folder)
        self.blobs: Payloads = self.payloads or FilePayloads(self.settings.payload_folder)
        self.ledger: Ledger = open_ledger(self.settings.log_key_file, self.settings.ledger_folder)
        self.conversation = Conversation(self.clock)
        self.rooms = Switchboard(PiperVoice, music_pieces, self.clock)
        self.unwritten = Unwritten(self.db, self.roots, self.clock)
        self.moments = Moments(self.clock)
        holders: Sequence[Holder] = [
            PayloadHolder(self.blobs),
            self.conversation,
            self.rooms,
            self.unwritten,
            self.moments,
        ]
        self.learned = SealedLearned()
        self.forgetter = Forgetter(
            database=self.db,
            keeper=self.roots,
            ledger=self.ledger,
            holders=holders,
            learned=self.learned,
            clock=self.clock,
            copies=self.copies,
        )
        if self.settings.database is not None:
            OPENED.append(self)
        with self.db.reading() as transaction:
            row = own_household(self.settings, transaction)
        self.holds = Holds(
            database=self.db,
            keeper=self.roots,
            ledger=self.ledger,
            household=row.id,
            clock=self.clock,
        )
        self.sweeper = Sweeper(
            database=self.db,
            keeper=self.roots,
            forgetter=self.forgetter,
            holds=self.holds,
            household=row.id,
            clock=self.clock,
        )
        self.identity = WrappedIdentity.from_bytes(row.identity)
        self.id: HouseholdId = row.id
        self.catalogue = Catalogue(
            database=self.db,
            keeper=self.roots,
            payloads=self.blobs,
            household=row.id,
            recipient=Recipient.parse(row.recipient),
            moments=self.moments,
        )

        self.practice = practice_of(self.settings, find_skills())
        self.changes = Changes(
            database=self.db,
            keeper=self.roots,
            ledger=self.ledger,
            forgetter=self.forgetter,
            household=row.id,
            clock=self.clock,
            settle=settling(lambda: self.practice, self.clock),
        )
        self.family = Family(
            changes=self.changes, forgetter=self.forgetter, household=row.id, clock=self.clock
        )
        self.ages = Ages(
            changes=self.changes,
            family=self.family,
            forgetter=self.forgetter,
            practice=lambda: self.practice,
            clock=self.clock,
        )
        self.consents = Consents(
            changes=self.changes,
            forgetter=self.forgetter,
            practice=lambda: self.practice,
            clock=self.clock,
        )

    @property
    def household(self) -> Household:
        return self.family.read()

    def sql(self, statement: str, **values: object) -> list[tuple[Any, ...]]:
        """Do to the database what an administrator could; answer the rows there are."""
        with self.db.writing() as transaction:
            connection: Connection = vars(transaction)["_connection"]
            done = connection.execute(text(statement), values)
            if not done.returns_rows:
                assert done.rowcount == 1
                return []
            return [tuple(row) for row in done]

    def at_rest(self) -> bytes:
        """Answer all that lies on the disk of the database, journals too."""
        if self.settings.database is not None:
            return back_ends.shards().server.at_rest()
        self.db.tidy()
        return self.settings.database_file.read_bytes()

    def close(self) -> None:
        self.ledger.wait()
        self.db.close()

    def keep(
        self,
        words: str = WORDS,
        *,
        device: str = "kitchen",
        person: str = "unknown",
        days: int = 30,
        sound: bytes = SOUND,
        heard_at: datetime | None = None,
    ) -> TraceId:
        heard = heard_at or self.clock()
        utterance = Utterance(
            of=new_trace_id(),
            heard_at=heard,
            device=DeviceId(device),
            person=PersonId(person),
            seconds=2.0,
        )
        return self.catalogue.keep(
            wav=sound,
            transcript=words,
            utterance=utterance,
            keep_until=heard + timedelta(days=days),
        )

    def learn(
        self,
        words: str = WORDS,
        *,
        of: TraceId | None = None,
        person: str = "unknown",
        with_others: Sequence[Utterance] = (),
    ) -> TraceId:
        """Learn which words were said, for 30 days."""
        spoken = Utterance(
            of or new_trace_id(), self.clock(), DeviceId("kitchen"), PersonId(person)
        )
        until = spoken.heard_at + timedelta(days=30)
        teach(self.db, self.roots, self.id, lesson(spoken, until, words, with_others))
        return spoken.of

    def memory(
        self, of: TraceId, skill: str = "shopping_list", person: str = "unknown"
    ) -> SkillMemory:
        request = Utterance(
            of=of, heard_at=self.clock(), device=DeviceId("kitchen"), person=PersonId(person)
        )
        return SkillMemory(
            database=self.db,
            keeper=self.roots,
            forgetter=self.forgetter,
            household=self.id,
            skill=skill,
            remembers="what tests remember",
            request=request,
            remembering=Remembering(timedelta(days=365)),
            unwritten=self.unwritten,
            clock=self.clock,
        )


OPENED: list[Home] = []
"""The homes of the test at hand that are on a server, closed when it is over."""

PLAN = SetupPlan(name="Home", guardian="Sam", keep=True)


def make_home(folder: Path, plan: SetupPlan = PLAN, **parts: object) -> Home:
    """Set up a house in `folder` and open its lower half."""
    back_ends.CURRENT.prepare(folder)
    settings = Settings(house=folder)
    set_up(settings, plan, PASSPHRASE)
    return Home(Settings(house=folder), **parts)  # type: ignore[arg-type] # the test's own parts


__all__ = ["NOON", "PASSPHRASE", "SOUND", "WORDS", "Home", "Place", "SetClock", "make_home"]
