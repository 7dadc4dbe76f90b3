"""Read the facts of one house: its database, what holds its root key, and its log.

The house itself is not opened: nothing is loaded, finished or changed, so that what is seen is what
was there.
"""

import hmac
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache

from unhear.answer.registry import Skills, find_skills
from unhear.clock import Clock, day_number
from unhear.forget.database import RECORDING_KINDS, Database, TraceKind, Transaction
from unhear.forget.errors import CapsuleClosed, ForgetError, NoSuchTrace
from unhear.forget.holds import scopes_held
from unhear.forget.kept_receipts import KINDS as RECEIPT_KINDS
from unhear.forget.keytree import KeyTree
from unhear.forget.naming import held_back
from unhear.forget.records import household_key
from unhear.forget.roots import RootKeeper, waiting_ids
from unhear.forget.snapshot import snapshot
from unhear.forget.traces import content_of, utterance_of
from unhear.house.consent_methods import find_methods
from unhear.house.evidence.consents import agreed, changes
from unhear.house.evidence.erasures import erased, forgotten
from unhear.house.evidence.facts import Facts, KeeperFacts, Learnt, Thing, Unlearnt
from unhear.house.evidence.holds import held
from unhear.house.evidence.log import Entry, Public, read_log
from unhear.house.evidence.looks import granted, looked
from unhear.house.notice_facts import recipients_of
from unhear.house.own_household import own_household
from unhear.house.standing import Practice
from unhear.household.family import Household
from unhear.household.methods import ConsentMethod
from unhear.household.words import HouseholdId
from unhear.keep.profile import profile_of
from unhear.learn.standing import standings
from unhear.prove.errors import ProofError
from unhear.prove.notes import VerifierKey
from unhear.prove.receipt import Receipt
from unhear.settings import Settings
from unhear.stores.choose_database import open_database
from unhear.stores.choose_payloads import choose_payloads
from unhear.stores.keepers.choose import choose_keeper
from unhear.stores.log_files import LogFolder
from unhear.stores.witness_record import WitnessRecord

DATED = (*RECORDING_KINDS, TraceKind.CONTRIBUTION)
"""Kinds of which it matters who was heard, and when."""

TAUGHT_KINDS = (TraceKind.CONTRIBUTION, TraceKind.STATE, TraceKind.MODEL)


@dataclass(frozen=True, slots=True)
class _Rows:
    """The rows of one moment, and what opens them."""

    transaction: Transaction
    tree: KeyTree
    household: HouseholdId
    now: datetime

    @property
    def today(self) -> int:
        """The day of that moment."""
        return day_number(self.now)


def read_facts(settings: Settings, clock: Clock) -> Facts:
    """Answer the facts of the house that these settings are of.

    Raises `StoreError`, `ForgetError` and `ProofError` where it cannot be read at all.
    """
    database = open_database(settings)
    try:
        return facts_of(settings, database, _keeper(settings, database), clock)
    finally:
        database.close()


def facts_of(settings: Settings, database: Database, keeper: RootKeeper, clock: Clock) -> Facts:
    """Answer the facts of a house whose database and keeper are open. Raises as `read_facts`."""
    public, held = _public(settings), frozenset(keeper.ids())
    return snapshot(
        database,
        keeper,
        lambda transaction, tree: _facts(
            _Rows(transaction, tree, own_household(settings, transaction).id, clock()),
            settings,
            _keeper_facts(transaction, keeper, held, day_number(clock())),
            public,
        ),
    )


def _facts(rows: _Rows, settings: Settings, keeper: KeeperFacts, public: Public) -> Facts:
    transaction, tree, ours, now = rows.transaction, rows.tree, rows.household, rows.now
    shut: list[bytes] = []
    household = _profile(rows)
    receipts = list(_receipts(rows, shut))
    entries, log = read_log(transaction, receipts, public, now)
    things = list(_things(rows, household, shut))
    practice = _practice(settings)
    facts = Facts(
        household=ours,
        secret=hmac.digest(household_key(transaction, tree, ours), b"unhear/audit/v1", "sha256"),
        now=now,
        people={person.id: person.kind for person in household.people},
        keeper=keeper,
        log=log,
        erased=tuple(erased(transaction, tree, ours, entries, now)),
        forgotten=forgotten(entries),
        things=tuple(things),
        payloads=_payloads(settings, ours),
        agreed=tuple(agreed(household, practice, entries)),
        changes=tuple(changes(household, practice, entries)),
        looks=tuple(looked(entries)),
        grants=tuple(granted(entries)),
        unlearnt=tuple(_unlearnt(entries)),
        holds=tuple(held(transaction, tree, ours, entries)),
    )
    try:
        learnt = tuple(_learnt(rows, things))
    except CapsuleClosed:
        learnt = ()
        shut.append(ours)
    return replace(facts, learnt=learnt, shut=tuple(shut))


