"""The test vectors of docs/receipts.md: `python -m tests.verifier.vectors` writes them anew.

All keys and salts are fixed, so the same bytes come out until the format changes.
"""

import json
from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from tests.prove.memory import (
    OTHER_WITNESS,
    SIGNER,
    WITNESS,
    Files,
    MemoryLog,
    erasure,
    receipt,
    thing,
)
from tests.verifier.receipts import (
    LOG,
    LOOKED_AT,
    NEVER,
    NEWER,
    OPENINGS,
    SEEN_AT,
    SMALL_CLAIMS,
    STRANGER,
    WITNESSES,
    cosigned,
    issued,
    signed_as_it_is,
)
from unhear.prove.ledger import Ledger
from unhear.prove.merkle import leaf_hash
from unhear.prove.notes import Note, SignatureLine
from unhear.prove.opening import AnyOpening, ConsentOpening, Opening
from unhear.prove.receipt import Receipt
from unhear.prove.statement import commit, leaf_of, statement_of

FILE = Path(__file__).parents[1] / "prove/vectors/receipts.json"
WEAK = bytes([1, *bytes(31)])
"""A public key of small order: everybody can sign for it."""


@dataclass(frozen=True)
class Vector:
    """A receipt, the keys it is checked with, and whether they accept it."""

    name: str
    ok: bool
    receipt: str
    witnesses: tuple[str, ...] = ()
    log: str = LOG


def _note(genuine: Receipt, note: Note) -> Receipt:
    return replace(genuine, proof=replace(genuine.proof, checkpoint=note))


def _checkpoint(genuine: Receipt, old: str, new: str) -> Receipt:
    """Answer the receipt with another text of its checkpoint, signed by the log all the same."""
    text = genuine.proof.checkpoint.text
    assert old in text
    return _note(genuine, SIGNER.sign(text.replace(old, new, 1)))


def _alone() -> Receipt:
    """Answer the receipt of the only entry of a log."""
    log, ledger = MemoryLog(), Ledger(SIGNER, Files())
    statement, opening = erasure(1)
    return ledger.receipt(log, ledger.append(log, statement), statement, opening)


def _opened(kind: str, opening: AnyOpening | None = None) -> Receipt:
    """Answer a receipt of a kind, with the opening that it has or another."""
    return issued(statement_of(SMALL_CLAIMS[kind]), opening or OPENINGS[kind])


def _one_looked_at() -> Receipt:
    return _opened("look").disclosing(LOOKED_AT[1].item)


def _genuine() -> Iterator[tuple[str, Receipt, tuple[str, ...]]]:
    whole = receipt()
    yield "an erasure with its whole opening", whole, ()
    yield "an erasure without opening", replace(whole, opening=None), ()
    for number in range(3):
        yield f"one of three things shown: {number}", whole.disclosing(thing(number)), ()
    yield "one of one thing shown", receipt(1).disclosing(thing(0)), ()
    yield "nothing was there to forget", receipt(0), ()
    yield "eleven things", receipt(11), ()
    yield "the only entry of a log", _alone(), ()
    yield "the 301st entry of a log of 302", receipt(before=300), ()
    for kind, claim in SMALL_CLAIMS.items():
        yield f"kind {kind}", issued(statement_of(claim)), ()
        if kind in OPENINGS:
            yield f"kind {kind} with its opening", _opened(kind), ()
    yield "one of three things shown that were looked at", _one_looked_at(), ()
    for name, statement in NEWER.items():
        made = signed_as_it_is(statement)
        known = name.startswith("another field")
        yield f"not known: {name}", made if known else replace(made, opening=None), ()
    # By UTF-16, as RFC 8785 asks, U+1D11E stands before U+FB00; by code point it does not.
    order = {"v": 1, "kind": "order", "\ufb00": 1, "\U0001d11e": 2, "a": 3, "B": 4}
    yield "names in UTF-16 order", replace(signed_as_it_is(order), opening=None), ()
    yield "a cosignature that nobody asks for", cosigned(whole, 1), ()
    yield "a cosignature that is asked for", cosigned(whole, 1), WITNESSES[:1]
    yield "two cosignatures", cosigned(whole, 2), WITNESSES
    note = WITNESS.cosign(WITNESS.cosign(whole.proof.checkpoint, SEEN_AT), SEEN_AT - 60)
    yield "two cosignatures by one witness", _note(whole, note), WITNESSES[:1]
    strange = SignatureLine("somebody.example", b"1234", b"no signature at all")
    signatures = (strange, *whole.proof.checkpoint.signatures)
    unknown = replace(whole.proof.checkpoint, signatures=signatures)
    yield "a signature by somebody unknown", _note(whole, unknown), ()
    last = whole.proof.checkpoint.text.rstrip("\n")
    yield "a checkpoint with an extension line", _checkpoint(whole, last, f"{last}\nmore"), ()


