"""What skills remember: sealed like a recording, each item under a key of its own.

What may not be written down stays in memory alone (`unwritten`).

The server can open these (it must answer from them), so they are not sealed to the household;
but they die with their key, and with the recording they came of.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from unhear.clock import Clock
from unhear.forget.database import Database, TraceKind, TraceRow, Transaction
from unhear.forget.engine import Forgetter
from unhear.forget.keytree import KeyTree
from unhear.forget.roots import RootKeeper, open_tree
from unhear.forget.snapshot import snapshot
from unhear.forget.traces import NewTrace, add_trace, content_of, new_trace_id
from unhear.household.policy import Remembering
from unhear.household.speech import Item
from unhear.household.words import HouseholdId, TraceId, Utterance
from unhear.keep.unwritten import Unwritten

Read = Callable[[], Sequence[Item]]
Recall = Callable[[Read], Sequence[Item]]


class MemoryUndeclared(Exception):
    """A skill would keep something without having said what it keeps."""


class SkillMemory:
    """What one skill remembers for a household, while one request of it is answered."""

    def __init__(
        self,
        *,
        database: Database,
        keeper: RootKeeper,
        forgetter: Forgetter,
        household: HouseholdId,
        skill: str,
        remembers: str,
        request: Utterance,
        remembering: Remembering,
        unwritten: Unwritten,
        clock: Clock,
    ) -> None:
        """Items remembered are traces of `request`: its recording, person and device.

        `remembering` says for how long, and whether they may be written down; if not, they stay in
        `unwritten`. `remembers` is what the skill says it keeps, for the data map.
        """
        self._database = database
        self._keeper = keeper
        self._forgetter = forgetter
        self._household = household
        self._skill = skill
        self._remembers = remembers
        self._request = request
        self._remembering = remembering
        self._unwritten = unwritten
        self._clock = clock

    def items(self, recall: Recall | None = None) -> Sequence[Item]:
        """Answer everything remembered, oldest first.

        `recall` answers what is written down from memory where that is good enough: it is given
        what reads it.
        """
        written = self._written() if recall is None else recall(self._written)
        items = [*written, *self._unwritten.items(self._household, self._skill)]
        return sorted(items, key=lambda item: item.made_at)

    def _written(self) -> Sequence[Item]:
        def read(transaction: Transaction, tree: KeyTree) -> list[Item]:
            rows = transaction.traces(self._household, (TraceKind.MEMORY,))
            return [item for row in rows if (item := self._opened(tree, row)) is not None]

        return snapshot(self._database, self._keeper, read)

    def remember(self, data: Mapping[str, str]) -> Item:
        """Keep `data`, as something that came of the request.

        Raises `Barred`, and `MemoryUndeclared` for a skill that says it remembers nothing.
        """
        if not self._remembers:
            raise MemoryUndeclared(
                f"the skill {self._skill} would keep something; its `remembers` must say what"
            )
        made_at = self._clock()
        until = made_at + self._remembering.stay
        if not self._remembering.written:
            item = Item(new_trace_id(), dict(data), made_at)
            self._unwritten.add(self._household, self._skill, item, self._request, until)
            return item
        new = NewTrace(
            id=new_trace_id(),
            kind=TraceKind.MEMORY,
            utterance=replace(self._request, intent=None, reasons=(f"The {self._skill} skill.",)),
            content=json.dumps(
                {"skill": self._skill, "made_at": made_at.isoformat(), "data": dict(data)}
            ).encode(),
            expires_at=until,
        )
        with self._database.writing() as transaction:
            add_trace(transaction, open_tree(transaction, self._keeper), self._household, new)
        return Item(new.id, dict(data), made_at)

    def drop(self, ids: Sequence[TraceId]) -> None:
        """Forget the items of these ids; unknown ids do nothing."""
        written = set(ids) - self._unwritten.drop(ids)
        if written:
            self._forgetter.discard(self._household, sorted(written))

    def _opened(self, tree: KeyTree, row: TraceRow) -> Item | None:
        content = json.loads(content_of(tree, row))
        if content["skill"] != self._skill:
            return None
        return Item(row.id, content["data"], datetime.fromisoformat(content["made_at"]))
