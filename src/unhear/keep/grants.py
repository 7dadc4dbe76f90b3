"""Grants: a guardian lets somebody who does not live here open one recording, for a time.

What is kept is the recording's age headers, sealed anew for an identity that the house never sees:
it stands in a link alone, or is a member of staff's own. So a grant opens nothing here.
"""

import json
from base64 import b64decode, b64encode
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from unhear.forget.database import TraceKind, TraceRow, Transaction
from unhear.forget.keytree import KeyTree
from unhear.forget.traces import NewTrace, add_trace, content_of, put_content, row_of, utterance_of
from unhear.household.staff import StaffTerms
from unhear.household.words import HouseholdId, PersonId, TraceId, Utterance
from unhear.keep.access import terms_fields, terms_from
from unhear.keep.film import SealedPiece

DAYS_MAX = 7
OPENINGS_MAX = 100
"""How often a link opens: a bound for what a stranger can have written to the ledger."""

GONE = "there is no such link, or not any more"
"""Said alike of what never was, is over, was taken back or was forgotten."""

ALMOST_A_DAY = timedelta(days=1) - timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Grant:
    """Who may open what, until when.

    `utterance` is the recording's own, so that an erasure that names the recording names this.
    `whom` and `why` are for guardians; `pieces` have headers that only the link opens, or with
    `staff` they alone; `filmed` tells a clip from sound.
    """

    id: TraceId
    utterance: Utterance
    by: PersonId
    whom: str
    why: str
    made_at: datetime
    expires_at: datetime
    filmed: bool
    pieces: tuple[SealedPiece, ...]
    opened: int = 0
    staff: StaffTerms | None = None

    @property
    def recording(self) -> TraceId:
        """What it opens."""
        return self.utterance.of

    @property
    def size(self) -> int:
        """How many bytes of the recording's payload it opens."""
        return self.pieces[-1].at + self.pieces[-1].size

    def holds(self, now: datetime) -> bool:
        """Whether it opens anything at this moment."""
        return now < self.expires_at and self.opened < OPENINGS_MAX


def add_grant(
    transaction: Transaction, tree: KeyTree, household: HouseholdId, grant: Grant
) -> None:
    """Keep a grant. Raises `Barred`.

    A house at work ends it to the minute; the row's day, the one after, is for the sweep of a house
    that was not.
    """
    new = NewTrace(
        id=grant.id,
        kind=TraceKind.GRANT,
        utterance=grant.utterance,
        content=_bytes(grant),
        expires_at=grant.expires_at + ALMOST_A_DAY,
    )
    add_trace(transaction, tree, household, new)


def grants(transaction: Transaction, tree: KeyTree, household: HouseholdId) -> Iterator[Grant]:
    """Yield the grants that are kept, those that are over and not destroyed yet too."""
    for row in transaction.traces(household, (TraceKind.GRANT,)):
        yield _grant(tree, row)


def grant_row(transaction: Transaction, household: HouseholdId, grant: TraceId) -> TraceRow:
    """Answer the row of a grant, still sealed. Raises `NoSuchTrace`."""
    return row_of(transaction, household, grant, (TraceKind.GRANT,), GONE)


def grant_of(
    transaction: Transaction, tree: KeyTree, household: HouseholdId, grant: TraceId
) -> Grant:
    """Answer one grant. Raises `NoSuchTrace`."""
    return _grant(tree, grant_row(transaction, household, grant))


def count_opening(
    transaction: Transaction, tree: KeyTree, household: HouseholdId, grant: Grant
) -> Grant:
    """Write down that it was opened once more. Raises `NoSuchTrace`."""
    counted = replace(grant, opened=grant.opened + 1)
    row = grant_row(transaction, household, grant.id)
    put_content(transaction, tree, row, _bytes(counted))
    return counted


def _bytes(grant: Grant) -> bytes:
    return json.dumps(
        {
            "by": grant.by,
            "whom": grant.whom,
            "why": grant.why,
            "made_at": grant.made_at.isoformat(),
            "expires_at": grant.expires_at.isoformat(),
            "filmed": grant.filmed,
            "opened": grant.opened,
            "staff": None if grant.staff is None else terms_fields(grant.staff),
            "pieces": [
                [b64encode(one.header).decode(), one.at, one.size, one.begins, one.ends]
                for one in grant.pieces
            ],
        }
    ).encode()


def _grant(tree: KeyTree, row: TraceRow) -> Grant:
    fields: dict[str, Any] = json.loads(content_of(tree, row))
    return Grant(
        id=row.id,
        utterance=utterance_of(tree, row),
        by=PersonId(fields["by"]),
        whom=fields["whom"],
        why=fields["why"],
        made_at=datetime.fromisoformat(fields["made_at"]),
        expires_at=datetime.fromisoformat(fields["expires_at"]),
        filmed=fields["filmed"],
        opened=fields["opened"],
        staff=None if (staff := fields.get("staff")) is None else terms_from(staff),
        pieces=tuple(SealedPiece(b64decode(header), *where) for header, *where in fields["pieces"]),
    )
