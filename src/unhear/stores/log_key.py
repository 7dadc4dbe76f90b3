"""The file of the key that signs the log, and how one key makes way for the next.

A crash may come anywhere. The next key lies in a file beside the present one from before the log
names it until it takes its place; whether the log names it decides what becomes of it.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from unhear.clock import random_bytes
from unhear.forget.database import Database
from unhear.prove.ledger import Ledger
from unhear.prove.log_keys import key_named_by
from unhear.prove.notes import KeyKind, Note, Signer, VerifierKey
from unhear.stores.errors import StoreDamaged, StoreUnwritable
from unhear.stores.key_files import make_key_file, read_key_file, sync_folder


class LogKeyFile:
    """Signs with the key in the file; when another process puts the next one there, with that."""

    def __init__(self, path: Path) -> None:
        """Read the key. Raises `StoreDamaged`."""
        self._path = path
        self._signer = read_key_file(path, KeyKind.ED25519)
        self._mark = _mark(path)

    @property
    def name(self) -> str:
        """The log's origin."""
        return self._signer.name

    @property
    def verifier(self) -> VerifierKey:
        """The public half of the key that signs now."""
        return self._current().verifier

    def sign(self, text: str) -> Note:
        """Answer `text` signed."""
        return self._current().sign(text)

    def _current(self) -> Signer:
        mark = _mark(self._path)
        if mark not in (self._mark, None):
            self._signer, self._mark = read_key_file(self._path, KeyKind.ED25519), mark
        return self._signer


def rotate_log_key(database: Database, ledger: Ledger, path: Path) -> VerifierKey:
    """Have the log sign with a new key from now on, destroy the old one, and answer the new.

    Raises `StoreError`; the log then signs with one of the two, and opening the house clears up.
    """
    with _alone(path):
        _clear_up(database, path)
        new = make_key_file(_next(path), ledger.key.name, KeyKind.ED25519).verifier
        with database.writing() as transaction:
            ledger.hand_over(transaction, new)
        _take_place(path)
    ledger.publish_soon(database)
    return new


def finish_rotation(database: Database, path: Path) -> None:
    """Clear up what a crash in the middle of a change of keys left. Raises `StoreUnwritable`."""
    if _next(path).exists() or _old(path).exists():
        with _alone(path):
            _clear_up(database, path)


def _clear_up(database: Database, path: Path) -> None:
    following = _next(path)
    if following.exists():
        with database.writing() as transaction:  # so that a commit under way is over
            named = [key_named_by(handover) for handover in transaction.handovers()]
        try:
            key = read_key_file(following, KeyKind.ED25519).verifier
        except StoreDamaged:
            key = None  # the crash came before it was whole, so the log does not name it
        if key in named:
            _take_place(path)
        else:
            _destroy(following)
    if _old(path).exists() and path.exists():
        _destroy(_old(path))


def _take_place(path: Path) -> None:
    """Put the next key in the place of the present one, and destroy that."""
    try:
        if path.exists():  # a crash may have come between these two
            path.replace(_old(path))
        _next(path).replace(path)
        sync_folder(path.parent)
    except OSError as error:
        raise _unwritable(path, error) from None
    _destroy(_old(path))


def _destroy(path: Path) -> None:
    """Overwrite, sync and remove a file; what flash memory keeps of it is out of reach."""
    try:
        with path.open("r+b") as file:
            file.write(random_bytes(path.stat().st_size))
            file.flush()
            os.fsync(file.fileno())
        path.unlink()
        sync_folder(path.parent)
    except OSError as error:
        raise _unwritable(path, error) from None


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    try:
        lock = path.with_name(f"{path.name}.lock").open("ab")
    except OSError as error:
        raise _unwritable(path, error) from None
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # let go when the file is closed
        yield


def _next(path: Path) -> Path:
    return path.with_name(f"{path.name}.next")


def _old(path: Path) -> Path:
    return path.with_name(f"{path.name}.old")


def _mark(path: Path) -> tuple[int, int] | None:
    """Answer what tells a file from the one it replaced; None when there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns


def _unwritable(path: Path, error: OSError) -> StoreUnwritable:
    return StoreUnwritable(f"the key {path} cannot be changed: {error.strerror}")
