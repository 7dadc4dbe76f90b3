"""What a house's witnesses said last: one small JSON file, replaced whole."""

import fcntl
import json
import os
from collections.abc import Callable
from pathlib import Path

from unhear.prove.errors import ProofError
from unhear.prove.notes import Note, VerifierKey
from unhear.prove.witnessing import Standing, Watched
from unhear.stores.errors import StoreUnwritable


class WitnessRecord:
    """Keeps how each witness stands to the log; safe from several threads and processes."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def read(self) -> Watched:
        """Answer what was kept last. When that cannot be read, nothing is known: one asks anew."""
        try:
            kept = json.loads(self._file.read_text())
            standings = {
                VerifierKey.parse(key): Standing(
                    int(one["size"]), str(one["trouble"]), bool(one["forked"])
                )
                for key, one in kept["witnesses"].items()
            }
            cosigned = kept["cosigned"]
            return Watched(standings, None if cosigned is None else Note.parse(cosigned))
        except (OSError, ValueError, TypeError, KeyError, AttributeError, ProofError):
            return Watched()

    def update(self, change: Callable[[Watched], Watched]) -> Watched:
        """Keep what `change` makes of what is kept now. Raises `StoreUnwritable`."""
        try:
            with self._file.with_suffix(".lock").open("ab") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)  # let go when the file is closed
                watched = change(self.read())
                part = self._file.with_name(f"{self._file.name}.{os.getpid()}.part")
                part.write_text(json.dumps(_json(watched), indent=2) + "\n")
                part.replace(self._file)
                return watched
        except OSError as error:
            raise StoreUnwritable(f"{self._file} cannot be written: {error.strerror}") from None


def _json(watched: Watched) -> dict[str, object]:
    return {
        "witnesses": {
            str(key): {"size": one.size, "trouble": one.trouble, "forked": one.forked}
            for key, one in watched.standings.items()
        },
        "cosigned": None if watched.cosigned is None else str(watched.cosigned),
    }
