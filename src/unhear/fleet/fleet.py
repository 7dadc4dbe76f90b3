"""One fleet, open: what its homes ask of it, and what it does by itself."""

from collections.abc import Callable, Collection
from datetime import timedelta
from hashlib import sha256
from typing import TypeVar

from unhear import clock
from unhear.clock import Clock, random_bytes
from unhear.fleet.homes import add_home, file_of, home_of, nobody, set_file
from unhear.fleet.release_rows import put_release, release_row
from unhear.forget.database import HouseholdRow, TraceKind, Transaction
from unhear.forget.engine import Forgetter
from unhear.forget.errors import Barred
from unhear.forget.holds import Holds
from unhear.forget.keytree import KeyTree
from unhear.forget.roots import erase_keys, open_tree, plant
from unhear.forget.slots import free_slots, take_slot
from unhear.forget.snapshot import snapshot
from unhear.forget.sweeper import Sweeper
from unhear.forget.traces import TRACE_ID_BYTES, NewTrace, add_trace, utterance_of
from unhear.household.learning import Subject
from unhear.household.scope import Scope
from unhear.household.words import HouseholdId, TraceId
from unhear.learn.learned import Lesson, SealedLearned, built
from unhear.learn.releases import PER_HOME_MAX, Release, Rules, next_release
from unhear.learn.subjects import FLEET
from unhear.prove.claims import LogKey
from unhear.prove.receipt import Receipt
from unhear.prove.statement import statement_of
from unhear.settings import Settings
from unhear.stores.database import Database
from unhear.stores.keepers.choose import choose_keeper
from unhear.stores.log_files import make_log_key, open_ledger

OWN = HouseholdId(sha256(b"unhear/fleet").digest()[:TRACE_ID_BYTES])
"""Under which the fleet keeps what is no home's: invitations and the last release."""

STAYS = timedelta(days=90)
"""For how long a contribution is kept of a home that is heard of no more."""

INVITED = timedelta(days=14)
INVITATION_BYTES = 16

T = TypeVar("T")


class AlreadyMade(Exception):
    """There is something in the folder of a fleet that is to be made."""


class FleetRefuses(Exception):
    """A home asks for what a fleet does not do; the message says why."""


class NotInvited(FleetRefuses):
    """No such invitation was made, or it was used or is over."""


