"""Legal holds: asked for by one person, agreed to by another, ended by their expiry or by a word.

A hold keeps what it names from being erased. It is a leaf of the ledger from the moment it is in
force, and another when it ends; the erasures it held back are then finished like any other.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from unhear.clock import Clock, day_number, random_bytes
from unhear.forget.capsule import seal, unseal
from unhear.forget.database import Database, HoldRow, HoldState, Transaction
from unhear.forget.errors import HoldWrong
from unhear.forget.keytree import KeyTree
from unhear.forget.records import household_key, scope_fields, scope_from
from unhear.forget.roots import RootKeeper, open_tree
from unhear.forget.snapshot import snapshot
from unhear.household.hold import Hold
from unhear.household.scope import Scope
from unhear.household.words import HouseholdId
from unhear.prove import claims
from unhear.prove.ledger import Ledger
from unhear.prove.statement import hidden, hour, statement_of

HOLD_ID_BYTES = 16


@dataclass(frozen=True, slots=True)
class PlacedHold:
    """A legal hold as the house has it."""

    id: bytes
    state: HoldState
    hold: Hold


Tell = Callable[[Transaction, KeyTree, PlacedHold, datetime], None]
"""Tells guardians, in the same transaction, that a hold is in force or over, and when."""


def scopes_held(
    transaction: Transaction, tree: KeyTree, household: HouseholdId, today: int
) -> list[Scope]:
    """Answer what may not be erased today."""
    return [
        hold_of(transaction, tree, row).scope
        for row in transaction.holds(household)
        if row.state is HoldState.IN_FORCE and row.expires_day > today
    ]


class Holds:
    """The legal holds of one household."""

    def __init__(
        self,
        *,
        database: Database,
        keeper: RootKeeper,
        ledger: Ledger,
        household: HouseholdId,
        clock: Clock,
        tell: Tell | None = None,
    ) -> None:
        """`tell` is asked of every hold that no authority ordered to be kept from guardians."""
        self._tell = tell
        self._database = database
        self._keeper = keeper
        self._ledger = ledger
        self._household = household
        self._clock = clock

    def ask(self, hold: Hold) -> bytes:
        """Write down a hold that somebody asks for; answer its id. It holds nothing back yet."""
        if hold.scope.household or hold.scope.words_only:
            raise HoldWrong("a hold names recordings, people, devices or times; choose one of them")
        hold_id = random_bytes(HOLD_ID_BYTES)
        with self._database.writing() as transaction:
            tree = open_tree(transaction, self._keeper)
            self._write(transaction, tree, PlacedHold(hold_id, HoldState.ASKED, hold))
        return hold_id

    def agree(self, hold_id: bytes, agreed_by: str) -> None:
        """Put a hold in force. Raises `HoldWrong` unless another person than the asker agrees."""
        now = self._clock()
        with self._database.writing() as transaction:
            tree = open_tree(transaction, self._keeper)
            placed = self._find(transaction, tree, hold_id)
            if placed.state is not HoldState.ASKED or placed.hold.expires_at <= now:
                raise HoldWrong("only a hold that was asked for and is not over can be agreed to")
            try:
                hold = replace(placed.hold, agreed_by=agreed_by, agreed_at=now)
            except ValueError as error:
                raise HoldWrong(str(error)) from None
            placed = PlacedHold(hold_id, HoldState.IN_FORCE, hold)
            self._write(transaction, tree, placed)
            self._ledger.append(transaction, statement_of(self._claim(hold_id, hold, now)))
            self._say(transaction, tree, placed, now)
        self._ledger.publish_soon(self._database)

    def lift(self, hold_id: bytes) -> None:
        """End a hold before its expiry; what it held back is erased at the next `resume`."""
        self._end([hold_id], "lifted")

    def end_due(self) -> int:
        """End the holds that have expired; answer how many."""
        today = day_number(self._clock())
        with self._database.reading() as transaction:
            rows = transaction.holds(self._household)
        due = [
            row.id for row in rows if row.state is not HoldState.ENDED and row.expires_day <= today
        ]
        if due:
            self._end(due, "expired")
        return len(due)

    def all(self) -> list[PlacedHold]:
        """Answer every hold, ended ones too, oldest first."""

        def read(transaction: Transaction, tree: KeyTree) -> list[PlacedHold]:
            rows = transaction.holds(self._household)
            return [PlacedHold(r.id, r.state, hold_of(transaction, tree, r)) for r in rows]

        placed = snapshot(self._database, self._keeper, read)
        return sorted(placed, key=lambda one: one.hold.asked_at)

    def _end(self, hold_ids: Sequence[bytes], how: str) -> None:
        now = self._clock()
        with self._database.writing() as transaction:
            tree = open_tree(transaction, self._keeper)
            for hold_id in hold_ids:
                placed = self._find(transaction, tree, hold_id)
                if placed.state is HoldState.ENDED:
                    raise HoldWrong("this hold is over already")
                over = replace(placed, state=HoldState.ENDED)
                self._write(transaction, tree, over)
                if placed.state is HoldState.IN_FORCE:
                    ended = claims.HoldEnded(hold_id.hex(), how, hour(now))
                    self._ledger.append(transaction, statement_of(ended))
                    self._say(transaction, tree, over, now)
        self._ledger.publish_soon(self._database)

    def _say(
        self, transaction: Transaction, tree: KeyTree, placed: PlacedHold, now: datetime
    ) -> None:
        if self._tell is not None and not placed.hold.by_order:
            self._tell(transaction, tree, placed, now)

    def _find(self, transaction: Transaction, tree: KeyTree, hold_id: bytes) -> PlacedHold:
        for row in transaction.holds(self._household):
            if row.id == hold_id:
                return PlacedHold(row.id, row.state, hold_of(transaction, tree, row))
        raise HoldWrong("no such hold; see `unhear hold list`")

    def _write(self, transaction: Transaction, tree: KeyTree, placed: PlacedHold) -> None:
        key = household_key(transaction, tree, self._household)
        plaintext = json.dumps(_fields(placed.hold)).encode()
        transaction.set_hold(
            HoldRow(
                id=placed.id,
                household=self._household,
                state=placed.state,
                expires_day=day_number(placed.hold.expires_at),
                sealed=seal(key, "hold", self._household, placed.id, plaintext),
            )
        )

    def _claim(self, hold_id: bytes, hold: Hold, now: datetime) -> claims.Hold:
        scope = json.dumps(scope_fields(hold.scope), sort_keys=True).encode()
        return claims.Hold(
            id=hold_id.hex(),
            subject=hidden("subject", self._household),
            scope=hidden("hold", scope),
            reason=hidden("reason", hold.reason.encode()),
            asked_by=hidden("person", hold.asked_by.encode()),
            agreed_by=hidden("person", (hold.agreed_by or "").encode()),
            placed_at=hour(now),
            expires_at=hour(hold.expires_at),
        )


def hold_of(transaction: Transaction, tree: KeyTree, row: HoldRow) -> Hold:
    """Open a hold. Raises `CapsuleClosed`."""
    key = household_key(transaction, tree, row.household)
    fields: dict[str, Any] = json.loads(unseal(key, "hold", row.household, row.id, row.sealed))
    agreed_at = fields["agreed_at"]
    return Hold(
        scope=scope_from(fields["scope"]),
        reason=fields["reason"],
        asked_by=fields["asked_by"],
        asked_at=datetime.fromisoformat(fields["asked_at"]),
        expires_at=datetime.fromisoformat(fields["expires_at"]),
        by_order=fields["by_order"],
        agreed_by=fields["agreed_by"],
        agreed_at=datetime.fromisoformat(agreed_at) if agreed_at else None,
    )


def _fields(hold: Hold) -> dict[str, Any]:
    return {
        "scope": scope_fields(hold.scope),
        "reason": hold.reason,
        "asked_by": hold.asked_by,
        "asked_at": hold.asked_at.isoformat(),
        "expires_at": hold.expires_at.isoformat(),
        "by_order": hold.by_order,
        "agreed_by": hold.agreed_by,
        "agreed_at": hold.agreed_at.isoformat() if hold.agreed_at else None,
    }
