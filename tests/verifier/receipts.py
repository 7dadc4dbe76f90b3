"""Genuine receipts of every kind, and every way to damage one; for several verifiers to agree on.

What is made here uses fixed keys, so the same drawing makes the same bytes.
"""

import json
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any

from hypothesis import strategies as st

from tests.prove.memory import (
    OTHER_WITNESS,
    SIGNER,
    WITNESS,
    Files,
    MemoryLog,
    erasure,
    receipt,
    salt,
    signer,
    thing,
)
from unhear.prove.claims import (
    Claim,
    ConsentGiven,
    ConsentLapsed,
    ConsentRefused,
    ConsentRenewed,
    ConsentWithdrawn,
    Grant,
    Hold,
    HoldEnded,
    LogKey,
    Looked,
    Unlearning,
)
from unhear.prove.errors import ProofError
from unhear.prove.ledger import Ledger
from unhear.prove.merkle import completed_by
from unhear.prove.notes import KeyKind, VerifierKey
from unhear.prove.opening import AnyOpening, ConsentOpening, Opening
from unhear.prove.receipt import Receipt, verify
from unhear.prove.statement import (
    Committed,
    Statement,
    commit,
    items_root,
    leaf_of,
    statement_of,
)

LOG = str(SIGNER.verifier)
STRANGER = str(signer(SIGNER.name, KeyKind.ED25519, b"x" * 32).verifier)
WITNESSES = (str(WITNESS.verifier), str(OTHER_WITNESS.verifier))
SEEN_AT = 1_800_000_000
HOUR = "2026-03-14T12:00:00Z"


@dataclass(frozen=True)
class Case:
    """What a verifier is given."""

    data: bytes
    log: str = LOG
    witnesses: tuple[str, ...] = ()

    @property
    def genuine(self) -> bool:
        """Whether unhear itself accepts it, and every witness asked for has cosigned."""
        try:
            keys = [VerifierKey.parse(text) for text in self.witnesses]
            verdict = verify(Receipt.from_json(self.data), VerifierKey.parse(self.log), keys)
        except ProofError:
            return False
        return all(key in verdict.inclusion.witnesses for key in keys)


def _behind(number: int) -> Committed:
    return Committed(thing(number), salt(number))


def _hidden(tag: Any, number: int) -> str:
    return commit(tag, _behind(number))


LOOKED_AT = tuple(map(_behind, range(20, 23)))


SMALL_CLAIMS: Mapping[str, Claim] = {
    "consent": ConsentGiven(
        subject=_hidden("subject", 1),
        person=_hidden("person", 2),
        purpose="keep",
        method="signed form, with the phrase: Ünïcödé ✓ 𝄞",
        notice=_hidden("notice", 11),
        given_at=HOUR,
    ),
    "consent-renewed": ConsentRenewed(
        subject=_hidden("subject", 14),
        person=_hidden("person", 15),
        purpose="keep",
        method="passkey",
        notice=_hidden("notice", 16),
        given_at=HOUR,
    ),
    "consent-refused": ConsentRefused(
        subject=_hidden("subject", 17),
        person=_hidden("person", 18),
        purpose="share",
        refused_at=HOUR,
    ),
    "consent-withdrawn": ConsentWithdrawn(
        subject=_hidden("subject", 3),
        person=_hidden("person", 4),
        purpose="improve",
        withdrawn_at=HOUR,
    ),
    "consent-lapsed": ConsentLapsed(
        subject=_hidden("subject", 12),
        person=_hidden("person", 13),
        purpose="personalise",
        why="the notice it rests on has changed",
        lapsed_at=HOUR,
    ),
    "unlearning": Unlearning(
        erasure="ab" * 16,
        subject=_hidden("subject", 19),
        items_root=items_root(LOOKED_AT),
        count="2-9",
        unlearned_at=HOUR,
    ),
    "look": Looked(
        subject=_hidden("subject", 19),
        person=_hidden("person", 23),
        items_root=items_root(LOOKED_AT),
        count="2-9",
        how="opened",
        looked_at=HOUR,
    ),
    "grant": Grant(
        subject=_hidden("subject", 19),
        person=_hidden("person", 24),
        items_root=items_root(LOOKED_AT),
        count="2-9",
        granted_at=HOUR,
        expires_at="2026-03-16T12:00:00Z",
    ),
    "hold": Hold(
        id=thing(5).hex(),
        subject=_hidden("subject", 6),
        scope=_hidden("hold", 7),
        reason=_hidden("reason", 8),
        asked_by=_hidden("person", 9),
        agreed_by=_hidden("person", 10),
        placed_at=HOUR,
        expires_at="2026-06-14T12:00:00Z",
    ),
    "hold-ended": HoldEnded(id=thing(5).hex(), how="lifted", ended_at=HOUR),
    "log-key": LogKey(LOG),
}


