"""Change who lives in a house and what they allow; erase what goes with it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from unhear.clock import Clock, day_number, random_bytes
from unhear.forget.database import Database, Transaction
from unhear.forget.engine import Forgetter
from unhear.forget.errors import NoSuchTrace
from unhear.forget.keytree import KeyTree
from unhear.forget.roots import RootKeeper, open_tree
from unhear.forget.snapshot import snapshot
from unhear.household.family import Household
from unhear.household.limits import Limit
from unhear.household.retention import Retention
from unhear.household.scope import Scope
from unhear.household.words import (
    Consent,
    DeviceId,
    HouseholdId,
    Person,
    PersonId,
    PersonKind,
    Purpose,
)
from unhear.keep.notices import Notice, add_notice, notices_about
from unhear.keep.profile import profile_of, replace_profile, set_profile
from unhear.prove.claims import Claim, ConsentGiven, ConsentWithdrawn
from unhear.prove.ledger import Ledger
from unhear.prove.receipt import Receipt
from unhear.prove.statement import hidden, hour, statement_of

WARNING_DAYS = 14
"""How long guardians have known, at least, before a child's unused profile is erased."""


class FamilyError(Exception):
    """The family cannot be changed like this."""


class NameTaken(FamilyError):
    """Two people of one household cannot have the same name."""


class LastGuardian(FamilyError):
    """A household needs somebody who decides for it."""


Change = Callable[[Household], Household]


