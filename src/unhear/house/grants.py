"""Let somebody who does not live here open a recording: granted, stated, opened, taken back.

Who has a link, or a member of staff of whoever runs the house: neither opens what is the other's.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from io import BytesIO

from unhear.clock import Clock, day_number, day_start
from unhear.forget.database import RECORDING_KINDS, Database, TraceKind, TraceRow, Transaction
from unhear.forget.engine import Forgetter
from unhear.forget.errors import NoSuchTrace
from unhear.forget.kept_receipts import Claimed, state
from unhear.forget.keytree import KeyTree
from unhear.forget.roots import RootKeeper, open_tree
from unhear.forget.snapshot import snapshot
from unhear.forget.traces import content_of, new_trace_id, utterance_of
from unhear.household.scope import Scope
from unhear.household.staff import HOURS_MAX, StaffTerms
from unhear.household.words import HouseholdId, PersonId, TraceId
from unhear.keep.age import HeaderDamaged
from unhear.keep.age.header import read_header
from unhear.keep.film import SealedPiece, film_from
from unhear.keep.grants import (
    DAYS_MAX,
    GONE,
    Grant,
    add_grant,
    count_opening,
    grant_of,
    grant_row,
    grants,
)
from unhear.keep.payloads import Payloads
from unhear.prove.claims import BY_GRANT, BY_STAFF, Looked
from unhear.prove.claims import Grant as Granted
from unhear.prove.ledger import Ledger
from unhear.prove.opening import Opening
from unhear.prove.receipt import Receipt
from unhear.prove.statement import commit, count_class, hour, items_root, salted

SHORTEST = timedelta(hours=1)


class GrantRefused(Exception):
    """A grant cannot be made like this; the message says why."""


@dataclass(frozen=True, slots=True)
class Terms:
    """For whom a grant is and why, in a guardian's words, and for how many days."""

    whom: str
    why: str
    days: int


