"""What a house does about a move to other stores that was broken off, or left something behind.

The old database says whether the house is still in it: it was shut in the very transaction that
ended the move. So whoever opens the house knows which of the two is the house, at any instant.
"""

import fcntl
import logging
from collections.abc import Iterator
from contextlib import contextmanager

from unhear.forget.errors import ForgetError
from unhear.forget.roots import RootKeeper
from unhear.house.moving_payloads import remove_payloads
from unhear.household.words import HouseholdId
from unhear.settings import Settings, read_settings, write_to_settings_file
from unhear.stores.choose_payloads import choose_payloads
from unhear.stores.errors import HouseMoved, StoreBusy, StoreError, StoreUnwritable
from unhear.stores.moving.end import end_of
from unhear.stores.moving.journal import Journal, State, Stores, read_journal, write_journal
from unhear.stores.placed_database import LEFT, Whereabouts

LOCK_FILE = "moving.lock"

_OF_STORES = ("database", "shard", "payloads", "household")
_NAMES = " or ".join(f"UNHEAR_{name.upper()}" for name in _OF_STORES)

log = logging.getLogger(__name__)


def settled(settings: Settings) -> Settings:
    """Answer the settings of a house as they are once a move that was broken off is settled.

    Where the old database was shut, the house is in the new one, and the settings file says so
    from now on; otherwise it never left. Raises `HouseMoved` where these settings name what it
    left long ago, `StoreError` and `SettingsWrong`.
    """
    if (place := Whereabouts(settings).left_for(*LEFT)) is not None:
        raise HouseMoved(
            f"this house has moved to {place}, as its settings file says. Start this again; where "
            f"{_NAMES} stand in the environment, take them out first"
        )
    journal = read_journal(settings.house)
    if (
        journal is None
        or journal.state is not State.SWITCHING
        or journal.origin != Stores.of(settings)
    ):
        return settings
    try:
        with moving_alone(settings):
            return _settled(settings)
    except StoreBusy:
        return settings  # whoever moves it is at work, and tells the database when it is done


def _settled(settings: Settings) -> Settings:
    journal = read_journal(settings.house)
    if journal is None or journal.state is not State.SWITCHING:
        return settings
    if not end_of(journal.origin, settings).is_shut():
        write_journal(settings.house, journal.at(State.COPYING))
        return settings
    switch(settings, journal)
    return settings_after(settings, journal)


class Departure:
    """Whether a house left the stores in which it was opened; to be asked from one thread."""

    def __init__(self, settings: Settings) -> None:
        """Begin with the settings with which it was opened."""
        self._settings = settings
        self._whereabouts = Whereabouts(settings)

    def is_over(self) -> bool:
        """Whether it is elsewhere; a move whose process died once that was decided is finished.

        A look at one small file. Raises `StoreError` and `SettingsWrong`.
        """
        if self._whereabouts.left_for(State.SWITCHING) is not None:
            settled(self._settings)
        return self._whereabouts.left_for(*LEFT) is not None


def settings_there(settings: Settings) -> Settings:
    """Answer the settings of a house that left its stores, with those that it has now.

    Raises `HouseMoved` where the environment names those that it left, and `SettingsWrong`.
    """
    now = settled(read_settings(settings.house))
    update = {name: getattr(now, name) for name in _OF_STORES}
    return settings.model_copy(update=update)


def switch(settings: Settings, journal: Journal) -> Journal:
    """Write down where the house is now: in its settings first. Durable."""
    write_to_settings_file(settings.house, _values(journal))
    done = journal.at(State.SWITCHED)
    write_journal(settings.house, done)
    return done


def settings_after(settings: Settings, journal: Journal) -> Settings:
    """Answer the settings of the house that has moved."""
    goal = journal.goal
    return settings.model_copy(
        update={
            "database": goal.database,
            "shard": goal.shard,
            "payloads": goal.payloads,
            "household": _household(journal),
        }
    )


def clear_left_behind(settings: Settings, keeper: RootKeeper) -> bool:
    """Remove what a finished move left at the old stores; answer whether nothing is left.

    Waits, for another day, until the root key that opens it is destroyed, and until the old stores
    can be reached. A journal that says `SWITCHING` may be of a move that ended: the settings, which
    are written before it, say so.
    """
    journal = read_journal(settings.house)
    if journal is None or journal.state in (State.DONE, State.COPYING):
        return journal is None or journal.state is State.DONE
    try:
        with moving_alone(settings):
            return remove_left_behind(settings, journal, keeper)
    except (StoreError, ForgetError) as error:
        log.warning("the old stores are not removed yet", extra={"why": type(error).__name__})
        return False


def remove_left_behind(settings: Settings, journal: Journal, keeper: RootKeeper) -> bool:
    """Do that; False while the old root key is held. Raises `StoreError` and `ForgetError`."""
    origin, goal = journal.origin, journal.goal
    if Stores.of(settings) != goal:
        return False
    if journal.old_root is not None and bytes.fromhex(journal.old_root) in keeper.ids():
        return False
    rows, old = origin.rows_elsewhere(goal), end_of(origin, settings)
    if rows and old.exists() and not old.is_shut():
        return False  # it is no copy: somebody changed the settings by hand
    if origin.payloads != goal.payloads:
        household = HouseholdId(bytes.fromhex(journal.household))
        folder = settings.payload_folder if origin.payloads is None else None
        remove_payloads(
            choose_payloads(origin.payloads, settings.payload_folder), household, folder
        )
    if rows:
        old.remove()
    write_journal(settings.house, journal.at(State.DONE))
    return True


@contextmanager
def moving_alone(settings: Settings) -> Iterator[None]:
    """Keep every other process from moving this house. Raises `StoreBusy` where one does."""
    path = settings.house / LOCK_FILE
    try:
        lock = path.open("ab")
    except OSError as error:
        raise StoreUnwritable(f"{path} cannot be made: {error.strerror}") from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)  # let go when the file is closed
        except BlockingIOError:
            raise StoreBusy("this house is being moved already; wait until that is done") from None
        yield


def _values(journal: Journal) -> dict[str, str | None]:
    goal = journal.goal
    return {
        "database": goal.database,
        "shard": None if goal.shard == "main" else goal.shard,
        "payloads": goal.payloads,
        "household": _household(journal),
    }


def _household(journal: Journal) -> str | None:
    return None if journal.goal.database is None else journal.household