def _changed(change: Callable[[dict[str, Any]], object], genuine: Receipt | None = None) -> str:
    fields = json.loads((genuine or receipt()).to_json())
    change(fields)
    return json.dumps(fields, indent=2, ensure_ascii=False) + "\n"


def _text_changes() -> Iterator[tuple[str, str]]:
    """Answer refused receipts that differ from a genuine one in a part of its text."""
    text = receipt().to_json()
    for name, old, new in (
        ("a statement that was changed", '"epoch_to": 5', '"epoch_to": 6'),
        ("a field twice", '"kind": "erasure"', '"kind": "consent", "kind": "erasure"'),
        ("a number with a fraction", '"epoch_from": 4', '"epoch_from": 4.0'),
        ("a number with an exponent", '"epoch_from": 4', '"epoch_from": 4e0'),
        ("a number that is none", '"epoch_from": 4', '"epoch_from": NaN'),
        ("a byte order mark", "{", "\ufeff{"),
        ("half a surrogate pair", '"grade": "C', '"grade": "\\ud800C'),
        ("another format", "unhear-receipt/v1", "unhear-receipt/v2"),
        ("another proof", "tlog-proof@v1", "tlog-proof@v2"),
        ("an index with a leading zero", "index 5\\n", "index 05\\n"),
        ("another index", "index 5\\n", "index 4\\n"),
        ("an index beyond the log", "index 5\\n", "index 7\\n"),
        ("an index in other digits", "index 5\\n", "index \u0665\\n"),
        ("a size that was changed", "unhear.local/test\\n7", "unhear.local/test\\n8"),
        (
            "a control character in the note",
            "unhear.local/test\\n7",
            "unhear.local/test\\n7\\u0000",
        ),
        ("a line break of another kind", "index 5\\n", "index 5\\r\\n"),
        ("upper-case hex in the opening", '"salt": "b407', '"salt": "B407'),
        ("a thing that was not forgotten", '"item": "67bc', '"item": "57bc'),
    ):
        assert old in text, name
        yield name, text.replace(old, new, 1)
    yield "text after the end", text + "{}"
    yield "an end that is missing", text[:-3]