def _public(settings: Settings) -> Public:
    """Read what is published before the database, so that it is never the newer of the two."""
    watched = WitnessRecord(settings.witness_file).read()
    named = [VerifierKey.parse(one.key) for one in settings.witnesses]
    return Public(LogFolder(settings.ledger_folder).read("checkpoint"), watched, named)


def _keeper(settings: Settings, database: Database) -> RootKeeper:
    """Answer what holds the root key; while it moves, whichever of the two has it."""
    first = choose_keeper(settings.keeper_spec, settings.house)
    if settings.keeper_moving_to is None:
        return first
    with database.reading() as transaction:
        current = transaction.current_root().root_id
    there = current in set(first.ids())
    return first if there else choose_keeper(settings.keeper_moving_to, settings.house)


def _keeper_facts(
    transaction: Transaction, keeper: RootKeeper, held: frozenset[bytes], today: int
) -> KeeperFacts:
    """Count the replaced roots that were held before this transaction began and still are.

    Of an erasure that is at work, the root that comes and those that are to go are none of them.
    """
    current, queued = transaction.current_root().root_id, transaction.queued_roots()
    households = [row.id for row in transaction.households()]
    old = (held & set(keeper.ids())) - {current} - waiting_ids(queued, today)
    if any(transaction.unfinished_erasures(household) for household in households):
        old = frozenset(sorted(old - set(queued))[1:])
    return KeeperFacts(keeper.kind, keeper.grade, tuple(keeper.limits), len(old))


def _profile(rows: _Rows) -> Household:
    """Answer who lives there; nobody does in a household that was forgotten as a whole."""
    try:
        return profile_of(rows.transaction, rows.tree, rows.household)
    except NoSuchTrace:
        return Household(rows.household, "", (), ())


def _receipts(rows: _Rows, shut: list[bytes]) -> Iterator[Receipt]:
    for row in rows.transaction.traces(rows.household, RECEIPT_KINDS):
        try:
            yield Receipt.from_json(content_of(rows.tree, row))
        except (ForgetError, ProofError):
            shut.append(row.id)


def _things(rows: _Rows, household: Household, shut: list[bytes]) -> Iterator[Thing]:
    scopes = scopes_held(rows.transaction, rows.tree, rows.household, rows.today)
    kinds = {person.id: person.kind for person in household.people}
    for row in rows.transaction.traces(rows.household, tuple(TraceKind)):
        thing = Thing(row.id, row.kind, row.day, row.expires_day, row.words is not None)
        try:
            if row.kind in DATED:
                utterance = utterance_of(rows.tree, row)
                thing = replace(
                    thing,
                    heard_at=utterance.heard_at,
                    person=utterance.person if utterance.person in kinds else None,
                    device=household.device_kind(utterance.device),
                    of=utterance.of,
                )
            if row.expires_day <= rows.today:
                thing = replace(thing, held=held_back(rows.tree, row, scopes))
        except ForgetError:
            shut.append(row.id)
        yield thing


def _payloads(settings: Settings, household: HouseholdId) -> frozenset[bytes]:
    payloads = choose_payloads(settings.payloads, settings.payload_folder)
    return frozenset(trace for trace, _ in payloads.all(household))


def _learnt(rows: _Rows, things: Collection[Thing]) -> Iterator[Learnt]:
    """Build what was learned anew, where anything was."""
    if not any(thing.kind in TAUGHT_KINDS for thing in things):
        return
    for one in standings(rows.transaction, rows.tree, rows.household):
        if one.recordings or not one.is_proved:
            yield Learnt(one.subject, one.recordings, len(one.taught_by), one.is_proved)


def _unlearnt(entries: Sequence[Entry]) -> Iterator[Unlearnt]:
    for entry in entries:
        if entry.kind == "unlearning":
            said = entry.statement
            yield Unlearnt(entry.at("unlearned_at"), str(said["erasure"]), str(said["count"]))


@cache
def _skills(language: str) -> Skills:
    return find_skills(language)


@cache
def _methods() -> Mapping[str, ConsentMethod]:
    return find_methods()


def _practice(settings: Settings) -> Practice:
    recipients = recipients_of(settings, _skills(settings.language))
    return Practice(settings, _methods(), recipients)
