"""A folder or an object store that holds copies."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import obstore
from obstore.exceptions import BaseError, NotFoundError
from obstore.store import LocalStore, from_url

from unhear.stores.errors import CopyMissing, TargetAway

PATIENCE = timedelta(seconds=20)
"""An object store that does not answer for so long is away."""


class Target:
    """Objects by name in one place; what `put` has answered for is durable."""

    def __init__(self, place: str) -> None:
        """Use a folder, or the URL of an object store such as `s3://bucket/prefix`.

        Credentials come from the environment, as each kind of store has them. Raises `TargetAway`.
        """
        self.place = place
        self._folder: Path | None = None
        with self._plain_errors():
            if "://" in place and not place.startswith("file://"):
                self._store = from_url(
                    place,
                    retry_config={"max_retries": 2, "retry_timeout": PATIENCE},
                    client_options={
                        "connect_timeout": PATIENCE / 4,
                        "timeout": PATIENCE,
                        "allow_http": True,  # where the endpoint in the environment says so
                    },
                )
            else:
                self._folder = Path(place.removeprefix("file://"))
                self._folder.mkdir(parents=True, exist_ok=True)
                self._store = LocalStore(self._folder, automatic_cleanup=True)

    def put(self, name: str, content: bytes) -> None:
        """Keep an object, in place of one of that name. Raises `TargetAway`."""
        with self._plain_errors():
            obstore.put(self._store, name, content)
            if self._folder is not None:
                _sync_path(self._folder, name)

    def get(self, name: str) -> bytes:
        """Answer an object. Raises `CopyMissing` and `TargetAway`."""
        with self._plain_errors():
            try:
                return bytes(obstore.get(self._store, name).bytes())
            except (FileNotFoundError, NotFoundError):
                raise CopyMissing(f"{name} is not in {self.place}") from None

    def has(self, name: str) -> bool:
        """Whether there is an object of that name. Raises `TargetAway`."""
        with self._plain_errors():
            try:
                obstore.head(self._store, name)
            except (FileNotFoundError, NotFoundError):
                return False
            return True

    def names(self, prefix: str) -> Iterator[str]:
        """Yield the names that begin with a whole part `prefix`. Raises `TargetAway`."""
        yield from (name for name, _ in self.sizes(prefix))

    def sizes(self, prefix: str) -> Iterator[tuple[str, int]]:
        """Yield these names, and how many bytes each object has. Raises `TargetAway`."""
        with self._plain_errors():
            for page in obstore.list(self._store, prefix=prefix):
                for entry in page:
                    yield entry["path"], entry["size"]

    def delete(self, name: str) -> None:
        """Remove an object; one that is not there is removed already. Raises `TargetAway`."""
        with self._plain_errors():
            try:
                obstore.delete(self._store, name)
            except (FileNotFoundError, NotFoundError):
                return

    @contextmanager
    def _plain_errors(self) -> Iterator[None]:
        try:
            yield
        except (OSError, BaseError, ValueError) as error:
            raise TargetAway(
                f"{self.place} cannot be used now ({type(error).__name__}); check that it is "
                "mounted or reachable, and that there is room"
            ) from None


def _sync_path(folder: Path, name: str) -> None:
    """Make a file durable, and every folder that leads to it."""
    path = folder / name
    for durable in (path, *path.parents):
        descriptor = os.open(durable, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        if durable == folder:
            break
