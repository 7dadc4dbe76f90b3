#!/usr/bin/env python3
"""Check an unhear receipt without unhear and without a network.

    python verify_receipt.py receipt.json --log-key VKEY [--witness VKEY ...] [--json]

Needs Python 3.9 or later and the package `cryptography`. Numbers in parentheses are the steps of
"The proof" in docs/receipts.md, the specification. Exit codes: 0 genuine, 1 refused, 2 unchecked.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import re
import sys
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

Key = tuple[str, bytes, bytes]  # name, id and the key itself
LOG, WITNESS = 1, 4  # signature types of C2SP signed-note
RECEIPT_BYTES_MAX, LEAF_BYTES_MAX, TEXT_MAX, LIST_MAX, DEPTH_MAX = 64 << 20, 65_535, 1000, 1000, 16
WHOLE_MAX, NUMBER_MAX, SECONDS_MAX = 2**53 - 1, 2**63 - 1, 253_402_300_799
SIGNATURES_MAX, ID_BYTES, HASH_BYTES, TIME_BYTES = 64, 4, 32, 8
NOTE_TEXT = re.compile("[\n -\ud7ff\ue000-\U0010ffff]*")
KEY_NAME = re.compile(r"[^\s+]+")
DECIMAL, HEX = re.compile(r"0|[1-9][0-9]{0,18}"), re.compile(r"([0-9a-f]{2})*")

PRIME = 2**255 - 19  # of the field of Ed25519; below, the y of its points of small order
ORDER_8 = 0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7
SMALL_ORDER = {0, 1, PRIME - 1, ORDER_8, PRIME - ORDER_8}

STATES = {  # what the operator states, in a sentence; the statement itself is shown too
    "erasure": "{count} kept thing(s) (scope: {scope}) lost their keys by {done_at}; from "
    "{live_gone_at} nothing there opens them, and from {backups_unreadable_by} no older copy.",
    "unlearning": "{count} learned model(s) were replaced by {unlearned_at}: by what they would be "
    "without what erasure {erasure} forgot.",
    "consent": "consent to {purpose} was given at {given_at}, by this method: {method}.",
    "consent-renewed": "consent to {purpose} was given anew at {given_at}, by: {method}.",
    "consent-refused": "consent to {purpose} was refused at {refused_at}.",
    "consent-withdrawn": "the consent to {purpose} was taken back at {withdrawn_at}.",
    "consent-lapsed": "the consent to {purpose} counts no more since {lapsed_at}: {why}.",
    "look": "{count} kept thing(s) were {how} at {looked_at} by the household, or whom it let.",
    "grant": "a guardian let somebody open {count} kept thing(s), {granted_at} to {expires_at}.",
    "hold": "two people placed a legal hold at {placed_at}, until {expires_at} at the latest.",
    "hold-ended": "the legal hold {id} is over since {ended_at}: {how}.",
}
CANNOT = [
    "That the operator's software did what it states: a signed claim that cannot be taken back.",
    "That nobody copied a recording before, or wrote down or acted on what was said.",
    "What is left on the medium of the root key, and when: these are the operator's word.",
    "That the operator shows everybody the same log: no witness was asked for.",
]


class Refused(Exception):
    """The receipt does not prove what it claims."""


def must(holds: object, otherwise: str) -> None:
    """Raise `Refused` with the reason `otherwise` unless it holds."""
    if not holds:
        raise Refused(otherwise)


def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Answer a JSON object; two readers could see two where a name comes twice."""
    must(len(dict(pairs)) == len(pairs), "a name comes twice in an object")
    return dict(pairs)


def members(value: Any, where: str, *names: str) -> list[Any]:
    """Answer the values of an object that has exactly these names."""
    must(isinstance(value, dict) and set(value) == set(names), f"{where} has not its fields")
    return [value[name] for name in names]


def from_hex(value: Any) -> bytes:
    """Answer the bytes in lower-case hex."""
    must(isinstance(value, str) and HEX.fullmatch(value), "a value is not lower-case hex")
    return bytes.fromhex(value)


