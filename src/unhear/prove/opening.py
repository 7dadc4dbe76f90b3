"""Openings: what opens a statement's commitments to whoever is shown it.

Kept by the guardian; a receipt verifies without. Which members an opening has follows from the
statement's kind; docs/receipts.md specifies them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from unhear.prove.errors import ProofMalformed, ProofWrong
from unhear.prove.fields import fields, hex_bytes, list_of, whole
from unhear.prove.merkle import inclusion_proof, leaf_hash, verify_inclusion
from unhear.prove.statement import (
    Committed,
    Statement,
    Tag,
    commit,
    count_class,
    item_leaves,
    items_root,
    subtrees,
)


@dataclass(frozen=True, slots=True)
class Opening:
    """Whose erasure, look or grant it was, and of what; of a look or grant, also who may look."""

    subject: Committed
    items: tuple[Committed, ...]
    person: Committed | None = None
    notice: Committed | None = None


@dataclass(frozen=True, slots=True)
class ConsentOpening:
    """In whose household a consent was decided, about whom, and on which notice it was given."""

    subject: Committed
    person: Committed | None = None
    notice: Committed | None = None


@dataclass(frozen=True, slots=True)
class Disclosure:
    """One item out of `size`, with its place and path in the statement's `items_root`.

    It shows that this item is among those meant, and tells neither the others nor the household.
    """

    item: Committed
    index: int
    size: int
    path: tuple[bytes, ...]


AnyOpening = Opening | ConsentOpening | Disclosure

_AMONG = {
    "erasure": "what was forgotten",
    "unlearning": "what was unlearned",
    "look": "what was looked at",
    "grant": "what may be opened",
}
_MEANT = {
    "subject": "whose household it was",
    "person": "which person it was about",
    "notice": "on which notice",
}
_TAGS: tuple[Tag, ...] = ("subject", "person", "notice")
"""The members of an opening that open the statement's field of the same name."""


def disclosed(opening: AnyOpening | None, item: bytes) -> Disclosure:
    """Answer what opens `item` and nothing else. Raises `ProofWrong`."""
    items = opening.items if isinstance(opening, Opening) else ()
    chosen = next((committed for committed in items if committed.item == item), None)
    if chosen is None:
        raise ProofWrong("this receipt's opening does not hold that item")
    leaves = item_leaves(items)
    index = leaves.index(bytes.fromhex(commit("item", chosen)))
    path = inclusion_proof(index, len(leaves), subtrees(leaves))
    return Disclosure(chosen, index, len(leaves), tuple(path))


def verify_opening(statement: Statement, opening: AnyOpening) -> str:
    """Answer what the opening shows, as a sentence. Raises `ProofWrong` and `ProofMalformed`."""
    of_items = "items_root" in statement
    if "subject" not in statement or isinstance(opening, ConsentOpening) == of_items:
        raise ProofWrong("a statement of this kind has not such an opening")
    if isinstance(opening, ConsentOpening):
        return f"The opening shows {_verified_members(statement, opening)}."
    count = len(opening.items) if isinstance(opening, Opening) else opening.size
    if count_class(count) != statement.get("count"):
        raise ProofWrong("the opening names another number of recordings than the statement")
    if isinstance(opening, Disclosure):
        verify_inclusion(
            leaf=leaf_hash(bytes.fromhex(commit("item", opening.item))),
            index=opening.index,
            size=opening.size,
            proof=opening.path,
            root_hash=hex_bytes(statement["items_root"], "items_root"),
        )
        among = _AMONG.get(str(statement["kind"]), "what is meant")
        return f"The opening shows that {opening.item.item.hex()} is among {among}."
    shown = _verified_members(statement, opening)
    if items_root(opening.items) != statement["items_root"]:
        raise ProofWrong("the opening names other recordings than the statement commits to")
    return f"The opening shows which recordings, and {shown}."


def _verified_members(statement: Statement, opening: Opening | ConsentOpening) -> str:
    """Answer what the members open that are no items. Raises `ProofWrong`.

    There must be one for each field of the statement that an opening can open.
    """
    found = _members(opening)
    if set(found) != statement.keys() & set(_TAGS):
        raise ProofWrong("the opening has not the members of a statement of this kind")
    for name, committed in found.items():
        if commit(name, committed) != statement[name]:
            raise ProofWrong(f"the opening names another {name} than the statement commits to")
    return ", ".join(_MEANT[name] for name in found)


def _members(opening: Opening | ConsentOpening) -> dict[Tag, Committed]:
    """Answer what opens single fields, by the field and tag, in the order of the file."""
    found = {name: getattr(opening, name, None) for name in _TAGS}
    return {name: committed for name, committed in found.items() if committed is not None}


def opening_json(opening: AnyOpening) -> dict[str, Any]:
    """Answer an opening as JSON has it."""
    if isinstance(opening, Disclosure):
        return {
            "item": _committed_json(opening.item),
            "index": opening.index,
            "size": opening.size,
            "path": [value.hex() for value in opening.path],
        }
    written: dict[str, Any] = {
        name: _committed_json(committed) for name, committed in _members(opening).items()
    }
    if isinstance(opening, Opening):
        written["items"] = [_committed_json(item) for item in opening.items]
    return written


def read_opening(value: object) -> AnyOpening:
    """Answer the opening of these fields, of whatever form. Raises `ProofMalformed`."""
    names = frozenset(value) if isinstance(value, Mapping) else frozenset()
    if "item" in names:
        return _disclosure(value)
    wanted = {"subject"} | names & {"items", "person", "notice"}
    found = fields(value, "the opening", frozenset(wanted))
    subject, person, notice = (_perhaps(found, name) for name in _TAGS)
    if subject is None:
        raise ProofMalformed("the opening must say whose household it was")
    if "items" in found:
        return Opening(subject, _items(found["items"]), person, notice)
    return ConsentOpening(subject, person, notice)


def _disclosure(value: object) -> Disclosure:
    found = fields(value, "the opening", frozenset({"item", "index", "size", "path"}))
    return Disclosure(
        _committed(found["item"], "opening.item"),
        whole(found["index"], "opening.index"),
        whole(found["size"], "opening.size"),
        list_of(hex_bytes)(found["path"], "opening.path"),
    )


def _items(value: object) -> tuple[Committed, ...]:
    if not isinstance(value, list):
        raise ProofMalformed("opening.items must be a list")
    return tuple(_committed(item, f"opening.items[{n}]") for n, item in enumerate(value))


def _perhaps(found: Mapping[str, Any], name: str) -> Committed | None:
    return _committed(found[name], f"opening.{name}") if name in found else None


def _committed_json(committed: Committed) -> dict[str, str]:
    return {"item": committed.item.hex(), "salt": committed.salt.hex()}


def _committed(value: object, where: str) -> Committed:
    found = fields(value, where, frozenset({"item", "salt"}))
    return Committed(
        hex_bytes(found["item"], f"{where}.item"), hex_bytes(found["salt"], f"{where}.salt")
    )