def _field_changes() -> Iterator[tuple[str, str]]:
    """Answer refused receipts that differ from a genuine one in a field."""

    def proof(change: Callable[[list[str]], object]) -> Callable[[dict[str, Any]], object]:
        def changed(fields: dict[str, Any]) -> None:
            lines = fields["proof"].split("\n")
            change(lines)
            fields["proof"] = "\n".join(lines)

        return changed

    other = json.loads(issued(*erasure(3, salts=50)).to_json())
    yield "a field beside", _changed(lambda fields: fields.update(key=LOG))
    for name in ("format", "statement", "proof"):
        yield f"no {name}", _changed(lambda fields, name=name: fields.pop(name))  # type: ignore[misc] # mypy cannot see a default
    yield (
        "another's statement",
        _changed(lambda fields: fields.update(statement=other["statement"])),
    )
    yield "another's opening", _changed(lambda fields: fields.update(opening=other["opening"]))
    yield "an opening that is null", _changed(lambda fields: fields.update(opening=None))
    yield "an opening with more", _changed(lambda fields: fields["opening"].update(more=1))
    yield "a thing that is missing", _changed(lambda fields: fields["opening"]["items"].pop())
    yield (
        "another household",
        _changed(lambda fields: fields["opening"]["subject"].update(item="00" * 16)),
    )
    shown = receipt().disclosing(thing(1))
    for name, value in (("index", 0), ("size", 9), ("size", True), ("path", [])):
        yield (
            f"one thing, with another {name}: {value}",
            _changed(lambda fields, n=name, v=value: fields["opening"].update({n: v}), shown),  # type: ignore[misc] # mypy cannot see a default
        )
    yield "a path too short", _changed(proof(lambda lines: lines.pop(2)))
    yield "a path too long", _changed(proof(lambda lines: lines.insert(2, lines[2])))
    yield (
        "base64 without padding",
        _changed(proof(lambda lines: lines.__setitem__(2, lines[2].rstrip("=")))),
    )
    yield (
        "an extra line that is no base64",
        _changed(proof(lambda lines: lines.insert(1, "extra ?"))),
    )
    yield "no newline at the end", _changed(proof(lambda lines: lines.pop()))


def _opened_wrongly() -> Iterator[tuple[str, Receipt]]:
    """Answer refused receipts whose opening opens something else, or is of another form."""
    given, decided, look = (OPENINGS[kind] for kind in ("consent", "consent-refused", "look"))
    assert isinstance(given, ConsentOpening)
    assert isinstance(decided, ConsentOpening)
    assert isinstance(look, Opening)
    for name in ("subject", "person", "notice"):
        other = replace(given, **{name: look.subject})
        yield f"another {name} of a consent", _opened("consent", other)
    yield "a consent without its notice", _opened("consent", replace(given, notice=None))
    yield (
        "a refusal with a notice",
        _opened("consent-refused", replace(decided, notice=look.person)),
    )
    yield "a refusal with the opening of another", _opened("consent-refused", given)
    yield "a look without its person", _opened("look", replace(look, person=None))
    yield "a look by another person", _opened("look", replace(look, person=look.subject))
    yield "a look at other things", _opened("look", replace(look, items=look.items[:2]))
    yield "a consent with things", _opened("consent-refused", Opening(decided.subject, ()))
    yield "an erasure with a person", replace(receipt(), opening=look)
    yield "a hold with an opening", _opened("hold", decided)
    yield "a hold that ended with an opening", _opened("hold-ended", decided)


def _signed_wrongly() -> Iterator[tuple[str, Receipt, tuple[str, ...], str]]:
    """Answer refused receipts whose log, witness or key did what none may."""
    whole = receipt()
    for name, statement in NEVER.items():
        yield name, replace(signed_as_it_is(statement), opening=None), (), LOG
    statement, opening = erasure(3)
    counted = {**statement, "count": "10-99"}
    yield "another number of things", replace(signed_as_it_is(counted), opening=opening), (), LOG
    consent = issued(statement_of(SMALL_CLAIMS["consent"]))
    yield "an opening of a consent", replace(consent, opening=opening), (), LOG
    for name, made in _opened_wrongly():
        yield name, made, (), LOG
    for name, old, new in (
        ("a signed checkpoint of another log", "unhear.local/test", "unhear.local/other"),
        ("a signed size with a leading zero", "\n7\n", "\n07\n"),
        ("a signed size beyond 2^63", "\n7\n", f"\n{2**63}\n"),
        (
            "a signed root of 31 bytes",
            whole.proof.checkpoint.text.split("\n")[2],
            "A" * 40 + "AA==",
        ),
    ):
        yield name, _checkpoint(whole, old, new), (), LOG
    yield "another log's key", whole, (), STRANGER
    yield "a mistyped key", whole, (), LOG.replace("933bf213", "933bf214")
    yield "a witness's key for the log's", cosigned(whole, 1), (), WITNESSES[0]
    yield "a witness that did not cosign", cosigned(whole, 1), WITNESSES, LOG
    yield "a log's key for a witness's", whole, (STRANGER,), LOG
    yield "one witness under two names", cosigned(whole, 2), (WITNESSES[0], WITNESSES[0]), LOG
    late = WITNESS.cosign(whole.proof.checkpoint, 253_402_300_800)
    yield "a cosignature of the year 10000", _note(whole, late), WITNESSES[:1], LOG
    line = cosigned(whole, 1).proof.checkpoint.signatures[1]
    forged = replace(line, signature=line.signature[:-1] + bytes([line.signature[-1] ^ 1]))
    note = replace(whole.proof.checkpoint, signatures=(*whole.proof.checkpoint.signatures, forged))
    yield "a forged cosignature", _note(whole, note), WITNESSES[:1], LOG
    twice = replace(note, signatures=(*cosigned(whole, 1).proof.checkpoint.signatures, forged))
    yield "a good and a forged cosignature", _note(whole, twice), WITNESSES[:1], LOG
    many = replace(note, signatures=note.signatures[:1] * 65)
    yield "more than 64 signatures", _note(whole, many), (), LOG
    weak_id = sha256(f"{SIGNER.name}\n".encode() + b"\1" + WEAK).digest()[:4]
    # This key is the neutral element, so with itself as R and s = 0 every text verifies.
    anybody = SignatureLine(SIGNER.name, weak_id, WEAK + bytes(32))
    key = f"{SIGNER.name}+{weak_id.hex()}+{b64encode(bytes([1]) + WEAK).decode()}"
    yield "a key of small order", _note(whole, replace(note, signatures=(anybody,))), (), key


