"""Sealed payloads: age bodies without their headers, noise to everybody but the household."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from io import FileIO
from pathlib import Path

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore

from unhear.household.words import HouseholdId, TraceId
from unhear.stores.errors import PayloadMissing, StoreFull, StoreUnwritable

SUFFIX = ".payload"
PART = "#1"
"""What the library calls a file that it has not written to its end: left there by a crash, and not
listed by the library. Ids are random, so that there is never a second one."""


class FilePayloads:
    """Payloads as objects below a local folder, named by random ids only."""

    def __init__(self, folder: Path) -> None:
        """Make the folder if need be. Raises `StoreUnwritable` when that is not possible."""
        self._folder = folder
        with _plain_errors(folder):
            folder.mkdir(parents=True, exist_ok=True)
            self._store = LocalStore(folder, automatic_cleanup=True)

    def put(self, household: HouseholdId, trace: TraceId, payload: bytes) -> None:
        """Keep a payload, durably. Raises `StoreFull` or `StoreUnwritable`; nothing is left."""
        name = payload_name(household, trace)
        with _plain_errors(self._folder):
            obstore.put(self._store, name, payload)
            path = self._folder / name
            for durable in (path, path.parent, path.parent.parent, self._folder):
                _sync(durable)

    def append(self, household: HouseholdId, trace: TraceId, more: bytes) -> int:
        """Add to a payload's end, durably, or begin it; answer where it was added.

        Raises `StoreFull` or `StoreUnwritable`; then nothing was added.
        """
        path = self._folder / payload_name(household, trace)
        with _plain_errors(self._folder):
            if not path.exists():
                path.parent.mkdir(parents=True, exist_ok=True)
                self._begin(path)
            with path.open("r+b", buffering=0) as file:
                end = file.seek(0, os.SEEK_END)
                try:
                    _write_all(file, more)
                    os.fsync(file.fileno())
                except OSError:
                    file.truncate(end)
                    raise
        return end

    def get(self, household: HouseholdId, trace: TraceId) -> bytes:
        """Answer a whole payload. Raises `PayloadMissing`."""
        with _found(self._folder):
            return bytes(obstore.get(self._store, payload_name(household, trace)).bytes())

    def size(self, household: HouseholdId, trace: TraceId) -> int:
        """Answer how many bytes a payload has. Raises `PayloadMissing`."""
        with _found(self._folder):
            return int(obstore.head(self._store, payload_name(household, trace))["size"])

    def part(self, household: HouseholdId, trace: TraceId, start: int, end: int) -> bytes:
        """Answer the bytes of a payload from `start` to before `end`. Raises `PayloadMissing`."""
        with _found(self._folder):
            name = payload_name(household, trace)
            return bytes(obstore.get_range(self._store, name, start=start, end=end))

    def has(self, household: HouseholdId, trace: TraceId) -> bool:
        """Whether there is a payload of that name, whole or not."""
        with _plain_errors(self._folder):
            return any(path.is_file() for path in self._paths(household, trace))

    def delete(self, household: HouseholdId, traces: Sequence[TraceId]) -> None:
        """Remove payloads; one that is not there is removed already."""
        with _plain_errors(self._folder):
            for trace in traces:
                for path in self._paths(household, trace):
                    path.unlink(missing_ok=True)

    def all(self, household: HouseholdId) -> Iterator[tuple[TraceId, datetime]]:
        """Yield the names of all payloads of a household, whole or not, and when each was put."""
        with _plain_errors(self._folder):
            for path in (self._folder / household.hex()).rglob(f"*{SUFFIX}*"):
                trace = TraceId(bytes.fromhex(path.name.partition(".")[0]))
                try:
                    put_at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
                except FileNotFoundError:
                    continue  # an erasure in another process was quicker
                yield trace, put_at

    def _begin(self, path: Path) -> None:
        path.touch(exist_ok=False)
        for durable in (path.parent, path.parent.parent, self._folder):
            _sync(durable)

    def _paths(self, household: HouseholdId, trace: TraceId) -> tuple[Path, Path]:
        path = self._folder / payload_name(household, trace)
        return path, path.with_name(path.name + PART)


def payload_name(household: HouseholdId, trace: TraceId) -> str:
    """Answer where a payload lies below the folder of the payloads."""
    return f"{household.hex()}/{trace.hex()[:2]}/{trace.hex()}{SUFFIX}"


def _write_all(file: FileIO, content: bytes) -> None:
    left = memoryview(content)
    while left:
        left = left[file.write(left) :]


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _found(folder: Path) -> Iterator[None]:
    with _plain_errors(folder):
        try:
            yield
        except FileNotFoundError:
            raise PayloadMissing(
                "the sealed sound of this recording is missing from the payload folder; bring it "
                "back from a backup of any age with `unhear restore-sounds`, or forget the "
                "recording"
            ) from None


@contextmanager
def _plain_errors(folder: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, BaseError) as error:
        text = str(error)
        if "No space left" in text or "Disk quota" in text:
            raise StoreFull(
                f"the disk of {folder} is full; nothing was kept. Free some space and try again"
            ) from None
        raise StoreUnwritable(
            f"the payload folder {folder} cannot be used ({type(error).__name__})"
        ) from None