def from_base64(text: str) -> bytes:
    """Answer the bytes in canonical base64."""
    try:
        found = base64.b64decode(text)
    except ValueError:
        found = b""
    must(base64.b64encode(found).decode() == text, "a part of the proof is not base64")
    return found


def canonical(value: Any, depth: int = 0) -> str:
    """Answer a statement's value as RFC 8785 writes it; refuse what no statement may hold."""
    must(depth <= DEPTH_MAX, "the statement is nested too deeply")
    if isinstance(value, dict):
        left = json.dumps(value.get("remaining", 0))
        must(left == "0", "the statement admits that something is left")
        names = sorted(value, key=lambda name: name.encode("utf-16-be", "surrogatepass"))
        pairs = [f"{canonical(name)}:{canonical(value[name], depth + 1)}" for name in names]
        return "{" + ",".join(pairs) + "}"
    if isinstance(value, list):
        must(len(value) <= LIST_MAX, "a list in the statement is too long")
        return "[" + ",".join(canonical(item, depth + 1) for item in value) + "]"
    if isinstance(value, str):
        must(0 < len(value) <= TEXT_MAX and value.isprintable(), "a text is not a printable line")
    elif value is not None and not isinstance(value, bool):
        must(type(value) is int and 0 <= value <= WHOLE_MAX, "a number is not from 0 to 2^53-1")
    return json.dumps(value, ensure_ascii=False)


def sha256(*parts: bytes) -> bytes:
    """Answer the hash of the parts joined."""
    return hashlib.sha256(b"".join(parts)).digest()


def root_of(leaves: list[bytes]) -> bytes:
    """Answer the root of the tree over these leaves (RFC 6962 2.1)."""
    if len(leaves) < 2:
        return sha256(*(b"\0" + leaf for leaf in leaves))
    half = 1 << (len(leaves) - 1).bit_length() - 1
    return sha256(b"\1", root_of(leaves[:half]), root_of(leaves[half:]))


def follow(data: bytes, index: int, size: int, path: list[bytes]) -> bytes:
    """Answer the root that the audit path leads to from a leaf's data (RFC 9162 2.1.3.2)."""
    must(index < size, f"there is no leaf {index} among {size}")
    at, last, current = index, size - 1, sha256(b"\0", data)
    for sibling in path:
        must(last > 0 and len(sibling) == HASH_BYTES, "a path is too long, or not of hashes")
        left = at & 1 or at == last
        current = sha256(b"\1", sibling, current) if left else sha256(b"\1", current, sibling)
        while left and at and not at & 1:
            at, last = at >> 1, last >> 1
        at, last = at >> 1, last >> 1
    must(last == 0, "a path is too short")
    return current


def parse_key(text: str, kind: int) -> Key:
    """Answer name, id and public key of a vkey NAME+ID+BASE64 that binds its owner (2)."""
    name, key_id, encoded = [*text.strip().split("+", 2), "", ""][:3]
    material = from_base64(encoded)
    must(KEY_NAME.fullmatch(name) and NOTE_TEXT.fullmatch(name), "a key must be NAME+ID+BASE64")
    must(len(material) == 1 + HASH_BYTES and material[0] == kind, f"{name}: no key of type {kind}")
    expected = sha256(f"{name}\n".encode(), material)[:ID_BYTES]
    must(expected.hex() == key_id, f"the id in the key of {name} does not match: mistyped")
    y = int.from_bytes(material[1:], "little") & (1 << 255) - 1
    must(y < PRIME and y not in SMALL_ORDER, f"anybody can sign with the key of {name}")
    return name, expected, material[1:]


def parse_note(note: str) -> tuple[str, list[Key]]:
    """Answer the text of a signed note, and of each signature line name, key id, signature."""
    text, separator, tail = note.rpartition("\n\n")
    must(separator and tail.endswith("\n") and NOTE_TEXT.fullmatch(note), "the note is malformed")
    lines = [line.split(" ") for line in tail[:-1].split("\n")]
    must(len(lines) <= SIGNATURES_MAX, "the note has too many signatures")
    signatures = []
    for line in lines:
        plain = len(line) == 3 and line[0] == "\u2014" and KEY_NAME.fullmatch(line[1])
        material = from_base64(line[2]) if plain else b""
        must(len(material) > ID_BYTES, "a signature line is not: dash, name, base64")
        signatures.append((line[1], material[:ID_BYTES], material[ID_BYTES:]))
    return text + "\n", signatures


