"""Compute a house's log anew from its entries, and compare it with everything that was signed.

What is compared: the hashes in the database, the published checkpoint, the newest checkpoint that
witnesses cosigned, and every receipt that the house keeps. None of it needs the log's own key.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from unhear.forget.kept_receipts import RECEIPT_YEARS, SHOWN, Shown, hour_in
from unhear.house.evidence.facts import Gap, LogFacts
from unhear.prove.errors import ProofError
from unhear.prove.fields import load_json
from unhear.prove.log import LedgerStore
from unhear.prove.merkle import Node, completed_by, root
from unhear.prove.notes import Checkpoint, Note, VerifierKey, verify_note
from unhear.prove.opening import AnyOpening, verify_opening
from unhear.prove.receipt import Receipt
from unhear.prove.statement import Statement, leaf_of
from unhear.prove.witnessing import Watched

RECEIPTS_KEPT = timedelta(days=RECEIPT_YEARS * 365 - 31)
"""For how long a receipt is surely kept; those of older entries may be gone by age."""

PERSONAL = frozenset(kind for shown in Shown if shown is not Shown.ERASURE for kind in SHOWN[shown])
"""Kinds whose receipts go with somebody who is removed."""

RECEIPTED = PERSONAL | set(SHOWN[Shown.ERASURE])
"""Kinds of statement of which the house keeps a receipt."""


@dataclass(frozen=True, slots=True)
class Public:
    """What of a log lies outside the database: its checkpoint, and what witnesses said last."""

    checkpoint: bytes | None
    watched: Watched
    witnesses: Sequence[VerifierKey] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the log, and what opens it where the house keeps a receipt that is genuine."""

    index: int
    statement: Statement
    opening: AnyOpening | None = None

    @property
    def kind(self) -> str:
        """The statement's kind; empty for what is no statement."""
        return str(self.statement.get("kind", ""))

    def at(self, name: str) -> datetime:
        """Answer the hour in a field."""
        return datetime.fromisoformat(str(self.statement[name]))


@dataclass(frozen=True, slots=True)
class _Tree:
    """The log as its entries make it."""

    leaves: Sequence[bytes]
    node: Node
    keys: Sequence[VerifierKey]

    def is_beginning(self, checkpoint: Checkpoint) -> bool:
        """Whether a checkpoint is of this log, when it was as long or shorter."""
        size = checkpoint.size
        return size <= len(self.leaves) and root(size, self.node) == checkpoint.root


def read_log(
    store: LedgerStore, receipts: Sequence[Receipt], public: Public, now: datetime
) -> tuple[list[Entry], LogFacts]:
    """Answer the entries of a log, and how it stands."""
    size = store.ledger_size()
    leaves = store.ledger_leaves(0, size)
    nodes = _computed(leaves)
    statements = [_statement(leaf) for leaf in leaves]
    keys = list(_keys(statements))
    tree = _Tree(leaves, lambda level, index: nodes[level, index], keys)
    changed = [] if len(leaves) == size else [f"{size - len(leaves)} entries are missing"]
    changed += _other_nodes(store, nodes, len(leaves))
    changed += [] if keys else ["it does not begin with the key that signs it"]
    published, wrong = _published(tree, public.checkpoint)
    genuine, contradicting = _openings(tree, receipts)
    if contradicting:
        wrong.append(f"{contradicting} receipts that the house gave out contradict it")
    entries = [Entry(n, said, genuine.get(n)) for n, said in enumerate(statements)]
    receipted = {receipt.proof.index for receipt in receipts}
    witnessed, forked = _witnessed(tree, public)
    facts = LogFacts(
        key=str(keys[-1]) if keys else "",
        size=len(leaves),
        published=published,
        witnesses=len(public.witnesses),
        witnessed=witnessed,
        kinds=dict(sorted(Counter(one.kind for one in entries).items())),
        changed=(*changed, *wrong),
        forked=tuple(forked),
        gaps=tuple(_gaps(entries, receipted, now)),
    )
    return entries, facts


def _computed(leaves: Sequence[bytes]) -> Mapping[tuple[int, int], bytes]:
    nodes: dict[tuple[int, int], bytes] = {}
    for index, leaf in enumerate(leaves):
        for level, place, value in completed_by(index, leaf, lambda lv, pl: nodes[lv, pl]):
            nodes[level, place] = value
    return nodes


