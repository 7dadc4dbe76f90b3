"""Change what is known of a household: its profile, what the ledger says of it, who is told.

All of it in one transaction, and after every change what consents rest on is looked at again, so
that no consent counts for a moment longer than what it was given for.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from unhear.clock import Clock
from unhear.forget.database import Database, Transaction
from unhear.forget.engine import Forgetter
from unhear.forget.kept_receipts import Claimed, receipts_about, state
from unhear.forget.keytree import KeyTree
from unhear.forget.roots import RootKeeper, open_tree
from unhear.forget.snapshot import snapshot
from unhear.household.family import Household
from unhear.household.words import HouseholdId, PersonId, TraceId
from unhear.keep.notices import Notice, Told, add_notice, notices_about
from unhear.keep.profile import profile_of, replace_profile, set_profile
from unhear.prove.ledger import Ledger


@dataclass(frozen=True, slots=True)
class Word:
    """What every guardian is told, and whom it is about."""

    about: PersonId
    told: Told


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a change comes to."""

    household: Household
    claims: tuple[Claimed, ...] = ()
    words: tuple[Word, ...] = ()


Also = Callable[[Transaction, Household], object]
"""What else is done in the commit of a change; told the household as it was before."""


def nothing_else(_transaction: Transaction, _before: Household) -> None:
    """Do nothing else in the commit of a change."""


Settle = Callable[[Household], Outcome]
"""Answers the household with those consents lapsed that have nothing to rest on any more."""


class Changes:
    """Reads and changes one household."""

    def __init__(
        self,
        *,
        database: Database,
        keeper: RootKeeper,
        ledger: Ledger,
        forgetter: Forgetter,
        household: HouseholdId,
        clock: Clock,
        settle: Settle = Outcome,
    ) -> None:
        self._database = database
        self._keeper = keeper
        self._ledger = ledger
        self._forgetter = forgetter
        self._household = household
        self._clock = clock
        self._settle = settle

    def read(self) -> Household:
        """Answer the household as it stands."""
        return snapshot(
            self._database, self._keeper, lambda tx, tree: profile_of(tx, tree, self._household)
        )

    def make(
        self,
        change: Callable[[Household], Outcome],
        *,
        takes_out: bool = False,
        also: Also = nothing_else,
    ) -> Household:
        """Make a change and answer the household after it.

        `takes_out` is for whenever somebody or something is taken out: no old copy opens what was
        there before. Who is signed in with a browser that is known no more is signed out with it.
        """
        with self._database.writing() as transaction:
            tree = open_tree(transaction, self._keeper)
            before = profile_of(transaction, tree, self._household)
            outcome = change(before)
            settled = self._settle(outcome.household)
            self._write(transaction, tree, settled.household, takes_out=takes_out)
            also(transaction, before)
            if settled.household.browsers != before.browsers:
                known = [one.id for one in settled.household.browsers]
                transaction.drop_sign_ins_elsewhere(self._household, known)
            self._tell(transaction, tree, settled.household, [*outcome.words, *settled.words])
            claims, now = [*outcome.claims, *settled.claims], self._clock()
            for claimed in claims:
                state(transaction, tree, self._household, claimed, ledger=self._ledger, now=now)
        if takes_out:
            self._forgetter.replaced.destroy_due()
        if claims:
            self._ledger.publish_soon(self._database)
        return settled.household

    def words_about(self, person: PersonId) -> list[TraceId]:
        """Answer what guardians were told about a person."""
        return snapshot(
            self._database,
            self._keeper,
            lambda tx, tree: notices_about(tx, tree, self._household, person),
        )

    def receipts_about(self, person: PersonId) -> list[TraceId]:
        """Answer the receipts that say in their openings that they are about a person."""
        return snapshot(
            self._database,
            self._keeper,
            lambda tx, tree: receipts_about(tx, tree, self._household, person),
        )

    def settle(self) -> Household:
        """Let those consents lapse that have nothing to rest on any more; writes only if any."""
        household = self.read()
        if self._settle(household).household == household:
            return household
        return self.make(Outcome)

    def _write(
        self, transaction: Transaction, tree: KeyTree, changed: Household, *, takes_out: bool
    ) -> None:
        if takes_out:
            due_day = self._forgetter.replaced.due_day()
            replace_profile(transaction, self._keeper, tree, changed, due_day=due_day)
        else:
            set_profile(transaction, tree, changed)

    def _tell(
        self, transaction: Transaction, tree: KeyTree, household: Household, words: Sequence[Word]
    ) -> None:
        for word in words:
            for guardian in sorted(household.guardians):
                notice = Notice(guardian, word.about, self._clock(), word.told)
                add_notice(transaction, tree, household.id, notice)
