"""The embedded root keeper: one small file a root, in a folder of its own."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from unhear.clock import random_bytes
from unhear.forget.errors import KeeperFailed, RootGone
from unhear.forget.keytree import KEY_BYTES
from unhear.forget.roots import ROOT_ID_BYTES

SUFFIX = ".root"


class FileRootKeeper:
    """Holds roots as files of mode 0600 in a folder of mode 0700, outside every backup set."""

    kind = "file"
    grade = (
        "C: the file is overwritten, synced and removed; flash wear levelling, file system "
        "snapshots and backups of the root folder can keep a remnant"
    )

    limits = (
        "flash wear levelling, file system snapshots and backups of the root folder can keep "
        "a remnant of a destroyed root",
        "whoever steals the whole disk has the root key too",
    )

    def __init__(self, folder: Path, *, make: bool = True) -> None:
        """Use `folder`, and `make` it if need be. Raises `KeeperFailed` when it cannot be made.

        A house that exists does not make it: the disk it lies on may not be plugged in.
        """
        self.folder = folder
        if make:
            with _plain_errors(folder):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def put(self, root_id: bytes, root: bytes) -> None:
        """Write the root to its file, durably. Raises `KeeperFailed`; nothing is left behind."""
        path = self._path(root_id)
        with _plain_errors(self.folder):
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            try:
                os.write(descriptor, root)
                os.fsync(descriptor)
            except OSError:
                path.unlink()
                raise
            finally:
                os.close(descriptor)
            self._sync_folder()

    def get(self, root_id: bytes) -> bytes:
        """Answer the root. Raises `RootGone`, also for a file that is not whole.

        What is being destroyed at this moment has another length before another content.
        """
        with _plain_errors(self.folder):
            self._look()
            root, size = b"", 0
            try:
                with self._path(root_id).open("rb", buffering=0) as file:
                    root = file.read(KEY_BYTES)
                    size = os.fstat(file.fileno()).st_size
            except FileNotFoundError:
                pass  # as one that is not whole
        if not len(root) == size == KEY_BYTES:
            raise RootGone(
                f"the root key {root_id.hex()} is not in {self.folder}; "
                "bring back the newest root folder"
            )
        return root

    def destroy(self, root_id: bytes) -> None:
        """Overwrite, sync and remove the root's file. Raises `KeeperFailed`.

        It is made longer first, so that nobody who reads it meanwhile takes noise for a root. Once
        that is on disk nothing is left to be removed but noise: should a power cut bring the file
        back, it counts as gone, and is removed again.
        """
        path = self._path(root_id)
        with _plain_errors(self.folder):
            self._look()
            try:
                descriptor = os.open(path, os.O_WRONLY)
            except FileNotFoundError:
                return
            try:
                os.ftruncate(descriptor, KEY_BYTES + 1)
                os.write(descriptor, random_bytes(KEY_BYTES + 1))
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
            path.unlink(missing_ok=True)

    def ids(self) -> set[bytes]:
        """Answer the ids of all roots held; a file that is not whole counts."""
        with _plain_errors(self.folder):
            return {
                bytes.fromhex(path.stem)
                for path in self._look()
                if path.suffix == SUFFIX and len(path.stem) == 2 * ROOT_ID_BYTES
            }

    def _look(self) -> list[Path]:
        """Answer what is in the folder; an absent folder is an error, never an empty one."""
        return list(self.folder.iterdir())

    def _path(self, root_id: bytes) -> Path:
        return self.folder / f"{root_id.hex()}{SUFFIX}"

    def _sync_folder(self) -> None:
        descriptor = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


@contextmanager
def _plain_errors(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise KeeperFailed(
            f"the root folder {folder} cannot be used: {reason}. Nothing was changed; "
            "make the folder writable, or free some space, and try again"
        ) from None