OPENINGS: Mapping[str, AnyOpening] = {
    "consent": ConsentOpening(_behind(1), _behind(2), _behind(11)),
    "consent-renewed": ConsentOpening(_behind(14), _behind(15), _behind(16)),
    "consent-refused": ConsentOpening(_behind(17), _behind(18)),
    "consent-withdrawn": ConsentOpening(_behind(3), _behind(4)),
    "consent-lapsed": ConsentOpening(_behind(12), _behind(13)),
    "unlearning": Opening(_behind(19), LOOKED_AT),
    "look": Opening(_behind(19), LOOKED_AT, _behind(23)),
    "grant": Opening(_behind(19), LOOKED_AT, _behind(24)),
}
"""What opens those of the small claims that have an opening."""


def issued(statement: Statement, opening: AnyOpening | None = None, before: int = 2) -> Receipt:
    """Answer a receipt for any statement that our own ledger takes."""
    log, ledger = MemoryLog(), Ledger(SIGNER, Files())
    for number in range(before):
        ledger.append(log, erasure(1, salts=100 + number)[0])
    return ledger.receipt(log, ledger.append(log, statement), statement, opening)


def signed_as_it_is(statement: Any) -> Receipt:
    """Answer a receipt for a statement that our own ledger would not take."""
    log, ledger = MemoryLog(), Ledger(SIGNER, Files())
    ledger.append(log, erasure(1, salts=100)[0])
    try:
        leaf = leaf_of(statement)
    except ProofError:
        leaf = json.dumps(statement).encode()
    log.append_leaf(1, leaf, completed_by(1, leaf, log.ledger_node))
    return ledger.receipt(log, 1, statement, erasure(3)[1])


def cosigned(genuine: Receipt, witnesses: int) -> Receipt:
    """Answer the receipt with the first so many witnesses' cosignatures."""
    note = genuine.proof.checkpoint
    for number, witness in enumerate((WITNESS, OTHER_WITNESS)[:witnesses]):
        note = witness.cosign(note, SEEN_AT - 3600 * number)
    return replace(genuine, proof=replace(genuine.proof, checkpoint=note))


_ERASURE = erasure(3)[0]
NEWER: Mapping[str, Statement] = {
    "another field": {**_ERASURE, "weather": "a fine day, ünïcödé"},
    "another field inside": {**_ERASURE, "keeper": {**_ERASURE["keeper"], "copies": 2}},
    "another value": {**_ERASURE, "scope": "the doorbell", "done_at": None},
    "another kind": {"v": 1, "kind": "appeal", "parts": [{"a": [True, None]}, 2**53 - 1]},
}
"""What a later version may state: to be shown word for word."""

