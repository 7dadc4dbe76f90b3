"""The ledger's files: the key that signs it, and the tiles and checkpoint that others read."""

import fcntl
import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from unhear.prove.ledger import Ledger
from unhear.prove.notes import KeyKind
from unhear.prove.tiles import TILE_WIDTH, narrowed, tile_path
from unhear.prove.witnessing import Witnesses
from unhear.stores.errors import StoreUnwritable
from unhear.stores.key_files import make_key_file
from unhear.stores.log_key import LogKeyFile


class LogFolder:
    """A folder laid out as C2SP tlog-tiles says; serve it over HTTP and it is the log."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep every other thread and process from publishing. Raises `StoreUnwritable`."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            lock = self._folder.with_name(f"{self._folder.name}.lock").open("ab")
        except OSError as error:
            raise self._unwritable(error) from None
        with lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # let go when the file is closed
            yield

    def read(self, path: str) -> bytes | None:
        """Answer a file's content; None when there is none that can be read."""
        try:
            return (self._folder / path).read_bytes()
        except OSError:
            return None

    def tile(self, level: str, index: int, width: int) -> bytes | None:
        """Answer a tile or entry bundle, a partial one also from a wider one; None if not there."""
        whole = tile_path(level, index, TILE_WIDTH)
        exact = self.read(tile_path(level, index, width))
        if exact is not None or width == TILE_WIDTH:
            return exact
        wider = self.read(whole)
        if wider is None:
            partial = (self._folder / f"{whole}.p").glob("*")
            widest = max((int(file.name) for file in partial if file.name.isdigit()), default=0)
            wider = self.read(tile_path(level, index, widest)) if widest > width else None
        return None if wider is None else narrowed(level, wider, width)

    def publish(self, path: str, content: bytes) -> None:
        """Put a file in place, whole or not at all. Raises `StoreUnwritable`."""
        file = self._folder / path
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            part = file.with_name(f"{file.name}.{os.getpid()}.part")
            with part.open("wb") as open_file:
                open_file.write(content)
                open_file.flush()
                os.fsync(open_file.fileno())  # or a power cut could leave the name and no content
            part.replace(file)
        except OSError as error:
            raise self._unwritable(error) from None

    def thin(self, keep: Collection[str]) -> None:
        """Remove partial tiles beside those in `keep`; whole tiles stay."""
        kept = {self._folder / path for path in keep}
        try:
            for folder in self._folder.rglob("*.p"):
                for file in set(folder.iterdir()) - kept:
                    file.unlink(missing_ok=True)
                if not any(folder.iterdir()):
                    folder.rmdir()
        except OSError as error:
            raise self._unwritable(error) from None

    def _unwritable(self, error: OSError) -> StoreUnwritable:
        return StoreUnwritable(
            f"the ledger's folder {self._folder} cannot be written to: {error.strerror}"
        )


def make_log_key(key_file: Path, origin: str) -> None:
    """Make the key that signs the log called `origin`."""
    make_key_file(key_file, origin, KeyKind.ED25519)


def open_ledger(key_file: Path, folder: Path, witnesses: Witnesses | None = None) -> Ledger:
    """Answer the ledger signed by the key in `key_file`. Raises `StoreDamaged`."""
    return Ledger(LogKeyFile(key_file), LogFolder(folder), witnesses)
