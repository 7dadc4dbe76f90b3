"""How far a house's move to other stores has come: one small file in its folder.

What it says is about the stores alone. It stays when the move is done, so that a process which is
still at the old ones can say where the house went.
"""

import json
import os
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from pathlib import Path

from unhear.settings import Settings, read_settings_file
from unhear.stores.errors import StoreDamaged, StoreUnwritable

FILE = "moving.json"


class State(StrEnum):
    """How far a move has come.

    While it is `SWITCHING`, the old database says whether it is the house's still: it is marked in
    the very transaction by which it ceases to be.
    """

    COPYING = "copying"
    SWITCHING = "switching"
    SWITCHED = "switched"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Stores:
    """Where a house's rows and payloads are: None stands for the files in its folder."""

    database: str | None
    shard: str
    payloads: str | None

    @classmethod
    def of(cls, settings: Settings) -> "Stores":
        """Answer those that the settings name."""
        shard = "main" if settings.database is None else settings.shard
        return cls(settings.database, shard, settings.payloads)

    @classmethod
    def named_in(cls, house: Path) -> "Stores":
        """Answer those that the settings file of a house names, whatever the environment says."""
        named = read_settings_file(house)
        database, shard, payloads = (named.get(name) for name in ("database", "shard", "payloads"))
        return cls(
            None if database is None else str(database),
            "main" if database is None or shard is None else str(shard),
            None if payloads is None else str(payloads),
        )

    def rows_elsewhere(self, other: "Stores") -> bool:
        """Whether the database is another."""
        return (self.database, self.shard) != (other.database, other.shard)


@dataclass(frozen=True, slots=True)
class Journal:
    """A move: from where to where, whose, how far, and the id of the root that it replaces."""

    state: State
    origin: Stores
    goal: Stores
    household: str
    old_root: str | None = None

    def at(self, state: State, old_root: str | None = None) -> "Journal":
        """Answer it as it is once that state is reached."""
        return replace(self, state=state, old_root=old_root or self.old_root)


def read_journal(house: Path) -> Journal | None:
    """Answer what stands in the file, None where the house never moved. Raises `StoreDamaged`."""
    try:
        fields = json.loads((house / FILE).read_bytes())
        return Journal(
            state=State(fields["state"]),
            origin=Stores(**fields["origin"]),
            goal=Stores(**fields["goal"]),
            household=fields["household"],
            old_root=fields["old_root"],
        )
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StoreUnwritable(f"{house / FILE} cannot be read: {error.strerror}") from None
    except (ValueError, KeyError, TypeError):
        raise StoreDamaged(
            f"{house / FILE} is damaged. If no move of this house is under way, remove it"
        ) from None


def journal_mark(house: Path) -> tuple[int, int] | None:
    """Answer what tells a journal from the one it replaced; None where there is none."""
    try:
        found = (house / FILE).stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns


def write_journal(house: Path, journal: Journal) -> None:
    """Put it in place of what stood there, durably. Raises `StoreUnwritable`."""
    beside = house / f"{FILE}.new"
    try:
        with beside.open("w") as file:
            json.dump({"v": 1, **asdict(journal)}, file)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(house / FILE)
        folder = os.open(house, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        raise StoreUnwritable(f"{house / FILE} cannot be written: {error.strerror}") from None


def remove_journal(house: Path) -> None:
    """Let nothing be known of a move that never ended. Raises `StoreUnwritable`."""
    try:
        (house / FILE).unlink(missing_ok=True)
    except OSError as error:
        raise StoreUnwritable(f"{house / FILE} cannot be removed: {error.strerror}") from None