NEVER: Mapping[str, Any] = {
    "something left": {**_ERASURE, "looked": [{"holder": "payloads", "remaining": 1}]},
    "something left somewhere new": {**_ERASURE, "more": {"remaining": False}},
    "another version": {**_ERASURE, "v": 2},
    "no kind": {"v": 1, "kind": 7},
    "a fraction": {**_ERASURE, "more": 1.5},
    "a hidden line": {**_ERASURE, "more": "a\nb"},
    "a hidden name": {**_ERASURE, "a\u202eb": 1},
    "no text": {**_ERASURE, "more": ""},
    "too deep": {**_ERASURE, "more": [[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]},
    "too long": {**_ERASURE, "more": [1] * 1001},
    "too large": {**_ERASURE, "more": ["x" * 1000] * 66},
}
"""What no version may state."""


@st.composite
def genuine_receipts(draw: st.DrawFn) -> Receipt:
    """Draw a receipt of any kind, with any opening and some cosignatures."""
    if draw(st.booleans()):
        kind = draw(st.sampled_from(sorted(SMALL_CLAIMS)))
        opening = OPENINGS.get(kind) if draw(st.booleans()) else None
        made = issued(statement_of(SMALL_CLAIMS[kind]), opening, draw(st.integers(0, 9)))
        if isinstance(opening, Opening) and draw(st.booleans()):
            made = made.disclosing(draw(st.sampled_from(LOOKED_AT)).item)
    else:
        items = draw(st.integers(0, 11))
        made = receipt(items, draw(st.integers(0, 9)))
        shown = draw(st.sampled_from(["whole", "nothing", "one"]))
        if shown == "nothing":
            made = replace(made, opening=None)
        elif shown == "one" and items:
            made = made.disclosing(thing(draw(st.integers(0, items - 1))))
    return cosigned(made, draw(st.integers(0, 2)))


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Answer the way to every member of `value`, however deep."""
    inner: list[tuple[Any, Any]] = []
    if isinstance(value, dict | list):
        inner = list(value.items() if isinstance(value, dict) else enumerate(value))
    found = [(*path, name) for name, _ in inner]
    for name, item in inner:
        found += _places(item, (*path, name))
    return found


ODD: tuple[Any, ...] = (None, True, False, 0, 1, -1, 2**53, 1.5, "", "0", "00", "2-9")
ODD += ("a\nb", "\u202e", "Ω", [], {}, [0])


def _other_value(draw: st.DrawFn, fields: Any) -> Any:
    """Change one member anywhere: take it out, put another value there, or add one."""
    *path, last = draw(st.sampled_from(_places(fields)))
    inner = fields
    for name in path:
        inner = inner[name]
    how = draw(st.sampled_from(["out", "odd", "again", "more"]))
    if how == "out":
        del inner[last]
    elif how == "odd":
        # A copy, for a second change may go inside it.
        inner[last] = deepcopy(draw(st.sampled_from(ODD)))
    elif how == "again" and isinstance(inner, list):
        inner.append(inner[last])
    elif isinstance(inner, dict):
        inner[f"{last}x"] = inner[last]
    return fields


def _other_lines(draw: st.DrawFn, proof: str) -> str:
    lines = proof.split("\n")
    first, second = (draw(st.integers(0, len(lines) - 1)) for _ in range(2))
    how = draw(st.sampled_from(["swap", "drop", "again", "extra", "number"]))
    if how == "swap":
        lines[first], lines[second] = lines[second], lines[first]
    elif how == "drop":
        del lines[first]
    elif how == "again":
        lines.insert(first, lines[second])
    elif how == "extra":
        lines.insert(1, draw(st.sampled_from(["extra aGk=", "extra", "extra aGl=", "index 0"])))
    else:
        lines[first] = draw(st.sampled_from(["0", "01", "-1", "index 00", "9" * 19, "٣", ""]))
    return "\n".join(lines)


def _other_bytes(draw: st.DrawFn, data: bytes) -> bytes:
    start = draw(st.integers(0, len(data)))
    end = min(len(data), start + draw(st.integers(0, 3)))
    middle = draw(
        st.binary(max_size=3)
        | st.sampled_from([b"-", b" ", b"\n", b"0", b".0", b'"', b",", b"\\u0000", b"\xef\xbb\xbf"])
        | st.just(data[start:end] * 2)
    )
    return data[:start] + middle + data[end:]


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Draw a receipt, damaged in none, one or two ways, and the keys it is checked with."""
    fields = json.loads(draw(genuine_receipts()).to_json())
    ways = draw(st.lists(st.sampled_from(["value", "lines", "mix", "newer"]), max_size=2))
    changes: dict[str, Callable[[], Any]] = {
        "newer": lambda: (fields.clear(), fields.update(_newer(draw))),
        "value": lambda: _other_value(draw, fields),
        "lines": lambda: (
            isinstance(fields.get("proof"), str)
            and fields.update(proof=_other_lines(draw, fields["proof"]))
        ),
        "mix": lambda: fields.update(
            {draw(st.sampled_from(["statement", "proof", "opening"])): _part_of_another(draw)}
        ),
    }
    for way in ways:
        changes[way]()
    data = json.dumps(fields, ensure_ascii=draw(st.booleans()), indent=2).encode()
    if draw(st.integers(0, 3)) == 0:
        data = _other_bytes(draw, data)
    log = STRANGER if draw(st.integers(0, 9)) == 0 else LOG
    asked = draw(st.sampled_from([(), WITNESSES[:1], WITNESSES, WITNESSES[:1] * 2]))
    return Case(data, log, asked)


def _newer(draw: st.DrawFn) -> Any:
    """Answer a receipt as JSON whose log signed a statement that is not known in full."""
    statement = json.loads(json.dumps(erasure(3)[0]))
    for _ in range(draw(st.integers(1, 3))):
        statement = _other_value(draw, statement) if statement else statement
    made = signed_as_it_is(statement)
    return json.loads((made if draw(st.booleans()) else replace(made, opening=None)).to_json())


def _part_of_another(draw: st.DrawFn) -> Any:
    other = json.loads(draw(genuine_receipts()).to_json())
    return draw(st.sampled_from([*other.values()]))