class Family:
    """The people of one household, their consents, and the children's profiles."""

    def __init__(
        self,
        *,
        database: Database,
        keeper: RootKeeper,
        ledger: Ledger,
        forgetter: Forgetter,
        household: HouseholdId,
        clock: Clock,
    ) -> None:
        self._database = database
        self._keeper = keeper
        self._ledger = ledger
        self._forgetter = forgetter
        self._household = household
        self._clock = clock

    def read(self) -> Household:
        """Answer the household as it stands."""
        return snapshot(
            self._database, self._keeper, lambda tx, tree: profile_of(tx, tree, self._household)
        )

    def seen(self, person: PersonId) -> Household:
        """Note that a child uses the house today, and answer the household as it stands."""
        today, household = day_number(self._clock()), self.read()
        known = household.person(person)
        if known is None or known.kind is not PersonKind.CHILD or known.seen_day >= today:
            return household
        active = replace(known, seen_day=today, warned_day=None)
        return self._add(lambda now: now.with_person(active))

    def add(self, name: str, kind: PersonKind) -> Person:
        """Add somebody, who consents to nothing yet. Raises `NameTaken`."""
        today = day_number(self._clock())
        person = Person(PersonId(random_bytes(8).hex()), name, kind, seen_day=today)

        def with_person(now: Household) -> Household:
            if now.named(name) is not None:
                raise NameTaken(f"somebody here is called {name} already; choose another name")
            return replace(now, people=(*now.people, person))

        self._add(with_person)
        return person

    def give_consent(self, person: PersonId, purpose: Purpose, method: str) -> Household:
        """Note a guardian's consent, and put it in the ledger."""
        consent = Consent(person, purpose, method, self._clock())
        claim = ConsentGiven(
            subject=hidden("subject", self._household),
            person=hidden("person", person.encode()),
            purpose=purpose.value,
            method=method,
            given_at=hour(consent.given_at),
        )
        return self._add(lambda now: now.with_consent(consent), claim)

    def withdraw_consent(self, person: PersonId, purpose: Purpose) -> Receipt:
        """Take a consent back: what was kept for that purpose alone goes, with a receipt.

        Raises `NoSuchTrace` when there is no such consent.
        """
        if self.read().consent(person, purpose, self._clock()) is None:
            raise NoSuchTrace(f"there is no consent to {purpose.value} for this person")
        claim = ConsentWithdrawn(
            subject=hidden("subject", self._household),
            person=hidden("person", person.encode()),
            purpose=purpose.value,
            withdrawn_at=hour(self._clock()),
        )
        self._take_out(lambda now: now.without_consent(person, purpose), claim)
        return self._forgetter.forget(self._household, Scope(person=person, purpose=purpose))

    def remove(self, person: PersonId) -> Receipt:
        """Erase everything of a person, and then the person. Raises `LastGuardian`."""
        guardians = [p.id for p in self.read().people if p.kind is PersonKind.GUARDIAN]
        if guardians == [person]:
            raise LastGuardian(
                "this is the only guardian, who decides for the house; add another one first, or "
                "forget the whole household"
            )
        receipt = self._forgetter.forget(self._household, Scope(person=person))
        told = snapshot(
            self._database,
            self._keeper,
            lambda tx, tree: notices_about(tx, tree, self._household, person),
        )
        self._forgetter.discard(self._household, told)
        self._take_out(lambda now: now.without_person(person))
        return receipt

    def set_listening(
        self, device: DeviceId, *, on: bool, until: datetime | None = None
    ) -> Household:
        """Let a device listen, or stop it; remembered until it is told otherwise, or `until`."""
        return self._add(lambda now: now.with_listening(device, on=on, until=until))

    def set_recording(self, device: DeviceId, *, on: bool) -> Household:
        """Let a device keep what it hears, where that is consented to, or stop it."""
        return self._add(lambda now: now.with_recording(device, on=on))

    def set_limit(self, limit: Limit) -> Household:
        """Limit what a person or a kind of person may ask for."""
        return self._add(lambda now: now.with_limit(limit))

    def clear_limit(self, who: PersonId | PersonKind) -> Household:
        """Lift the limits of a person or a kind of person."""
        return self._add(lambda now: now.without_limit(who))

    def set_retention(self, retention: Retention) -> Household:
        """Change how long things may stay; what is kept already keeps its expiry."""
        return self._add(lambda now: replace(now, retention=retention))

    def erase_unused_profiles(self) -> list[Receipt]:
        """Erase children's profiles that nobody used for too long, once every guardian was told."""
        today, household = day_number(self._clock()), self.read()
        limit = household.retention.child_profile_days
        receipts = []
        for child in household.people:
            if child.kind is not PersonKind.CHILD:
                continue
            unused = today - child.seen_day
            if child.warned_day is None:
                if unused >= limit - WARNING_DAYS:
                    self._warn(child, max(limit - unused, WARNING_DAYS))
            elif unused >= limit and today - child.warned_day >= WARNING_DAYS:
                receipts.append(self.remove(child.id))
        return receipts

    def _warn(self, child: Person, days: int) -> None:
        now = self._clock()
        until = now + timedelta(days=days)
        text = (
            f"Nobody has used {child.name}'s profile for a long time. On {until:%Y-%m-%d} it is "
            f"erased with everything in it, unless {child.name} uses it or you keep it "
            f"(`unhear people keep {child.name}`)."
        )
        warned = replace(child, warned_day=day_number(now))
        with self._database.writing() as transaction:
            tree = open_tree(transaction, self._keeper)
            household = profile_of(transaction, tree, self._household)
            for guardian in household.people:
                if guardian.kind is PersonKind.GUARDIAN:
                    notice = Notice(guardian.id, child.id, now, text)
                    add_notice(transaction, tree, household.id, notice)
            set_profile(transaction, tree, household.with_person(warned))

    def _add(self, change: Change, claim: Claim | None = None) -> Household:
        def write(transaction: Transaction, tree: KeyTree, changed: Household) -> None:
            set_profile(transaction, tree, changed)

        return self._change(change, write, claim)

    def _take_out(self, change: Change, claim: Claim | None = None) -> Household:
        def write(transaction: Transaction, tree: KeyTree, changed: Household) -> None:
            due_day = self._forgetter.due_day()
            replace_profile(transaction, self._keeper, tree, changed, due_day=due_day)

        changed = self._change(change, write, claim)
        self._forgetter.destroy_due_roots()
        return changed

    def _change(
        self,
        change: Change,
        write: Callable[[Transaction, KeyTree, Household], None],
        claim: Claim | None,
    ) -> Household:
        with self._database.writing() as transaction:
            tree = open_tree(transaction, self._keeper)
            changed = change(profile_of(transaction, tree, self._household))
            write(transaction, tree, changed)
            if claim is not None:
                self._ledger.append(transaction, statement_of(claim))
        if claim is not None:
            self._ledger.publish_soon(self._database)
        return changed
