"""Let somebody who does not live here open a recording: granted, stated, opened, taken back."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from io import BytesIO

from unhear.clock import Clock, day_start
from unhear.forget.database import RECORDING_KINDS, Database, TraceKind, TraceRow, Transaction
from unhear.forget.engine import Forgetter
from unhear.forget.errors import NoSuchTrace
from unhear.forget.kept_receipts import Claimed, state
from unhear.forget.keytree import KeyTree
from unhear.forget.roots import RootKeeper, open_tree
from unhear.forget.snapshot import snapshot
from unhear.forget.traces import content_of, new_trace_id, utterance_of
from unhear.household.scope import Scope
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
    grants,
)
from unhear.keep.payloads import Payloads
from unhear.prove.claims import BY_GRANT, Looked
from unhear.prove.claims import Grant as Granted
from unhear.prove.ledger import Ledger
from unhear.prove.opening import Opening
from unhear.prove.receipt import Receipt
from unhear.prove.statement import commit, count_class, hour, items_root, salted


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
        for header in headers:
            _check(header)
        now = self._clock()
        with self._database.writing() as transaction:
            tree = open_tree(transaction, self._keeper)
            row = transaction.trace(self._household, recording)
            if row is None or row.kind not in RECORDING_KINDS or day_start(row.expires_day) <= now:
                raise NoSuchTrace("no such recording is kept; it may be forgotten already")
            grant = Grant(
                id=new_trace_id(),
                utterance=utterance_of(tree, row),
                by=by,
                whom=terms.whom,
                why=terms.why,
                made_at=now,
                expires_at=min(now + timedelta(days=terms.days), day_start(row.expires_day)),
                filmed=row.kind is TraceKind.CLIP,
                pieces=self._pieces(tree, row, headers),
            )
            add_grant(transaction, tree, self._household, grant)
            self._state(transaction, tree, grant, looked=False)
        self._ledger.publish_soon(self._database)
        return grant

    def all(self) -> list[Grant]:
        """Answer the grants that still open something, the newest first."""
        now = self._clock()
        found = snapshot(
            self._database,
            self._keeper,
            lambda transaction, tree: list(grants(transaction, tree, self._household)),
        )
        return sorted(
            (one for one in found if one.holds(now)), key=lambda one: one.made_at, reverse=True
        )

    def current(self, grant: TraceId) -> Grant:
        """Answer a grant that opens something at this moment. Raises `NoSuchTrace`."""
        return snapshot(
            self._database,
            self._keeper,
            lambda transaction, tree: self._current(transaction, tree, grant),
        )

    def open(self, grant: TraceId) -> Grant:
        """State that it is opened; whoever returns from here may be given its headers.

        Raises `NoSuchTrace`. Where it cannot be stated it raises, and nothing is to be given out.
        """
        with self._database.writing() as transaction:
            tree = open_tree(transaction, self._keeper)
            found = self._current(transaction, tree, grant)
            counted = count_opening(transaction, tree, self._household, found)
            self._state(transaction, tree, counted, looked=True)
        self._ledger.publish_soon(self._database)
        return counted

    def take_back(self, grant: TraceId) -> Receipt:
        """Forget a grant: its key is destroyed now, in every old copy too.

        Raises `NoSuchTrace`, and what `Forgetter.forget` raises.
        """
        with self._database.reading() as transaction:
            row = transaction.trace(self._household, grant)
        if row is None or row.kind is not TraceKind.GRANT:
            raise NoSuchTrace(GONE)
        return self._forgetter.forget(self._household, Scope(recordings=frozenset({grant})))

    def _current(self, transaction: Transaction, tree: KeyTree, grant: TraceId) -> Grant:
        found = grant_of(transaction, tree, self._household, grant)
        if not found.holds(self._clock()):
            raise NoSuchTrace(GONE)
        return found

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
    ) -> None:
        """State that it was made or, with `looked`, opened; the receipt goes with who made it."""
        now = self._clock()
        stranger = salted(grant.id.hex().encode())
        opening = Opening(salted(self._household), (salted(grant.recording),), stranger)
        about = {
            "subject": commit("subject", opening.subject),
            "person": commit("person", stranger),
            "items_root": items_root(opening.items),
            "count": count_class(len(opening.items)),
        }
        claim = (
            Looked(**about, how=BY_GRANT, looked_at=hour(now))
            if looked
            else Granted(**about, granted_at=hour(now), expires_at=hour(grant.expires_at))
        )
        claimed = Claimed(claim, opening, grant.by)
        state(transaction, tree, self._household, claimed, ledger=self._ledger, now=now)


def _check(header: bytes) -> None:
    """Raise `GrantRefused` for what is no age header for one recipient."""
    source = BytesIO(header)
    try:
        stanzas = read_header(source).stanzas
    except HeaderDamaged:
        stanzas = ()
    if source.read(1) or [one.kind for one in stanzas] != ["X25519"]:
        raise GrantRefused("a header must be for one X25519 recipient, with nothing behind it")
