"""A house's root keeper: the one its settings name, or both while the root moves."""

import logging
from dataclasses import dataclass
from pathlib import Path

from unhear import clock
from unhear.forget.errors import ForgetError, KeeperFailed, MirrorAway, RootGone
from unhear.forget.migrate import Move, migrate, settle
from unhear.forget.mirror import Copies
from unhear.forget.roots import RootKeeper
from unhear.settings import Settings, SettingsWrong, read_settings_file, write_to_settings_file
from unhear.stores.choose_database import HouseDatabase
from unhear.stores.errors import StoreError
from unhear.stores.keepers.choose import choose_keeper
from unhear.stores.keepers.moved import MovedRootKeeper

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class FileMoveRecord:
    """A move, as it stands in the house's settings file."""

    house: Path
    old: str | None
    new: str

    def is_moving(self) -> bool:
        """Whether the file says that the root moves from the old keeper to the new."""
        found = read_settings_file(self.house)
        return found.get("keeper_moving_to") == self.new and found.get("keeper") == self.old

    def begin(self) -> None:
        """Write down where it goes; where it is stands there already."""
        write_to_settings_file(self.house, {"keeper_moving_to": self.new})

    def undo(self) -> None:
        """Leave the old keeper."""
        write_to_settings_file(self.house, {"keeper_moving_to": None})

    def finish(self) -> None:
        """Leave the new keeper."""
        write_to_settings_file(self.house, {"keeper": self.new, "keeper_moving_to": None})


def open_keeper(settings: Settings, database: HouseDatabase, copies: Copies) -> RootKeeper:
    """Answer the keeper of a house, and settle a move that a crash interrupted.

    Where that cannot be done now, the house opens with what has its root, and it is tried again
    at the next opening. Raises `KeeperFailed`.
    """
    house, moving_to = settings.house, settings.keeper_moving_to
    old = choose_keeper(settings.keeper_spec, house)
    if moving_to is None:
        return old
    new = choose_keeper(moving_to, house)
    record = FileMoveRecord(house, settings.keeper, moving_to)
    try:
        settle(database, Move(old, new, record), copies)
    except (KeeperFailed, MirrorAway) as error:
        log.warning("the root key's move is not finished", extra={"why": type(error).__name__})
        return old if _holds_root(old, database) else MovedRootKeeper(new, old)
    return old if _holds_root(old, database) else new


def remember_keeper(settings: Settings) -> None:
    """Write into the house's file what held the root key when the house was restored.

    A settings file from a backup may name the keeper of an earlier day. Raises `SettingsWrong`.
    """
    found = read_settings_file(settings.house)
    if found.get("keeper") != settings.keeper or "keeper_moving_to" in found:
        write_to_settings_file(
            settings.house, {"keeper": settings.keeper, "keeper_moving_to": None}
        )


def move_keeper(
    settings: Settings, database: HouseDatabase, copies: Copies, spec: str
) -> RootKeeper:
    """Move the root key of a house to the keeper that `spec` describes, and answer that.

    Raises `SettingsWrong` for a spec that cannot be used, or where the environment names the
    keeper; `ForgetError` and `StoreError` when it could not be moved, and says where it stands.
    """
    house = settings.house
    if settings.keeper_moving_to is not None:
        raise KeeperFailed(
            f"the root key is already moving to {settings.keeper_moving_to}; make both keepers "
            "reachable and open the house, which finishes that"
        )
    if read_settings_file(house).get("keeper") != settings.keeper:
        raise SettingsWrong(
            "UNHEAR_KEEPER names the keeper; unset it and write it into the settings file"
        )
    move = Move(
        old=choose_keeper(settings.keeper_spec, house),
        new=choose_keeper(spec, house, make=True),
        record=FileMoveRecord(house, settings.keeper, spec),
    )
    now = clock.now()
    try:
        migrate(database, move, copies, today=clock.day_number(now), due_day=copies.due_day(now))
    except (ForgetError, StoreError) as error:
        _try_to_settle(database, move, copies)
        if move.record.is_moving():
            raise KeeperFailed(
                "the move is begun and cannot be finished or undone now; the house does that when "
                f"it is opened and both keepers can be reached ({error})"
            ) from None
        raise
    return move.new


def _try_to_settle(database: HouseDatabase, move: Move, copies: Copies) -> None:
    try:
        settle(database, move, copies)
    except (KeeperFailed, MirrorAway):
        log.warning("the root key's move is not finished; the next opening settles it")


def _holds_root(keeper: RootKeeper, database: HouseDatabase) -> bool:
    with database.reading() as transaction:
        current = transaction.current_root().root_id
    try:
        keeper.get(current)
    except (RootGone, KeeperFailed):
        return False
    return True