class Grants:
    """The grants of one household."""

    def __init__(
        self,
        *,
        database: Database,
        keeper: RootKeeper,
        ledger: Ledger,
        payloads: Payloads,
        forgetter: Forgetter,
        household: HouseholdId,
        clock: Clock,
    ) -> None:
        self._database = database
        self._keeper = keeper
        self._ledger = ledger
        self._payloads = payloads
        self._forgetter = forgetter
        self._household = household
        self._clock = clock

    def make(
        self, by: PersonId, recording: TraceId, headers: Sequence[bytes], terms: Terms
    ) -> Grant:
        """Grant a recording whose headers were sealed anew; it is stated in the same step.

        `headers` are those of its pieces from the first on, or that of its sound. It ends with the
        recording at the latest. Raises `GrantRefused`, `NoSuchTrace` and `Barred`.
        """
        if not 1 <= terms.days <= DAYS_MAX:
            raise GrantRefused(f"a recording is shared for 1 to {DAYS_MAX} days")
        with self._database.writing() as transaction:
            tree = open_tree(transaction, self._keeper)
            grant = self._made(transaction, tree, (by, recording, headers), terms)
        self._ledger.publish_soon(self._database)
        return grant

    def make_for_staff(
        self,
        transaction: Transaction,
        tree: KeyTree,
        what: tuple[PersonId, TraceId, Sequence[bytes]],
        terms: StaffTerms,
    ) -> Grant:
        """Grant as `make` does (by whom, what, with which headers), in the caller's transaction."""
        if not 1 <= terms.reason.hours <= HOURS_MAX:
            raise GrantRefused(f"staff are let in for 1 to {HOURS_MAX} hours")
        return self._made(transaction, tree, what, terms)

    def all(self, *, staff: bool = False) -> list[Grant]:
        """Answer the grants by link, or to staff, that still open something, the newest first."""
        now = self._clock()
        held = (one for one in self._kept() if one.holds(now) and (one.staff is not None) == staff)
        return sorted(held, key=lambda one: one.made_at, reverse=True)

    def current(self, grant: TraceId, *, staff: bool = False) -> Grant:
        """Answer a grant that opens something at this moment. Raises `NoSuchTrace`."""
        return snapshot(
            self._database,
            self._keeper,
            lambda transaction, tree: self._current(transaction, tree, grant, staff=staff),
        )

    def open(self, grant: TraceId) -> Grant:
        """State that a link is opened; whoever returns from here may be given its headers.

        Raises `NoSuchTrace`. Where it cannot be stated it raises, and nothing is to be given out.
        """
        with self._database.writing() as transaction:
            tree = open_tree(transaction, self._keeper)
            found = self._current(transaction, tree, grant, staff=False)
            counted, _ = self.opened(transaction, tree, found)
        self._ledger.publish_soon(self._database)
        return counted

    def to_staff(self, transaction: Transaction, tree: KeyTree, grant: TraceId) -> Grant:
        """Answer a grant to staff that opens something at this moment. Raises `NoSuchTrace`."""
        return self._current(transaction, tree, grant, staff=True)

    def opened(
        self, transaction: Transaction, tree: KeyTree, grant: Grant
    ) -> tuple[Grant, Receipt]:
        """Count and state that a grant is opened, in the caller's transaction."""
        counted = count_opening(transaction, tree, self._household, grant)
        return counted, self._state(transaction, tree, counted, looked=True)

    def take_back(self, grant: TraceId) -> Receipt:
        """Forget a grant: its key is destroyed now, in every old copy too.

        Raises `NoSuchTrace`, and what `Forgetter.forget` raises.
        """
        with self._database.reading() as transaction:
            grant_row(transaction, self._household, grant)
        return self._forgetter.forget(self._household, Scope(recordings=frozenset({grant})))

    def end_what_is_over(self) -> Receipt | None:
        """Destroy the keys of grants that have come to their end; None where there are none.

        The daily sweep, which counts whole days, would do it up to a day later. Raises what
        `Forgetter.forget` raises.
        """
        now = self._clock()
        over = frozenset(one.id for one in self._kept() if now >= one.expires_at)
        if not over:
            return None
        return self._forgetter.forget(self._household, Scope(recordings=over))

    def next_end(self) -> datetime:
        """Answer the first moment at which a grant can end: one of now, or one that is yet to come.

        The shortest lasts for an hour, and none longer than its recording, which ends with a day.
        """
        now = self._clock()
        return min(
            [
                *(one.expires_at for one in self._kept()),
                now + SHORTEST,
                day_start(day_number(now) + 1),
            ]
        )

    def _kept(self) -> list[Grant]:
        with self._database.reading() as transaction:
            if not transaction.extent(self._household, TraceKind.GRANT)[0]:
                return []
        return snapshot(
            self._database,
            self._keeper,
            lambda transaction, tree: list(grants(transaction, tree, self._household)),
        )

    def _current(
        self, transaction: Transaction, tree: KeyTree, grant: TraceId, *, staff: bool
    ) -> Grant:
        found = grant_of(transaction, tree, self._household, grant)
        if not found.holds(self._clock()) or (found.staff is not None) != staff:
            raise NoSuchTrace(GONE)
        return found

    def _made(
        self,
        transaction: Transaction,
        tree: KeyTree,
        what: tuple[PersonId, TraceId, Sequence[bytes]],
        terms: Terms | StaffTerms,
    ) -> Grant:
        by, recording, headers = what
        for header in headers:
            _check(header)
        now = self._clock()
        row = transaction.trace(self._household, recording)
        if row is None or row.kind not in RECORDING_KINDS or day_start(row.expires_day) <= now:
            raise NoSuchTrace("no such recording is kept; it may be forgotten already")
        grant = Grant(
            id=new_trace_id(),
            utterance=utterance_of(tree, row),
            by=by,
            whom=terms.staff.name if isinstance(terms, StaffTerms) else terms.whom,
            why=terms.reason.why if isinstance(terms, StaffTerms) else terms.why,
            made_at=now,
            expires_at=min(now + _lasts(terms), day_start(row.expires_day)),
            filmed=row.kind is TraceKind.CLIP,
            pieces=self._pieces(tree, row, headers),
            staff=terms if isinstance(terms, StaffTerms) else None,
        )
        add_grant(transaction, tree, self._household, grant)
        self._state(transaction, tree, grant, looked=False)
        return grant

    def _pieces(
        self, tree: KeyTree, row: TraceRow, headers: Sequence[bytes]
    ) -> tuple[SealedPiece, ...]:
        if row.kind is TraceKind.CLIP:
            kept = film_from(content_of(tree, row)).pieces
        else:
            size = self._payloads.size(self._household, row.id)
            kept = (SealedPiece(b"", 0, size, 0.0, utterance_of(tree, row).seconds),)
        if not 1 <= len(headers) <= len(kept):
            raise GrantRefused(f"one header a piece is needed: 1 to {len(kept)} of them")
        return tuple(replace(one, header=new) for one, new in zip(kept, headers, strict=False))

    def _state(
        self, transaction: Transaction, tree: KeyTree, grant: Grant, *, looked: bool
    ) -> Receipt:
        """State that it was made or, with `looked`, opened; the receipt goes with who made it.

        A look by staff names them, by the id that their desk gave them.
        """
        now = self._clock()
        by_staff = looked and grant.staff is not None
        name = grant.staff.staff.id if by_staff and grant.staff else grant.id.hex()
        stranger = salted(name.encode())
        opening = Opening(salted(self._household), (salted(grant.recording),), stranger)
        about = {
            "subject": commit("subject", opening.subject),
            "person": commit("person", stranger),
            "items_root": items_root(opening.items),
            "count": count_class(len(opening.items)),
        }
        claim = (
            Looked(**about, how=BY_STAFF if by_staff else BY_GRANT, looked_at=hour(now))
            if looked
            else Granted(**about, granted_at=hour(now), expires_at=hour(grant.expires_at))
        )
        claimed = Claimed(claim, opening, grant.by)
        return state(transaction, tree, self._household, claimed, ledger=self._ledger, now=now)


def _lasts(terms: Terms | StaffTerms) -> timedelta:
    if isinstance(terms, StaffTerms):
        return timedelta(hours=terms.reason.hours)
    return timedelta(days=terms.days)


def _check(header: bytes) -> None:
    """Raise `GrantRefused` for what is no age header for one recipient."""
    source = BytesIO(header)
    try:
        stanzas = read_header(source).stanzas
    except HeaderDamaged:
        stanzas = ()
    if source.read(1) or [one.kind for one in stanzas] != ["X25519"]:
        raise GrantRefused("a header must be for one X25519 recipient, with nothing behind it")
