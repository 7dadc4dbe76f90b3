"""The restore drill: what was forgotten is really in no backup, and all else really is.

Two canaries are kept, backed up, and one of them forgotten. Then the house is brought back into a
scratch folder, from the newest copy and from the one made before, by the same code as in need.
"""

import tempfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from unhear.clock import random_bytes
from unhear.forget.errors import RootGone
from unhear.forget.roots import open_tree
from unhear.forget.traces import new_trace_id
from unhear.house.backup import Backup, backup
from unhear.house.house import House
from unhear.house.restore import Copy, RestoreRefused, restore
from unhear.household.scope import Scope
from unhear.household.words import UNKNOWN_PERSON, DeviceId, TraceId, Utterance
from unhear.keep.age import Identity
from unhear.keep.catalogue import Catalogue
from unhear.keep.identity import WrappedIdentity
from unhear.prove.claims import Drill
from unhear.prove.statement import hour
from unhear.settings import Settings
from unhear.stores.copies.assembly import assemble
from unhear.stores.copies.shipping import Shipping
from unhear.stores.copies.target import Target
from unhear.stores.database import Database
from unhear.stores.payloads import FilePayloads

CANARY_BYTES = 4096
PASSED, FAILED = "passed", "failed"


def rehearse(house: House, scratch: Path | None = None) -> Drill:
    """Do the drill, remember its result, and answer it.

    It needs room for two copies of the database below `scratch` (the system's folder for temporary
    files without one). Raises what a backup or a restore raises: then it has not taken place.
    """
    with tempfile.TemporaryDirectory(prefix="unhear-drill-", dir=scratch) as folder:
        passed = all(_checks(house, Path(folder)))
    drill = Drill(hour(house.clock()), PASSED if passed else FAILED)
    with house.database.writing() as transaction:
        transaction.set_drill(drill)
    return drill


def rehearse_if_due(house: House) -> Drill | None:
    """Do the drill if the last one is longer ago than the settings say, or there was none."""
    last, now = house.last_drill(), house.clock()
    if last is not None and now - datetime.fromisoformat(last.at) < timedelta(
        days=house.settings.drill_days
    ):
        return None
    return rehearse(house)


def _checks(house: House, folder: Path) -> Iterator[bool]:
    """Yield whether each thing that must hold does."""
    target = Target(str(folder / "copy"))
    gone, stays = _canary(house), _canary(house)
    try:
        before = backup(house, target)
        house.forgetter.forget(house.household.id, Scope(recordings=frozenset([gone])))
        backup(house, target)
        yield from _newest_is_right(house, target, folder, gone, stays)
        yield _older_has_not(house, target, before, folder / "older.db", gone)
    finally:
        house.forgetter.discard(house.household.id, [gone, stays])
        house.payloads.delete(house.household.id, [gone, stays])
        Shipping(house.settings.database_file, target).drop()


def _canary(house: House) -> TraceId:
    now = house.clock()
    utterance = Utterance(
        of=new_trace_id(), heard_at=now, device=DeviceId("drill"), person=UNKNOWN_PERSON
    )
    return house.catalogue.keep(
        wav=random_bytes(CANARY_BYTES),
        transcript=random_bytes(16).hex(),
        utterance=utterance,
        keep_until=now + timedelta(days=1),
    )


def _newest_is_right(
    house: House, target: Target, folder: Path, gone: TraceId, stays: TraceId
) -> Iterator[bool]:
    settings = Settings(house=folder / "house", mirror=None)
    settings.house.mkdir()
    settings.log_key_file.write_bytes(house.settings.log_key_file.read_bytes())
    restore(settings, house.keeper, Copy(target, [target]), _nobody)
    database = Database(settings.database_file)
    restored = Catalogue(
        database=database,
        keeper=house.keeper,
        payloads=FilePayloads(settings.payload_folder),
        household=house.household.id,
        recipient=house.identity.recipient,
    )
    kept = {recording.id for recording in restored.recordings()}
    yield gone not in kept
    yield stays in kept
    yield restored.sealed(stays) == house.catalogue.sealed(stays)
    database.close()


def _older_has_not(house: House, target: Target, before: Backup, file: Path, gone: TraceId) -> bool:
    """Whether the copy from before the erasure opens no more by itself, whatever the horizon."""
    assemble(target, before.generation, before.pieces, file)
    database = Database(file)
    try:
        with database.reading() as transaction:
            open_tree(transaction, house.keeper)
            return transaction.trace(house.household.id, gone) is None
    except RootGone:
        return True
    finally:
        database.close()


def _nobody(_wrapped: WrappedIdentity) -> Identity:
    raise RestoreRefused("the log's key is missing, so that the drill could not be done")
