"""What staff ask for, as guardians decide it; and what they looked at, as guardians read it."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from unhear.access.policy import Asked, Operation, judge
from unhear.clock import Clock
from unhear.forget.database import Database, Transaction
from unhear.forget.keytree import KeyTree
from unhear.forget.roots import RootKeeper, open_tree
from unhear.forget.snapshot import snapshot
from unhear.house.grants import GrantRefused, Grants
from unhear.household.family import Household
from unhear.household.scope import Scope
from unhear.household.staff import AccessRequest, AccessState, StaffLook, StaffTerms, Wanted
from unhear.household.words import HouseholdId, PersonId, Purpose, TraceId, Utterance
from unhear.keep.access import ACCESS_REQUESTS, STAFF_LOOKS
from unhear.keep.catalogue import Catalogue, Recording
from unhear.keep.grants import Grant
from unhear.prove.ledger import Ledger
from unhear.prove.receipt import Receipt

SHOWN_MAX = 100
"""How many recordings that a request names a guardian is shown, the newest."""

Chosen = Sequence[tuple[TraceId, Sequence[bytes]]]
"""Recordings, and their headers as a guardian's browser sealed them anew."""


class Access:
    """The requests and looks of staff in one household."""

    def __init__(
        self,
        *,
        database: Database,
        keeper: RootKeeper,
        ledger: Ledger,
        catalogue: Catalogue,
        grants: Grants,
        household: Callable[[], Household],
        clock: Clock,
    ) -> None:
        self._database = database
        self._keeper = keeper
        self._ledger = ledger
        self._catalogue = catalogue
        self._grants = grants
        self._household = household
        self._clock = clock

    @property
    def household(self) -> Household:
        """The household as it stands."""
        return self._household()

    def requests(self) -> list[AccessRequest]:
        """Answer every request that is kept, newest first."""
        return snapshot(
            self._database, self._keeper, lambda tx, tree: ACCESS_REQUESTS.all(tx, tree, self._ours)
        )

    def looks(self) -> list[StaffLook]:
        """Answer every look that is kept, newest first."""
        return snapshot(
            self._database, self._keeper, lambda tx, tree: STAFF_LOOKS.all(tx, tree, self._ours)
        )

    def grants(self) -> list[Grant]:
        """Answer the grants to staff that still open something, newest first."""
        return self._grants.all(staff=True)

    def matching(self, request: AccessRequest) -> list[Recording]:
        """Answer the kept recordings that a request names and the rules let a guardian grant."""
        found = self._catalogue.newest(None, SHOWN_MAX, scope_of(request.wanted))
        return [one for one in found if self._grantable(request, one.utterance)]

    def grant(
        self, by: PersonId, request: TraceId, chosen: Chosen, hours: int | None = None
    ) -> AccessRequest:
        """Grant some or all of what a request names, for as long as it asks or for fewer hours.

        Raises `NoSuchTrace`, `AccessClosed`, `GrantRefused` and `Barred`; then nothing is granted.
        """
        if not chosen:
            raise GrantRefused("choose at least one recording, or refuse the request")
        with self._database.writing() as transaction:
            tree = open_tree(transaction, self._keeper)
            asked = ACCESS_REQUESTS.one(transaction, tree, self._ours, request)
            asked = _for_hours(asked, hours)
            made = [
                self._granted(transaction, tree, asked, (by, recording, headers))
                for recording, headers in chosen
            ]
            until = max(one.expires_at for one in made)
            ids = tuple(one.id for one in made)
            changed = asked.grant(self._clock(), by, ids, until)
            ACCESS_REQUESTS.put(transaction, tree, self._ours, changed)
        self._ledger.publish_soon(self._database)
        return changed

    def refuse(self, by: PersonId, request: TraceId, word: str = "") -> AccessRequest:
        """Say no, with a word or without. Raises `NoSuchTrace` and `AccessClosed`."""
        return self._change(request, lambda one: one.refuse(self._clock(), by, word))

    def revoke(self, grant: TraceId) -> Receipt:
        """End a grant now: its key is destroyed. Raises `NoSuchTrace`, and as `take_back` does."""
        self._grants.current(grant, staff=True)
        return self._grants.take_back(grant)

    def give_back(self, request: AccessRequest) -> None:
        """End a request, and what was granted for it, as whoever asked wants it."""
        kept = {one.id for one in self.grants()}
        for grant in kept.intersection(request.grants):
            self._grants.take_back(grant)
        if request.state(self._clock()) in {AccessState.WAITING, AccessState.GRANTED}:
            self._change(request.id, lambda one: one.end())

    def consented(self, utterance: Utterance) -> bool:
        """Whether whoever is heard consents to being reviewed."""
        now = self._clock()
        return self._household().consent(utterance.person, Purpose.REVIEW, now) is not None

    def state(self, request: AccessRequest) -> AccessState:
        """Answer how far a request has come: granted only while something of it still opens."""
        now = request.state(self._clock())
        if now is AccessState.GRANTED:
            kept = {one.id for one in self.grants()}
            return now if kept.intersection(request.grants) else AccessState.OVER
        return now

    @property
    def _ours(self) -> HouseholdId:
        return self._household().id

    def _granted(
        self,
        transaction: Transaction,
        tree: KeyTree,
        asked: AccessRequest,
        what: tuple[PersonId, TraceId, Sequence[bytes]],
    ) -> Grant:
        terms = StaffTerms(asked.staff, asked.reason, asked.id)
        made = self._grants.make_for_staff(transaction, tree, what, terms)
        utterance = made.utterance
        named = scope_of(asked.wanted).covers(
            trace=utterance.of,
            person=utterance.person,
            device=utterance.device,
            heard_at=utterance.heard_at,
        )
        if not named or not self._grantable(asked, utterance):
            raise GrantRefused("this recording was not asked for, or may not be shown for that")
        return made

    def _grantable(self, request: AccessRequest, utterance: Utterance) -> bool:
        about = Asked(request.staff, request.reason, self.consented(utterance))
        return judge(request.staff, Operation.GRANT, about, self._clock()).allowed

    def _change(
        self, request: TraceId, change: Callable[[AccessRequest], AccessRequest]
    ) -> AccessRequest:
        with self._database.writing() as transaction:
            tree = open_tree(transaction, self._keeper)
            return ACCESS_REQUESTS.change(transaction, tree, self._ours, request, change)


def scope_of(wanted: Wanted) -> Scope:
    """Answer the scope of what is asked for."""
    return Scope(
        recordings=wanted.recordings,
        since=wanted.since,
        until=wanted.until,
        device=wanted.device,
    )


def _for_hours(request: AccessRequest, hours: int | None) -> AccessRequest:
    if hours is None or hours == request.reason.hours:
        return request
    if not 1 <= hours < request.reason.hours:
        raise GrantRefused(f"1 to {request.reason.hours} hours were asked for")
    return replace(request, reason=replace(request.reason, hours=hours))