class Fleet:
    """One fleet, safe to ask from several threads."""

    def __init__(self, settings: Settings, rules: Rules, now: Clock = clock.now) -> None:
        """Open the fleet in a folder, made by `make_fleet`; raises what opening a house raises."""
        self.rules = rules
        self._clock = now
        self._database = Database(settings.database_file)
        self._keeper = choose_keeper(settings.keeper_spec, settings.house)
        self.ledger = open_ledger(settings.log_key_file, settings.ledger_folder)
        self._learned = SealedLearned()
        self._forgetter = Forgetter(
            database=self._database,
            keeper=self._keeper,
            ledger=self.ledger,
            holders=(),
            places=(),
            learned=self._learned,
            clock=now,
        )

    def invite(self) -> str:
        """Answer an invitation, with which one home can join within `INVITED`."""
        invitation = random_bytes(INVITATION_BYTES)
        trace = _invited(invitation)
        until = self._clock() + INVITED
        with self._database.writing() as transaction:
            tree = open_tree(transaction, self._keeper)
            new = NewTrace(trace, TraceKind.REQUEST, nobody(trace), b"", until)
            add_trace(transaction, tree, OWN, new)
        return invitation.hex()

    def join(self, invitation: str) -> str:
        """Answer the token of a home that joins. Raises `NotInvited`."""
        try:
            trace = _invited(bytes.fromhex(invitation))
        except ValueError:
            raise NotInvited("this is no invitation") from None
        with self._database.writing() as transaction:
            row = transaction.trace(OWN, trace)
            if row is None or row.expires_day <= clock.day_number(self._clock()):
                raise NotInvited("there is no such invitation, or it was used; ask for another")
            tree, day = open_tree(transaction, self._keeper), self._forgetter.replaced.due_day()
            erase_keys(transaction, self._keeper, tree, {row.slot}, due_day=day)
            free_slots(transaction, OWN, [row.slot])
            transaction.drop_traces(OWN, [trace])
            token = add_home(transaction, tree)
        self._forgetter.replaced.destroy_due()
        return token

    def home_of(self, token: str) -> HouseholdId | None:
        """Answer whose token this is; None for nobody's."""
        return self._read(lambda transaction, tree: home_of(transaction, tree, token))

    def contribute(self, home: HouseholdId, of: TraceId, numbers: bytes) -> None:
        """Add a contribution of a home under an id that the home chose; once for each id.

        Raises `ValueError` for what is no contribution, `FleetRefuses` where the home has
        contributed enough, and `Barred` for an id that it took back.
        """
        FLEET.learner.add(FLEET.learner.zero(), FLEET.contribution.read(numbers))
        lesson = Lesson(Subject.FLEET, nobody(of), numbers, self._clock() + STAYS)
        with self._database.writing() as transaction:
            tree = open_tree(transaction, self._keeper)
            if of in file_of(transaction, tree, home).refused:
                raise Barred("this was taken back, and is not taken again")
            if transaction.extent(home, TraceKind.CONTRIBUTION)[0] >= PER_HOME_MAX:
                raise FleetRefuses(f"a home contributes {PER_HOME_MAX} times at most")
            self._learned.learn(transaction, tree, home, lesson)

    def held(self, home: HouseholdId) -> list[TraceId]:
        """Answer the ids of all that a home contributed."""

        def read(transaction: Transaction, tree: KeyTree) -> list[TraceId]:
            rows = transaction.traces(home, (TraceKind.CONTRIBUTION,))
            return sorted(utterance_of(tree, row).of for row in rows)

        return self._read(read)

    def take_back(self, home: HouseholdId, ids: Collection[TraceId]) -> Receipt | None:
        """Forget contributions of a home, and take none of these ids again.

        Answers the receipt; None where none of them is kept. Raises what `Forgetter.forget` raises.
        """
        with self._database.writing() as transaction:
            tree = open_tree(transaction, self._keeper)
            file = file_of(transaction, tree, home).without(ids)
            set_file(transaction, tree, home, file)
        kept = frozenset(ids).intersection(self.held(home))
        return self._forgetter.forget(home, Scope(recordings=kept)) if kept else None

    def release(self) -> Release | None:
        """Answer what the fleet shows to its homes; None before the first."""
        return self._read(lambda transaction, tree: release_row(transaction, tree, OWN))

    def tend(self) -> None:
        """Do what is due: end what has stayed long enough, finish erasures, release.

        Raises `ClockDoubted`, before anything is deleted, when the clock has jumped.
        """
        for home in (OWN, *self._homes()):
            holds = Holds(
                database=self._database,
                keeper=self._keeper,
                ledger=self.ledger,
                household=home,
                clock=self._clock,
            )
            Sweeper(
                database=self._database,
                keeper=self._keeper,
                forgetter=self._forgetter,
                holds=holds,
                household=home,
                clock=self._clock,
            ).sweep()
        self._release_what_is_due()
        self._forgetter.replaced.destroy_due()
        self.ledger.publish_soon(self._database)

    def close(self) -> None:
        """Finish what goes on in the background, and close."""
        self.ledger.wait()
        self._database.close()

    def _homes(self) -> list[HouseholdId]:
        with self._database.reading() as transaction:
            return [row.id for row in transaction.households() if row.id != OWN]

    def _release_what_is_due(self) -> None:
        """Build every home's totals anew from what it contributed, and release by the rules."""
        homes = self._homes()
        with self._database.writing() as transaction:
            tree = open_tree(transaction, self._keeper)
            last = release_row(transaction, tree, OWN)
            totals = {
                home: FLEET.state.read(built(transaction, tree, home, Subject.FLEET))
                for home in homes
            }
            after = next_release(last, totals, self._clock(), self.rules)
            if after is not None and after is not last:
                day = self._forgetter.replaced.due_day()
                put_release(transaction, self._keeper, tree, OWN, after, due_day=day)

    def _read(self, read: Callable[[Transaction, KeyTree], T]) -> T:
        return snapshot(self._database, self._keeper, read)


def make_fleet(settings: Settings, origin: str) -> str:
    """Make a fleet in an empty folder, whose log is called `origin`; answer the log's key.

    Raises `AlreadyMade` where there is something.
    """
    if settings.database_file.exists() or settings.log_key_file.exists():
        raise AlreadyMade(f"{settings.house} holds a fleet or a house already; choose another")
    settings.data_folder.mkdir(parents=True, exist_ok=True)
    keeper = choose_keeper(settings.keeper_spec, settings.house, make=True)
    make_log_key(settings.log_key_file, origin)
    ledger = open_ledger(settings.log_key_file, settings.ledger_folder)
    database = Database(settings.database_file)
    with database.writing() as transaction:
        plant(transaction, keeper)
        tree = open_tree(transaction, keeper)
        slot = take_slot(transaction, tree, OWN)
        transaction.add_household(HouseholdRow(OWN, slot, recipient="", identity=b""))
        ledger.append(transaction, statement_of(LogKey(str(ledger.key))))
    ledger.publish(database)
    database.close()
    return str(ledger.key)


def _invited(invitation: bytes) -> TraceId:
    return TraceId(sha256(b"unhear/invitation/v1" + invitation).digest()[:TRACE_ID_BYTES])
