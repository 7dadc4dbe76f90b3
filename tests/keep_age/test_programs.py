"""Files are exchanged with three other age programs, whole, taken apart and for new readers."""

import subprocess
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pyrage
import pytest

from tests.needs import need, need_program
from unhear.keep.age import (
    Identity,
    Recipient,
    decrypt,
    decrypt_stream,
    encrypt_stream,
    open_payload,
    rewrap,
    seal,
    seal_stream,
    split,
)

NODE = Path(__file__).parents[1] / "node"
IDENTITY, OTHER = Identity.generate(), Identity.generate()
SOUNDS = {"empty": b"", "short": b"for the family", "chunks": bytes(range(256)) * 700}

Convert = Callable[[str, bytes, Path], bytes]


def _run(command: list[str], data: bytes, folder: Path | None = None) -> bytes:
    return subprocess.run(command, cwd=folder, input=data, capture_output=True, check=True).stdout


def _node(what: str, key: str, data: bytes) -> bytes:
    node = need_program("node")
    need((NODE / "node_modules/age-encryption").is_dir(), "the npm packages in tests/node")
    return _run([node, "age.mjs", what, key], data, NODE)


def _age_encrypt(recipient: str, data: bytes, _folder: Path) -> bytes:
    return _run([need_program("age"), "-r", recipient], data)


def _age_decrypt(identity: str, data: bytes, folder: Path) -> bytes:
    key = folder / "identity.txt"
    key.write_text(identity + "\n")
    return _run([need_program("age"), "-d", "-i", str(key)], data)


def _pyrage_encrypt(recipient: str, data: bytes, _folder: Path) -> bytes:
    return bytes(pyrage.encrypt(data, [pyrage.x25519.Recipient.from_str(recipient)]))


def _pyrage_decrypt(identity: str, data: bytes, _folder: Path) -> bytes:
    return bytes(pyrage.decrypt(data, [pyrage.x25519.Identity.from_str(identity)]))


def _node_encrypt(recipient: str, data: bytes, _folder: Path) -> bytes:
    return _node("encrypt", recipient, data)


def _node_decrypt(identity: str, data: bytes, _folder: Path) -> bytes:
    return _node("decrypt", identity, data)


OTHERS: dict[str, tuple[Convert, Convert]] = {
    "age": (_age_encrypt, _age_decrypt),
    "pyrage": (_pyrage_encrypt, _pyrage_decrypt),
    "age-encryption": (_node_encrypt, _node_decrypt),
}

every_program = pytest.mark.parametrize("other", OTHERS)
every_sound = pytest.mark.parametrize("sound", SOUNDS.values(), ids=SOUNDS)


@pytest.mark.tools
@every_program
@every_sound
def test_their_files_open_here(other: str, sound: bytes, tmp_path: Path) -> None:
    theirs = OTHERS[other][0](str(IDENTITY.recipient), sound, tmp_path)
    assert decrypt(theirs, [OTHER, IDENTITY]) == sound
    opened = BytesIO()
    decrypt_stream(BytesIO(theirs), opened, [IDENTITY])
    assert opened.getvalue() == sound
    header, payload = split(theirs)
    reader = open_payload(header, [IDENTITY], len(payload), lambda at, n: payload[at : at + n])
    assert reader.read(70_000, 10) == sound[70_000:70_010]


@pytest.mark.tools
@every_program
@every_sound
def test_files_taken_apart_here_open_there(other: str, sound: bytes, tmp_path: Path) -> None:
    decrypt_there = OTHERS[other][1]
    header, payload = seal(sound, [OTHER.recipient, IDENTITY.recipient])
    for reader in (IDENTITY, OTHER):
        assert decrypt_there(reader.reveal(), header + payload, tmp_path) == sound
    streamed = BytesIO()
    header = seal_stream(BytesIO(sound), streamed, [IDENTITY.recipient])
    assert decrypt_there(IDENTITY.reveal(), header + streamed.getvalue(), tmp_path) == sound
    whole = BytesIO()
    encrypt_stream(BytesIO(sound), whole, [IDENTITY.recipient])
    assert decrypt_there(IDENTITY.reveal(), whole.getvalue(), tmp_path) == sound


@pytest.mark.tools
@every_program
def test_a_new_header_from_here_opens_their_file_there(other: str, tmp_path: Path) -> None:
    encrypt_there, decrypt_there = OTHERS[other]
    sound = SOUNDS["chunks"]
    header, payload = split(encrypt_there(str(IDENTITY.recipient), sound, tmp_path))
    granted = rewrap(header, IDENTITY, [OTHER.recipient])
    assert decrypt_there(OTHER.reveal(), granted + payload, tmp_path) == sound
    with pytest.raises((subprocess.CalledProcessError, pyrage.DecryptError)):
        decrypt_there(IDENTITY.reveal(), granted + payload, tmp_path)


@pytest.mark.tools
def test_keys_are_written_as_age_writes_them(tmp_path: Path) -> None:
    made = _run([need_program("age-keygen")], b"").decode().splitlines()
    identity = Identity.parse(made[-1])
    assert f"# public key: {identity.recipient}" in made
    key = tmp_path / "identity.txt"
    key.write_text(IDENTITY.reveal() + "\n")
    public = _run([need_program("age-keygen"), "-y", str(key)], b"").decode().strip()
    assert Recipient.parse(public) == IDENTITY.recipient
    assert str(IDENTITY.recipient) == public
