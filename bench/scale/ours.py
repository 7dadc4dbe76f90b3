"""The households as unhear keeps them: sealed, each recording under a key of its own."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Connection, insert, select

from bench.report import progress
from bench.scale.world import PAGE, SOUND, WORDS, World
from unhear import clock
from unhear.forget.capsule import seal, utterance_bytes
from unhear.forget.database import TraceKind
from unhear.forget.engine import Forgetter
from unhear.forget.holder import Place
from unhear.forget.keytree import FAN_OUT
from unhear.forget.roots import open_tree, plant
from unhear.forget.slots import take_slot
from unhear.forget.traces import new_trace_id
from unhear.household.family import Household
from unhear.household.scope import Scope
from unhear.household.words import UNKNOWN_PERSON, DeviceId, HouseholdId, TraceId, Utterance
from unhear.keep.age import Identity
from unhear.keep.catalogue import Catalogue
from unhear.keep.moments import Moments
from unhear.keep.payloads import PayloadHolder
from unhear.keep.profile import add_household
from unhear.learn.learned import SealedLearned
from unhear.prove.claims import LogKey
from unhear.prove.statement import statement_of
from unhear.stores import tables as t
from unhear.stores.choose_database import open_database
from unhear.stores.choose_payloads import choose_payloads
from unhear.stores.keepers.file import FileRootKeeper
from unhear.stores.log_files import make_log_key, open_ledger

DEVICE = DeviceId("kitchen")
STAYS = timedelta(days=30)
HOUSEHOLDS_AT_ONCE = 50


class Shard:
    """One shard, open in this process, with what works on any of its households."""

    def __init__(
        self, world: World, shard: int, through: Callable[[Any], Any] = lambda database: database
    ) -> None:
        """Open it; its database is reached `through` what that answers."""
        settings = world.settings(shard)
        self.database = through(open_database(settings))
        self.keeper = FileRootKeeper(settings.root_folder)
        self.payloads = choose_payloads(world.bucket, settings.payload_folder)
        self.ledger = open_ledger(settings.log_key_file, settings.ledger_folder)
        self.forgetter = Forgetter(
            database=self.database,
            keeper=self.keeper,
            ledger=self.ledger,
            holders=[PayloadHolder(self.payloads)],
            learned=SealedLearned(),
            clock=clock.now,
            places={Place.PAYLOADS},
        )

    def catalogue(self, household: HouseholdId, recipient: Any) -> Catalogue:
        """Answer the recordings of a household."""
        return Catalogue(
            database=self.database,
            keeper=self.keeper,
            payloads=self.payloads,
            household=household,
            recipient=recipient,
            moments=Moments(clock.now),
        )

    def close(self) -> None:
        """Finish what goes on in the background."""
        self.ledger.wait()
        self.database.close()


class Ours:
    """Keeps, shows and forgets for all households, in one process."""

    name = "unhear"

    def __init__(self, world: World) -> None:
        self._world = world
        self._shards = [Shard(world, shard) for shard in range(world.shards)]
        self._recipient = Identity.generate().recipient
        self.catalogue = cache(self._catalogue)

    def keep(self, household: int) -> TraceId:
        """Keep a recording."""
        spoken = Utterance(new_trace_id(), clock.now(), DEVICE, UNKNOWN_PERSON, 2.0)
        return self.catalogue(household).keep(
            wav=SOUND, transcript=WORDS, utterance=spoken, keep_until=spoken.heard_at + STAYS
        )

    def look(self, household: int) -> None:
        """Read the newest page of its timeline."""
        self.catalogue(household).newest(None, PAGE, Scope())

    def some(self, household: int, count: int) -> list[TraceId]:
        """Answer the ids of some of its recordings."""
        query = select(t.trace.c.id).where(
            t.trace.c.household == self._world.id_of(household),
            t.trace.c.kind == TraceKind.RECORDING.value,
        )
        with self._shards[self._world.shard_of(household)].database.reading() as transaction:
            return list(_connection(transaction).scalars(query.limit(count)))

    def forget(self, household: int, trace: TraceId) -> None:
        """Forget a recording, with a receipt."""
        forgetter = self._shards[self._world.shard_of(household)].forgetter
        forgetter.forget(self._world.id_of(household), Scope(recordings=frozenset([trace])))

    def close(self) -> None:
        """Close every shard."""
        for shard in self._shards:
            shard.close()

    def _catalogue(self, household: int) -> Catalogue:
        shard = self._shards[self._world.shard_of(household)]
        return shard.catalogue(self._world.id_of(household), self._recipient)


def fill(world: World) -> None:
    """Make all shards and their households, each with its recordings (rows and keys)."""
    for number in range(world.shards):
        settings = world.settings(number)
        settings.data_folder.mkdir(parents=True)
        make_log_key(settings.log_key_file, f"bench.local/{number}")
        FileRootKeeper(settings.root_folder, make=True)
        shard = Shard(world, number)
        with shard.database.writing() as transaction:
            plant(transaction, shard.keeper)
            shard.ledger.append(transaction, statement_of(LogKey(str(shard.ledger.key))))
        households = list(world.of_shard(number))
        for start in range(0, len(households), HOUSEHOLDS_AT_ONCE):
            _fill_some(world, shard, households[start : start + HOUSEHOLDS_AT_ONCE])
        shard.close()
        progress(f"  shard {number + 1} of {world.shards} is full")


def _fill_some(world: World, shard: Shard, households: list[int]) -> None:
    recipient = str(Identity.generate().recipient)
    now = datetime.now(UTC)  # noqa: TID251 - the measurement's own clock
    with shard.database.writing() as transaction:
        tree = open_tree(transaction, shard.keeper)
        rows: list[dict[str, Any]] = []
        for number in households:
            ours = world.id_of(number)
            add_household(
                transaction,
                tree,
                Household(ours, "Bench", (), ()),
                recipient=recipient,
                identity=b"",
                now=now,
            )
            slots = _slots(transaction, tree, ours, world.each())
            rows += [_row(tree.key(slot), ours, slot, now) for slot in slots]
        _connection(transaction).execute(insert(t.trace), rows)


def _connection(transaction: Any) -> Connection:
    """Answer what a transaction runs on, for what the house does never: it does nothing in bulk."""
    found: Connection = transaction._connection  # noqa: SLF001
    return found


def _slots(transaction: Any, tree: Any, household: HouseholdId, count: int) -> Iterator[int]:
    """Take slots into use a page at a time, which takes one statement and not one for each."""
    while count > 0:
        first = take_slot(transaction, tree, household)
        page, offset = divmod(first, FAN_OUT)
        free = min(FAN_OUT - offset, count)
        used = ((1 << offset + free) - 1).to_bytes(FAN_OUT // 8, "little")
        transaction.set_leaf_pages(household, {page: used})
        yield from range(first, first + free)
        count -= free


def _row(key: bytes, household: HouseholdId, slot: int, now: datetime) -> dict[str, Any]:
    trace = new_trace_id()
    heard_at = now - STAYS * clock.random_bytes(1)[0] / 256
    spoken = Utterance(trace, heard_at, DEVICE, UNKNOWN_PERSON, 2.0)
    return {
        "household": household,
        "id": trace,
        "slot": slot,
        "kind": TraceKind.RECORDING.value,
        "day": clock.day_number(heard_at),
        "expires_day": clock.day_number(now + STAYS),
        "details": seal(key, "details", household, trace, utterance_bytes(spoken)),
        "content": seal(key, "content", household, trace, bytes(300)),
        "words": seal(key, "words", household, trace, bytes(250)),
    }