def vectors() -> list[Vector]:
    """Answer every vector, the accepted ones first."""
    extra = receipt().to_json().replace("@v1\\nindex", "@v1\\nextra aGVsbG8=\\nindex")
    turned = _changed(
        lambda fields: fields.update(statement=dict(reversed(fields["statement"].items())))
    )
    shown = receipt().disclosing(thing(1))
    resized = _changed(lambda fields: fields["opening"].update(size=4), shown)
    escaped = json.dumps(json.loads(issued(statement_of(SMALL_CLAIMS["consent"])).to_json()))
    accepted = [
        *((name, made.to_json(), asked, LOG) for name, made, asked in _genuine()),
        ("an extra line in the proof", extra, (), LOG),
        ("one thing, with another size that its path allows", resized, (), LOG),
        ("fields in another order", turned, (), LOG),
        ("characters written as escapes, all on one line", escaped, (), LOG),
    ]
    refused = [
        *((name, text, (), LOG) for name, text in (*_text_changes(), *_field_changes())),
        *((name, made.to_json(), asked, log) for name, made, asked, log in _signed_wrongly()),
    ]
    return [
        Vector(name, ok, text, asked, log)
        for ok, those in ((True, accepted), (False, refused))
        for name, text, asked, log in those
    ]


def steps() -> dict[str, Any]:
    """Answer what a verifier computes on its way through the first vector."""
    made = cosigned(receipt(), 1)
    opening, text = made.opening, made.proof.checkpoint.text
    assert isinstance(opening, Opening)
    leaf = leaf_of(made.statement)
    return {
        "leaf": leaf.decode(),
        "leaf hash": leaf_hash(leaf).hex(),
        "subject commitment": commit("subject", opening.subject),
        "item commitments": [commit("item", item) for item in opening.items],
        "items_root": made.statement["items_root"],
        "text the log signs": text,
        "text a witness signs": f"cosignature/v1\ntime {SEEN_AT}\n{text}",
    }


def written() -> str:
    """Answer the vectors as they lie in `FILE`."""
    seeds = {
        str(key.verifier): key.private.private_bytes_raw().hex()
        for key in (SIGNER, WITNESS, OTHER_WITNESS)
    }
    found = {
        "format": "unhear-receipt-vectors/v1",
        "private keys": seeds,
        "steps": steps(),
        "vectors": [asdict(vector) for vector in vectors()],
    }
    return json.dumps(found, indent=1) + "\n"


if __name__ == "__main__":
    FILE.write_text(written())
