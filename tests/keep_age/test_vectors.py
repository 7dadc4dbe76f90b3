"""The C2SP CCTV suite, and files exchanged with three other age programs."""

import json
import subprocess
import zlib
from base64 import b64decode
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import pyrage
import pytest

from tests.needs import need, need_program
from unhear.keep.age import (
    AgeError,
    HeaderDamaged,
    Identity,
    NotForThisIdentity,
    PayloadDamaged,
    decrypt,
    encrypt,
    rewrap,
    split,
)

NODE = Path(__file__).parents[1] / "node"
SOUND = bytes(range(256)) * 700
IDENTITY = Identity.generate()

EXPECTED: dict[str, tuple[type[AgeError], ...]] = {
    "header failure": (HeaderDamaged,),
    "HMAC failure": (HeaderDamaged,),
    "no match": (NotForThisIdentity,),
    "payload failure": (PayloadDamaged,),
}

LEFT_OUT = {
    "no identity": "there is nothing to open it with",
    "armored": "armor is not read here",
    "passphrase": "passphrase recipients are not read here",
    "post-quantum": "hybrid recipients are not read here",
}


@dataclass(frozen=True)
class Vector:
    fields: dict[str, str]
    file: bytes

    @classmethod
    def parse(cls, content: bytes) -> "Vector":
        head, _, body = content.partition(b"\n\n")
        fields = dict(line.split(": ", 1) for line in head.decode().splitlines())
        return cls(fields, zlib.decompress(body) if "compressed" in fields else body)

    @property
    def left_out(self) -> str | None:
        if self.fields.get("armored"):
            return "armored"
        if "passphrase" in self.fields:
            return "passphrase"
        if "identity" not in self.fields:
            return "no identity"
        return "post-quantum" if "KEY-PQ-" in self.fields["identity"] else None


def _vectors() -> dict[str, Vector]:
    node = need_program("node")
    need((NODE / "node_modules/cctv-age").is_dir(), "the npm packages in tests/node")
    printed = subprocess.run([node, "vectors.mjs"], cwd=NODE, capture_output=True, check=True)
    files = json.loads(printed.stdout)
    return {name: Vector.parse(b64decode(content)) for name, content in files.items()}


@pytest.mark.tools
def test_every_applicable_vector() -> None:
    vectors = _vectors()
    ran, wrong = 0, []
    for name, vector in vectors.items():
        if vector.left_out is not None:
            assert vector.left_out in LEFT_OUT
            continue
        ran += 1
        expect = vector.fields["expect"]
        identities = [Identity.parse(vector.fields["identity"])]
        try:
            plaintext = decrypt(vector.file, identities)
        except AgeError as error:
            if not isinstance(error, EXPECTED.get(expect, ())):
                wrong.append(f"{name}: {type(error).__name__} instead of {expect}")
            continue
        if expect != "success" or sha256(plaintext).hexdigest() != vector.fields["payload"]:
            wrong.append(f"{name}: opened instead of {expect}")
    assert wrong == []
    assert ran >= 60


def _node(what: str, key: str, data: bytes) -> bytes:
    node = need_program("node")
    need((NODE / "node_modules/age-encryption").is_dir(), "the npm packages in tests/node")
    done = subprocess.run(
        [node, "age.mjs", what, key], cwd=NODE, input=data, capture_output=True, check=True
    )
    return done.stdout


def _age_encrypt(recipient: str, data: bytes, _folder: Path) -> bytes:
    program = need_program("age")
    return subprocess.run(
        [program, "-r", recipient], input=data, capture_output=True, check=True
    ).stdout


def _age_decrypt(identity: str, data: bytes, folder: Path) -> bytes:
    program = need_program("age")
    key = folder / "identity.txt"
    key.write_text(identity + "\n")
    return subprocess.run(
        [program, "-d", "-i", str(key)], input=data, capture_output=True, check=True
    ).stdout


def _pyrage_encrypt(recipient: str, data: bytes, _folder: Path) -> bytes:
    return bytes(pyrage.encrypt(data, [pyrage.x25519.Recipient.from_str(recipient)]))


def _pyrage_decrypt(identity: str, data: bytes, _folder: Path) -> bytes:
    return bytes(pyrage.decrypt(data, [pyrage.x25519.Identity.from_str(identity)]))


def _node_encrypt(recipient: str, data: bytes, _folder: Path) -> bytes:
    return _node("encrypt", recipient, data)


def _node_decrypt(identity: str, data: bytes, _folder: Path) -> bytes:
    return _node("decrypt", identity, data)


OTHERS = {
    "age": (_age_encrypt, _age_decrypt),
    "pyrage": (_pyrage_encrypt, _pyrage_decrypt),
    "age-encryption": (_node_encrypt, _node_decrypt),
}


@pytest.mark.tools
@pytest.mark.parametrize("other", OTHERS)
def test_files_are_exchanged_both_ways(other: str, tmp_path: Path) -> None:
    encrypt_there, decrypt_there = OTHERS[other]
    theirs = encrypt_there(str(IDENTITY.recipient), SOUND, tmp_path)
    assert decrypt(theirs, [IDENTITY]) == SOUND
    ours = encrypt(SOUND, [IDENTITY.recipient])
    assert decrypt_there(IDENTITY.reveal(), ours, tmp_path) == SOUND
    header, payload = split(theirs)
    family = Identity.generate()
    granted = rewrap(header, IDENTITY, [family.recipient])
    assert decrypt_there(family.reveal(), granted + payload, tmp_path) == SOUND