def _other_nodes(
    store: LedgerStore, nodes: Mapping[tuple[int, int], bytes], size: int
) -> list[str]:
    """Say where the hashes in the database are not those of the entries."""
    other = 0
    for level in range(size.bit_length()):
        there = store.ledger_nodes(level, 0, size >> level)
        ours = [nodes[level, place] for place in range(size >> level)]
        other += list(there) != ours
    return ["its entries do not have the hashes that were kept of them"] if other else []


def _statement(leaf: bytes) -> Statement:
    try:
        found: Any = load_json(leaf, "an entry of the log")
    except ProofError:
        return {}
    return found if isinstance(found, Mapping) else {}


def _keys(statements: Sequence[Statement]) -> Iterator[VerifierKey]:
    """Yield the keys that the log names as its own; none where it does not begin with one."""
    for index, said in enumerate(statements):
        if said.get("kind") == "log-key":
            yield VerifierKey.parse(str(said["key"]))
        elif index == 0:
            return


def _published(tree: _Tree, content: bytes | None) -> tuple[int | None, list[str]]:
    """Answer the size of the published checkpoint, and what is wrong with it."""
    if content is None:
        return None, ["no checkpoint of it is published"]
    try:
        note = Note.parse(content.decode())
        checkpoint = Checkpoint.parse(note.text)
        signed = bool(verify_note(note, tree.keys))
    except (ProofError, UnicodeDecodeError):
        return None, ["the published checkpoint cannot be read, or its signature is wrong"]
    if not signed:
        return checkpoint.size, ["the published checkpoint is not signed with the log's key"]
    if not tree.is_beginning(checkpoint):
        return checkpoint.size, ["it is not the history of which a checkpoint was published"]
    return checkpoint.size, []


def _witnessed(tree: _Tree, public: Public) -> tuple[int, list[str]]:
    """Answer how many entries witnesses cosigned, and what they saw that is not so here."""
    saw = [
        f"{key.name} says that it saw another history"
        for key, one in public.watched.standings.items()
        if one.forked
    ]
    note = public.watched.cosigned
    if note is None:
        return 0, saw
    try:
        cosigners = verify_note(note, public.witnesses)
        checkpoint = Checkpoint.parse(note.text)
    except ProofError:
        return 0, [*saw, "a cosignature is not by the witness that it names"]
    if not cosigners:
        return 0, saw
    if not tree.is_beginning(checkpoint):
        saw += [f"{key.name} cosigned another history" for key in cosigners]
    return checkpoint.size, saw


def _openings(
    tree: _Tree, receipts: Sequence[Receipt]
) -> tuple[Mapping[int, AnyOpening | None], int]:
    """Answer what opens which entry, of the receipts that are genuine, and how many are not."""
    genuine = {}
    wrong = 0
    for receipt in receipts:
        index = receipt.proof.index
        if _is_genuine(tree, receipt):
            genuine[index] = receipt.opening
        else:
            wrong += 1
    return genuine, wrong


def _is_genuine(tree: _Tree, receipt: Receipt) -> bool:
    index, note = receipt.proof.index, receipt.proof.checkpoint
    try:
        same = index < len(tree.leaves) and tree.leaves[index] == leaf_of(receipt.statement)
        if not same or not tree.is_beginning(Checkpoint.parse(note.text)):
            return False
        if receipt.opening is not None:
            verify_opening(receipt.statement, receipt.opening)
        return bool(verify_note(note, tree.keys))
    except ProofError:
        return False


def _gaps(entries: Sequence[Entry], receipted: set[int], now: datetime) -> Iterator[Gap]:
    """Yield the entries whose receipts are gone, and nobody's removal explains it."""
    removals = [e.index for e in entries if e.kind == "erasure" and _removes(e.statement)]
    last = max(removals, default=-1)
    for entry in entries:
        if entry.kind not in RECEIPTED or entry.index in receipted:
            continue
        if entry.kind in PERSONAL and entry.index < last:
            continue
        at = datetime.fromisoformat(hour_in(entry.statement))
        if now - at < RECEIPTS_KEPT:
            yield Gap(entry.index, entry.kind, at)


def _removes(said: Statement) -> bool:
    """Whether an erasure may have been the first step of somebody's removal, or took everybody."""
    return bool({"person", "household"}.intersection(str(said.get("scope")).split(" and ")))