def signed_at(note: str, key: Key, kind: int) -> list[int]:
    """Answer the times at which a key signed a note, 0 for a log's; none when it did not (3)."""
    text, signatures = parse_note(note)
    times = []
    for signature in [line[2] for line in signatures if line[:2] == key[:2]]:
        start = TIME_BYTES if kind == WITNESS else 0
        seconds = int.from_bytes(signature[:start], "big")
        message = f"cosignature/v1\ntime {seconds}\n{text}" if start else text
        try:
            Ed25519PublicKey.from_public_bytes(key[2]).verify(signature[start:], message.encode())
        except InvalidSignature:
            raise Refused(f"the signature by {key[0]} does not verify") from None
        must(seconds <= SECONDS_MAX, f"{key[0]} gives a time after the year 9999")
        times.append(seconds)
    return times


def check_proof(proof: str, leaf: bytes, log: Key, witnesses: list[Key]) -> list[str]:
    """Answer what a C2SP tlog-proof@v1 proves of a leaf."""
    head, separator, note = proof.partition("\n\n")
    title, *lines = head.split("\n")
    must(separator and title == "c2sp.org/tlog-proof@v1", "this is no c2sp.org/tlog-proof@v1")
    if lines and lines[0].startswith("extra "):
        from_base64(lines.pop(0)[len("extra ") :])
    place, *path = lines or [""]
    must(signed_at(note, log, LOG), "the checkpoint is not signed by the log's key")
    lines = parse_note(note)[0].split("\n")[:-1]
    must(len(lines) > 2 and all(lines), "the checkpoint lacks origin, size or root (4)")
    must(lines[0] == log[0], "the checkpoint is of another log")
    places = [place[len("index ") :], lines[1]]
    plain = all(DECIMAL.fullmatch(text) and int(text) <= NUMBER_MAX for text in places)
    must(place.startswith("index ") and plain, "the index or the size is no number")
    root = follow(leaf, int(places[0]), int(places[1]), list(map(from_base64, path)))
    must(root == from_base64(lines[2]), "the statement is not in the log (5)")
    proves = [
        f"The log {log[0]} recorded this statement as entry {places[0]} of {places[1]}; it cannot "
        "be altered or taken out without showing."
    ]
    for witness in witnesses:
        times = signed_at(note, witness, WITNESS)
        must(times, f"the witness {witness[0]} did not cosign the checkpoint")
        at = datetime.fromtimestamp(min(times), timezone.utc)
        proves.append(f"{witness[0]} saw the log in that state at {at:%Y-%m-%dT%H:%M:%SZ}.")
    return proves


def commitment(tag: str, committed: Any) -> bytes:
    """Answer the commitment to an item, which its salt hides."""
    item, salt = map(from_hex, members(committed, "an opened item", "item", "salt"))
    must(len(salt) == HASH_BYTES, "a salt has not 32 bytes")
    return sha256(f"unhear/{tag}/v1".encode(), salt, item)


