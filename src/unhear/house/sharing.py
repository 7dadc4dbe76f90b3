"""What the house gives to a fleet of those who consent to it, and takes back when it is forgotten.

Before a contribution is sent it is written down that the fleet may have it; only once the fleet
says that it has it no more, that goes. So forgetting asks the fleet for what it may have, and tells
it nothing of anything else.
"""

import logging
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from hashlib import sha256
from pathlib import Path

from unhear.forget.database import Database, TraceKind, Transaction
from unhear.forget.errors import HolderAway
from unhear.forget.holder import Place
from unhear.forget.kept_receipts import file_name
from unhear.forget.keytree import KeyTree
from unhear.forget.roots import RootKeeper, open_tree
from unhear.forget.snapshot import snapshot
from unhear.forget.traces import TRACE_ID_BYTES, NewTrace, add_trace
from unhear.household.family import Household
from unhear.household.learning import Subject
from unhear.household.words import (
    UNKNOWN_PERSON,
    DeviceId,
    HouseholdId,
    Purpose,
    TraceId,
    Utterance,
)
from unhear.learn.fleet import bounded
from unhear.learn.labelled import Vector
from unhear.learn.releases import PER_HOME_MAX
from unhear.learn.rows import FOR_GOOD, SINCE_EVER, contribution_of
from unhear.learn.wake import WakeModel
from unhear.prove.errors import ProofError
from unhear.prove.notes import VerifierKey
from unhear.prove.receipt import Receipt, verify
from unhear.settings import Settings
from unhear.stores.fleet_client import FleetAway, HttpFleet

log = logging.getLogger(__name__)


class Sharing:
    """Answers to `forget` for the fleet, and sends to it once a day."""

    place = Place.FLEET
    holds_words = False

    def __init__(
        self,
        *,
        fleet: HttpFleet,
        log_key: VerifierKey,
        receipts: Path,
        database: Database,
        keeper: RootKeeper,
        discard: Callable[[HouseholdId, Sequence[TraceId]], None],
    ) -> None:
        """`receipts` is the folder of the fleet's receipts, which its log's key must verify."""
        self._fleet = fleet
        self._log_key = log_key
        self._receipts = receipts
        self._database = database
        self._keeper = keeper
        self._discard = discard
        self._model: WakeModel | None = None

    def is_word(self, vector: Vector) -> bool:
        """Whether a sound is the wake word by the fleet's last model; all are before there is one.

        Raises `ValueError` for a vector of another length than the model's.
        """
        return self._model is None or self._model.is_word(bounded(vector))

    def tend(self, household: Household) -> None:
        """Send what is new, take back what should not be there, and fetch the fleet's model.

        Asks the fleet nothing where it holds nothing and nobody consents to it. Where it is away
        the last model stays.
        """
        try:
            self._send(household.id)
            consents = (one for one in household.consents if one.lapsed is None)
            wanted = any(one.purpose is Purpose.FLEET for one in consents)
            self._model = self._fleet.model() if wanted else None
        except FleetAway:
            log.warning("fleet away; what is new is sent another day")

    def destroy(self, household: HouseholdId, traces: Sequence[TraceId]) -> None:
        """Have the fleet forget what it may have of these. Raises `HolderAway`."""
        ids = self._marked(household, traces)
        try:
            self._take_back(ids)
        except FleetAway as error:
            raise HolderAway(str(error)) from None

    def held(self, household: HouseholdId, traces: Collection[TraceId]) -> list[TraceId]:
        """Ask the fleet which of these it has; what it has no more is remembered no longer.

        Raises `HolderAway`.
        """
        ids = self._marked(household, traces)
        if not ids:
            return []
        try:
            there = set(self._fleet.held())
        except FleetAway as error:
            raise HolderAway(str(error)) from None
        self._discard(household, [mark_of(one) for one in ids if one not in there])
        return [one for one in ids if one in there]

    def _send(self, household: HouseholdId) -> None:
        here = self._contributions(household)
        if not here and not shares(self._database, household):
            return
        there = set(self._fleet.held())
        for one in sorted(here.keys() - there)[: PER_HOME_MAX - len(there & here.keys())]:
            if self._mark(household, one):
                self._fleet.put(one, here[one])
        self._take_back(sorted(there - here.keys()))

    def _take_back(self, ids: Sequence[TraceId]) -> None:
        for start in range(0, len(ids), PER_HOME_MAX):
            receipt = self._fleet.forget(ids[start : start + PER_HOME_MAX])
            if receipt is not None:
                self._keep(receipt)

    def _keep(self, receipt: Receipt) -> None:
        try:
            verify(receipt, self._log_key)
        except ProofError:
            log.warning("the fleet's receipt is not of its log")
            return
        self._receipts.mkdir(parents=True, exist_ok=True)
        (self._receipts / file_name(receipt)).write_text(receipt.to_json())

    def _contributions(self, household: HouseholdId) -> Mapping[TraceId, bytes]:
        def read(transaction: Transaction, tree: KeyTree) -> Mapping[TraceId, bytes]:
            rows = transaction.traces(household, (TraceKind.CONTRIBUTION,))
            opened = ((row.id, contribution_of(tree, row)) for row in rows)
            return {one: own.numbers for one, own in opened if own.subject is Subject.FLEET}

        return snapshot(self._database, self._keeper, read)

    def _mark(self, household: HouseholdId, one: TraceId) -> bool:
        """Write down that the fleet may have a contribution; False where it is forgotten."""
        mark = mark_of(one)
        with self._database.writing() as transaction:
            if transaction.trace(household, one) is None:
                return False
            if transaction.trace(household, mark) is None:
                about = Utterance(mark, SINCE_EVER, DeviceId("fleet"), UNKNOWN_PERSON)
                new = NewTrace(mark, TraceKind.SHARED, about, b"", FOR_GOOD)
                add_trace(transaction, open_tree(transaction, self._keeper), household, new)
        return True

    def _marked(self, household: HouseholdId, traces: Iterable[TraceId]) -> list[TraceId]:
        """Answer which of these the fleet may have."""
        marks = {mark_of(one): one for one in traces}
        with self._database.reading() as transaction:
            found = transaction.slots_by_id(household, list(marks), (TraceKind.SHARED,))
            return [marks[mark] for mark, _ in found]


def open_sharing(
    settings: Settings,
    database: Database,
    keeper: RootKeeper,
    discard: Callable[[HouseholdId, Sequence[TraceId]], None],
) -> Sharing | None:
    """Answer what shares with the fleet that the settings name. Raises `ProofMalformed`."""
    fleet = settings.fleet
    if fleet is None:
        return None
    return Sharing(
        fleet=HttpFleet(fleet.url, fleet.token.get_secret_value()),
        log_key=VerifierKey.parse(fleet.log),
        receipts=settings.fleet_receipt_folder,
        database=database,
        keeper=keeper,
        discard=discard,
    )


def shares(database: Database, household: HouseholdId) -> bool:
    """Whether a fleet may have something of this household."""
    with database.reading() as transaction:
        return transaction.extent(household, TraceKind.SHARED)[0] > 0


def mark_of(contribution: TraceId) -> TraceId:
    """Answer the id of what says that a fleet may have a contribution."""
    return TraceId(sha256(b"unhear/shared/v1" + contribution).digest()[:TRACE_ID_BYTES])
