"""Leases as locked files, for processes of one machine: the kernel frees them at death (flock(2)).

Files are never removed: whoever removed one could let two processes each lock a file of its name.
"""

import fcntl
import os
from collections.abc import Collection
from hashlib import sha256
from pathlib import Path
from threading import Lock

from unhear.stores.errors import StoreUnwritable

NAME_LETTERS = 32


class FileLeases:
    """The leases of one process, each a locked file in a folder; see `house.leases.Leases`."""

    def __init__(self, folder: Path) -> None:
        """Use a folder, which is made when the first lease is wanted."""
        self._folder = folder
        self._held: dict[str, int] = {}
        self._lock = Lock()

    def take(self, name: str) -> bool:
        """Have a lease, from now on or already; False where another process has it."""
        with self._lock:
            if name not in self._held:
                file = self._locked(name, fcntl.LOCK_EX)
                if file is None:
                    return False
                self._held[name] = file
            return True

    def has(self, name: str) -> bool:
        """Whether this process has a lease."""
        with self._lock:
            return name in self._held

    def taken(self, name: str) -> bool:
        """Whether anybody has a lease."""
        with self._lock:
            if name in self._held:
                return True
            file = self._locked(name, fcntl.LOCK_SH)
            if file is not None:
                os.close(file)
            return file is None

    def taken_among(self, names: Collection[str]) -> frozenset[str]:
        """Answer which of these leases anybody has."""
        return frozenset(name for name in names if self.taken(name))

    def release(self, name: str) -> None:
        """Let another have a lease."""
        with self._lock:
            file = self._held.pop(name, None)
            if file is not None:
                os.close(file)

    def close(self) -> None:
        """Release every lease."""
        for name in list(self._held):
            self.release(name)

    def _locked(self, name: str, how: int) -> int | None:
        """Open and lock a lease's file; None where somebody else has it.

        Two openings are two holders even within one process, so none is opened that is held.
        """
        path = self._folder / f"{sha256(name.encode()).hexdigest()[:NAME_LETTERS]}.lock"
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise StoreUnwritable(
                f"no lease can be had in {self._folder}: {error.strerror}"
            ) from None
        try:
            fcntl.flock(file, how | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(file)
            return None
        except OSError as error:
            os.close(file)
            raise StoreUnwritable(
                f"files in {self._folder} cannot be locked: {error.strerror}. Several processes "
                "serve one house on a disk of their own machine alone"
            ) from None
        return file
