"""Bring a house back from its copies.

The newest database that was shipped is what is brought back: it alone opens, and it knows nothing
of what was forgotten. Payloads may come from a copy of any age. The house stays closed, in a folder
of another name, until all of that is done.
"""

import os
import shutil
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from unhear.forget.database import RECORDING_KINDS
from unhear.forget.errors import ForgetError, KeeperFailed, RootGone
from unhear.forget.replay import read_since, replay
from unhear.forget.roots import RootKeeper, open_tree, parked_id
from unhear.house.backup import Backup, Progress
from unhear.house.house import House
from unhear.house.own_files import own_files
from unhear.household.words import HouseholdId
from unhear.keep import age
from unhear.keep.identity import WrappedIdentity
from unhear.keep.payloads import Payloads
from unhear.learn.learned import SealedLearned
from unhear.settings import Settings, read_settings_file
from unhear.stores.choose_database import need_file
from unhear.stores.choose_payloads import choose_payloads
from unhear.stores.copies.assembly import (
    assemble,
    copy_database,
    newest_generation,
    pieces_of,
)
from unhear.stores.copies.layout import HOUSE, PAYLOADS
from unhear.stores.copies.target import Target
from unhear.stores.database import Database
from unhear.stores.errors import CopyMissing, StoreUnwritable
from unhear.stores.log_files import open_ledger
from unhear.stores.payloads import payload_name

Unlock = Callable[[WrappedIdentity], age.Identity]


class RestoreRefused(Exception):
    """A house cannot be brought back like this; the message says what to bring."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What came back: recordings, those whose sound no copy held, and what was forgotten anew."""

    recordings: int
    without_sound: int
    forgotten_again: int


@dataclass(frozen=True, slots=True)
class Copy:
    """Where to restore from: the newest database, and payloads wherever they are.

    `newest` is a place that it was shipped to, or the file of a database that survived.
    `at` is an older backup to go back to, within the backup horizon: one of the first of the places
    that hold payloads. With `older`, it need not be the newest that is brought back.
    """

    newest: Target | Path
    payloads: Sequence[Target]
    at: Backup | None = None
    older: bool = False


def restore(
    settings: Settings,
    keeper: RootKeeper,
    copy: Copy,
    unlock: Unlock,
    progress: Progress = lambda _what, _done, _all: None,
) -> Restored:
    """Bring the house back into its folder.

    `unlock` is asked for the household's identity only where the log's key must be opened. Raises
    `RestoreRefused`, and `StoreError` for trouble with the copies; then the house stays closed, and
    it can be tried again.
    """
    need_file(settings, "what is restored is a copy")
    if settings.data_folder.exists():
        raise RestoreRefused(
            f"{settings.data_folder} is there already; restore into another house, or move it away"
        )
    try:
        restored = _put_together(settings, keeper, copy, unlock, progress)
        settings.restoring_folder.rename(settings.data_folder)
        _sync(settings.house)
    except OSError as error:
        raise StoreUnwritable(
            f"{settings.house} cannot be written to ({type(error).__name__}); check that there is "
            "room, and restore again"
        ) from None
    return restored


def _put_together(
    settings: Settings, keeper: RootKeeper, copy: Copy, unlock: Unlock, progress: Progress
) -> Restored:
    """Make the house in a folder of another name, durably."""
    work = settings.restoring_folder
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    file = work / settings.database_file.name
    if isinstance(copy.newest, Path):
        copy_database(copy.newest, file)
    else:
        assemble_newest(copy.newest, file, progress)
    with closing(Database(file)) as database:
        household = _check_opens(database, keeper)
        if not copy.older:
            _check_newest(database, keeper)
    forgotten = 0
    if copy.at is not None:
        forgotten = _go_back(file, copy.payloads[0], copy.at, keeper, household)
    with closing(Database(file)) as database:
        _sign_everybody_out(database)
        _bring_house(settings, database, copy.payloads, unlock)
        goal = choose_payloads(_bucket(settings), work / PAYLOADS)
        kept, missing = _bring_payloads(goal, database, household, copy.payloads, progress)
        ledger = open_ledger(settings.log_key_file, work / settings.ledger_folder.name)
        ledger.publish(database)
        database.tidy()
    for path in (*work.rglob("*"), work, work.parent):
        _sync(path)
    return Restored(kept, missing, forgotten)


def restore_sounds(
    house: House,
    targets: Sequence[Target],
    progress: Progress = lambda _what, _done, _all: None,
) -> tuple[int, int]:
    """Bring back payloads that an open house lacks; answer how many, and how many none had.

    Copies of any age will do. Raises `TargetAway`.
    """
    lacking, found = house.catalogue.without_payload(), 0
    for number, trace in enumerate(lacking):
        content = _first(targets, f"{PAYLOADS}/{payload_name(house.household.id, trace)}")
        if content is not None:
            house.payloads.put(house.household.id, trace, content)
            found += 1
        progress("payloads", number + 1, len(lacking))
    return found, len(lacking) - found