def check_opening(opening: Any, statement: dict[str, Any]) -> str:
    """Answer what the opening shows (6)."""
    names = [name for name in ("subject", "person", "notice") if name in statement]
    must("subject" in names, "a statement of this kind has no opening")
    of_items = "items_root" in statement
    if of_items and isinstance(opening, dict) and "items" not in opening:
        item, index, count, path = members(opening, "the opening", "item", "index", "size", "path")
        must(type(index) is type(count) is int, "the opening's place is not a number")
        must(0 <= index < count <= WHOLE_MAX and isinstance(path, list), "there is no such place")
        root = follow(commitment("item", item), index, count, list(map(from_hex, path)))
        shown = f"The opening shows that {item['item']} is among what is meant."
    else:
        opened = members(opening, "the opening", *names, *["items"] * of_items)
        for name, value in zip(names, opened):
            must(commitment(name, value).hex() == statement[name], f"another {name} is opened")
        shown = f"The opening shows what these fields hide: {', '.join(names)}."
        if not of_items:
            return shown
        must(isinstance(opened[-1], list), "the opening has no list of items")
        leaves = sorted(commitment("item", item) for item in opened[-1])
        count, root = len(leaves), root_of(leaves)
    first = 10 ** (len(str(count)) - 1)
    counted = str(count) if count < 2 else f"{max(first, 2)}-{first * 10 - 1}"
    must(counted == statement.get("count"), "the opening has another number of things")
    must(root.hex() == statement["items_root"], "the opening names other things")
    return shown


def verify(data: bytes, log: Key, witnesses: list[Key]) -> dict[str, Any]:
    """Answer what a receipt proves to who trusts the log and demands all of the witnesses."""
    public = {key[2] for key in [log, *witnesses]}  # one key under two names is one witness
    must(len(public) == 1 + len(witnesses), "the log and every witness need keys of their own")
    must(len(data) <= RECEIPT_BYTES_MAX, "this is too large for a receipt")
    try:
        receipt = json.loads(data.decode(), object_pairs_hook=once)
    except (ValueError, RecursionError):
        raise Refused("this is not JSON in UTF-8") from None
    opened = isinstance(receipt, dict) and "opening" in receipt
    openings = [receipt.pop("opening")] if opened else []
    form, statement, proof = members(receipt, "the receipt", "format", "statement", "proof")
    must(form == "unhear-receipt/v1", "this is no receipt of the format unhear-receipt/v1")
    must(isinstance(statement, dict) and isinstance(proof, str), "a part is of the wrong type")
    known = json.dumps(statement.get("v")) == "1" and isinstance(statement.get("kind"), str)
    must(known, "the statement has no kind, or is of a version that is not known here")
    leaf = canonical(statement).encode()
    must(len(leaf) <= LEAF_BYTES_MAX, "the statement is too long")
    proves = check_proof(proof, leaf, log, witnesses)
    states = STATES.get(statement["kind"], "what is below, a statement of the kind {kind}.")
    words = {name: value for name, value in statement.items() if isinstance(value, str)}
    told = re.sub(r"{(\w+)}", lambda name: words.get(name[1], "(not said)"), states)
    proves.append(f"Its operator states: {told}")
    proves += [check_opening(opening, statement) for opening in openings]
    cannot = CANNOT[:-1] if witnesses else CANNOT
    return {"ok": True, "statement": statement, "proves": proves, "cannot_prove": cannot}


def main() -> int:
    """Check the receipt that the command line names."""
    parser = argparse.ArgumentParser(description="Check an unhear receipt.")
    parser.add_argument("receipt", type=Path)
    parser.add_argument("--log-key", required=True, help="NAME+ID+BASE64; not from the receipt")
    parser.add_argument("--witness", action="append", default=[], help="must have cosigned")
    parser.add_argument("--json", action="store_true", help="answer one JSON object")
    asked = parser.parse_args()
    try:
        keys = [parse_key(asked.log_key, LOG), *(parse_key(key, WITNESS) for key in asked.witness)]
        data = asked.receipt.read_bytes()
    except (Refused, OSError) as error:
        parser.error(str(error))  # exits with 2
    try:
        verdict = verify(data, keys[0], keys[1:])
    except Refused as error:
        verdict = {"ok": False, "error": str(error)}
    if asked.json or not verdict["ok"]:
        print(json.dumps(verdict, indent=2) if asked.json else f"REFUSED: {verdict['error']}.")
    else:
        print("The receipt is genuine. It proves:", *verdict["proves"], sep="\n  + ")
        print("It cannot prove:", *verdict["cannot_prove"], sep="\n  - ")
        print("The statement:", json.dumps(verdict["statement"], indent=2, ensure_ascii=False))
    return 0 if verdict["ok"] else 1


if __name__ == "__main__":
    sys.exit(main())
