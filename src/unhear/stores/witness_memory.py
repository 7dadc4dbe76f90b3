"""What a witness remembers: one small file a log, replaced whole and durable before it answers."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from unhear.prove.errors import ProofError
from unhear.prove.notes import Checkpoint, Note
from unhear.stores.errors import StoreDamaged, StoreUnwritable
from unhear.stores.key_files import sync_folder


class WitnessFile:
    """The latest checkpoint of one log; changed only while its lock is held."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @property
    def latest(self) -> Note | None:
        """The checkpoint cosigned last. Raises `StoreDamaged`: to forget it would be to lie."""
        try:
            text = self._path.read_text()
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError):
            raise self._damaged() from None
        try:
            note = Note.parse(text)
            origin = Checkpoint.parse(note.text).origin
        except ProofError:
            raise self._damaged() from None
        if sha256(origin.encode()).hexdigest() != self._path.name:
            raise self._damaged()
        return note

    def remember(self, note: Note) -> None:
        """Keep this checkpoint instead; durable when this returns. Raises `StoreUnwritable`."""
        part = self._path.with_suffix(".part")
        try:
            with part.open("w") as file:
                file.write(str(note))
                file.flush()
                os.fsync(file.fileno())
            part.replace(self._path)
            sync_folder(self._path.parent)
        except OSError as error:
            raise _unwritable(self._path.parent, error) from None

    def _damaged(self) -> StoreDamaged:
        return StoreDamaged(
            f"what the witness saw last in {self._path} cannot be read; bring back a copy. Without "
            "it the witness cannot tell whether the log was changed, and cosigns nothing"
        )


class WitnessFolder:
    """What a witness remembers of all logs; safe to use from several threads and processes."""

    def __init__(self, folder: Path) -> None:
        """Make the folder if need be. Raises `StoreUnwritable`."""
        self._folder = folder
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise _unwritable(folder, error) from None

    @contextmanager
    def of(self, origin: str) -> Iterator[WitnessFile]:
        """Answer the memory of one log, and keep others from it until the block ends."""
        name = sha256(origin.encode()).hexdigest()
        try:
            lock = (self._folder / f"{name}.lock").open("ab")
        except OSError as error:
            raise _unwritable(self._folder, error) from None
        with lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # let go when the file is closed
            yield WitnessFile(self._folder / name)

    def named(self, origin_hash: str) -> Note | None:
        """Answer the latest checkpoint of the log whose origin has this SHA-256 in hex."""
        plain = len(origin_hash) == sha256().digest_size * 2 and origin_hash.isalnum()
        return WitnessFile(self._folder / origin_hash).latest if plain else None


def _unwritable(folder: Path, error: OSError) -> StoreUnwritable:
    return StoreUnwritable(f"the witness's folder {folder} cannot be used: {error.strerror}")