def assemble_newest(target: Target, file: Path, progress: Progress) -> None:
    """Put the newest database of a target together. Raises `CopyMissing` and `CopyDamaged`."""
    generation = newest_generation(target)
    pieces = pieces_of(target, generation)
    assemble(target, generation, pieces, file, lambda done, all_: progress("database", done, all_))


def _sign_everybody_out(database: Database) -> None:
    """Let nobody be signed in who was when the copy was made: some of it may have ended since."""
    with database.writing() as transaction:
        for row in transaction.households():
            transaction.drop_signed_in(row.id)


def _check_opens(database: Database, keeper: RootKeeper) -> HouseholdId:
    with database.reading() as transaction:
        rows = transaction.households()
        if not rows or not rows[0].recipient:
            raise RestoreRefused("the copy holds no household: it was forgotten as a whole")
        try:
            open_tree(transaction, keeper)
        except KeeperFailed as error:
            raise RestoreRefused(
                f"the root keeper cannot be used, and no copy opens without it: {error}"
            ) from None
        except RootGone:
            raise RestoreRefused(
                "this copy does not open: something was forgotten since it was made, and its root "
                "key was destroyed then. Bring the newest copy: that of the mirror, or of the last "
                "backup, together with the root keeper's own store"
            ) from None
        return rows[0].id


def _check_newest(database: Database, keeper: RootKeeper) -> None:
    """Raise `RestoreRefused` where the keeper holds a root that the database knows nothing of."""
    with database.reading() as transaction:
        queued = transaction.queued_roots()
        known = {transaction.current_root().root_id, *queued, *map(parked_id, queued)}
    if set(keeper.ids()) - known:
        raise RestoreRefused(
            "the root keeper holds a root key that is newer than this copy: something was being "
            "forgotten when the house was lost, or a restore was broken off. If its database "
            "survives, bring it with --database, or a newer copy with --newest; they open no more "
            "after this. If there is none, say --older, and ask once more for what you had asked "
            "to forget and have no receipt of"
        )


def _go_back(
    file: Path, target: Target, at: Backup, keeper: RootKeeper, household: HouseholdId
) -> int:
    """Put an older database in place of the newest, with what was forgotten since carried out."""
    older_file = file.with_suffix(".older")
    assemble(target, at.generation, at.pieces, older_file)
    try:
        with closing(Database(file)) as newest, newest.reading() as transaction:
            since = read_since(transaction, keeper, household)
        with closing(Database(older_file)) as older:
            with older.writing() as transaction:
                forgotten = replay(transaction, keeper, since, SealedLearned())
            older.tidy()
    except ForgetError as error:
        raise RestoreRefused(
            f"the backup {at.id} does not open: its root key was destroyed when something was "
            f"forgotten after it and the backup horizon had passed ({type(error).__name__}). "
            "Restore the newest copy, without --at"
        ) from None
    for left in file.parent.glob(f"{file.name}*"):
        left.unlink()
    older_file.rename(file)
    return forgotten


def _bucket(settings: Settings) -> str | None:
    """Answer the bucket of the payloads, also where the settings file has only now come back."""
    named = settings.payloads or read_settings_file(settings.house).get("payloads")
    return None if named is None else str(named)


def _bring_payloads(
    payloads: Payloads,
    database: Database,
    household: HouseholdId,
    targets: Sequence[Target],
    progress: Progress,
) -> tuple[int, int]:
    there = {trace for trace, _ in payloads.all(household)}
    with database.reading() as transaction:
        kept = [row.id for row in transaction.traces(household, RECORDING_KINDS)]
    missing = 0
    for number, trace in enumerate(kept):
        if trace not in there:
            content = _first(targets, f"{PAYLOADS}/{payload_name(household, trace)}")
            if content is None:
                missing += 1
            else:
                payloads.put(household, trace, content)
        progress("payloads", number + 1, len(kept))
    return len(kept), missing


def _bring_house(
    settings: Settings, database: Database, targets: Sequence[Target], unlock: Unlock
) -> None:
    """Bring the log's key and the settings back, unless they are there still."""
    if settings.log_key_file.exists():
        return
    if _first(targets, f"{HOUSE}/{settings.log_key_file.name}.age") is None:
        raise RestoreRefused(
            f"the log's key {settings.log_key_file} is missing, and no copy holds it; make a "
            "backup of it, or restore with the place that `unhear backup` wrote to"
        )
    with database.reading() as transaction:
        wrapped = WrappedIdentity.from_bytes(transaction.households()[0].identity)
    identity = unlock(wrapped)
    for file in own_files(settings):
        sealed = _first(targets, f"{HOUSE}/{file.name}.age")
        if sealed is not None and not file.exists():
            _write_secret(file, age.decrypt(sealed, [identity]))


def _write_secret(file: Path, content: bytes) -> None:
    part = file.with_suffix(".part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as open_file:
        open_file.write(content)
        open_file.flush()
        os.fsync(open_file.fileno())
    part.replace(file)


def _first(targets: Sequence[Target], name: str) -> bytes | None:
    for target in targets:
        try:
            return target.get(name)
        except CopyMissing:
            continue
    return None


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
