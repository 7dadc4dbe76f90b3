"""Looks: what a guardian opens of what is kept, or takes out, is stated before they have it."""

from collections.abc import Collection
from threading import Lock

from unhear.clock import Clock
from unhear.forget.database import Database
from unhear.forget.kept_receipts import Claimed, state
from unhear.forget.roots import RootKeeper, open_tree
from unhear.household.words import HouseholdId, PersonId, TraceId
from unhear.prove.claims import Looked
from unhear.prove.ledger import Ledger
from unhear.prove.opening import Opening
from unhear.prove.statement import commit, count_class, hour, items_root, salted
from unhear.signals.giving import count, timed
from unhear.signals.words import Metric, Work

OPENED, EXPORTED, LIVE = "opened", "exported", "seen live"


class Looks:
    """The looks at what one household keeps.

    A statement tells the hour, so what the same one looks at again within it is in it already; a
    copy that was taken out covers what is opened to make it.
    """

    def __init__(
        self,
        *,
        database: Database,
        keeper: RootKeeper,
        ledger: Ledger,
        household: HouseholdId,
        clock: Clock,
    ) -> None:
        self._database = database
        self._keeper = keeper
        self._ledger = ledger
        self._household = household
        self._clock = clock
        self._lock = Lock()
        self._hour = ""
        self._stated: set[tuple[PersonId, str, TraceId]] = set()

    def take(self, person: PersonId, recordings: Collection[TraceId], how: str = OPENED) -> None:
        """State that somebody looks at recordings; whoever returns from here may show them.

        Where it cannot be written down it raises, and nothing is to be shown.
        """
        with timed(Work.LOOK):
            stated = self._take(person, recordings, how)
        if stated:
            count(Metric.LOOKS, by=stated)
            self._ledger.publish_soon(self._database)

    def _take(self, person: PersonId, recordings: Collection[TraceId], how: str) -> int:
        """State the looks that were not yet; answer how many."""
        now = self._clock()
        with self._lock:
            if self._hour != hour(now):
                self._hour, self._stated = hour(now), set()
            looks = {
                (person, how, recording)
                for recording in recordings
                if self._stated.isdisjoint(
                    {(person, how, recording), (person, EXPORTED, recording)}
                )
            }
            if not looks:
                return 0
            claimed = self._claimed(person, [recording for *_, recording in looks], how)
            with self._database.writing() as transaction:
                tree = open_tree(transaction, self._keeper)
                state(transaction, tree, self._household, claimed, ledger=self._ledger, now=now)
            self._stated |= looks
        return len(looks)

    def _claimed(self, person: PersonId, recordings: Collection[TraceId], how: str) -> Claimed:
        opening = Opening(
            salted(self._household),
            tuple(salted(recording) for recording in sorted(recordings)),
            looker := salted(person.encode()),
        )
        claim = Looked(
            subject=commit("subject", opening.subject),
            person=commit("person", looker),
            items_root=items_root(opening.items),
            count=count_class(len(opening.items)),
            how=how,
            looked_at=self._hour,
        )
        return Claimed(claim, opening, person)
