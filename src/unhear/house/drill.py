"""The restore drill: what was forgotten is really in no backup, and all else really is.

Two canaries are kept, backed up, and one of them forgotten. Then the house is brought back into a
scratch folder, from the newest copy and from the one made before, by the same code as in need.
"""

import logging
import tempfile
from contextlib import closing, suppress
from datetime import datetime, timedelta
from pathlib import Path

from unhear.clock import random_bytes
from unhear.forget.errors import KeyPageDamaged, RootGone
from unhear.forget.keytree import KeyTree
from unhear.forget.roots import parked_id
from unhear.forget.traces import new_trace_id
from unhear.house.backup import Backup, backup
from unhear.house.house import House
from unhear.house.restore import Copy, RestoreRefused, restore
from unhear.household.scope import Scope
from unhear.household.words import UNKNOWN_PERSON, DeviceId, TraceId, Utterance
from unhear.keep.age import Identity
from unhear.keep.catalogue import Catalogue
from unhear.keep.identity import WrappedIdentity
from unhear.keep.moments import Moments
from unhear.prove.claims import Drill
from unhear.prove.statement import hour
from unhear.settings import Settings
from unhear.stores.choose_database import need_file
from unhear.stores.copies.assembly import assemble
from unhear.stores.copies.shipping import Shipping
from unhear.stores.copies.target import Target
from unhear.stores.database import Database
from unhear.stores.errors import CopyDamaged, CopyMissing, StoreBusy
from unhear.stores.payloads import FilePayloads

log = logging.getLogger(__name__)

CANARY_BYTES = 4096
ATTEMPTS_MAX = 3
PASSED, FAILED = "passed", "failed"


def rehearse(house: House, scratch: Path | None = None) -> Drill:
    """Do the drill, remember its result, and answer it.

    It needs room for three copies of the database below `scratch` (the system's folder for
    temporary files without one), one after the other made and removed. Raises `StoreError` and
    `ForgetError` where it could not take place.
    """
    need_file(house.settings, "the drill restores a copy")
    for _ in range(ATTEMPTS_MAX):
        try:
            with tempfile.TemporaryDirectory(prefix="unhear-drill-", dir=scratch) as folder:
                passed = _passes(house, Path(folder))
        except _Disturbed:
            continue
        drill = Drill(hour(house.clock()), PASSED if passed else FAILED)
        with house.database.writing() as transaction:
            transaction.set_drill(drill)
        return drill
    raise StoreBusy("others forgot something during each rehearsal; do the drill again later")


def rehearse_if_due(house: House) -> Drill | None:
    """Do the drill if the last one is longer ago than the settings say, or there was none.

    On a server there is none to do: its replicas are what is rehearsed, by whoever runs them.
    """
    if house.settings.database is not None:
        return None
    last, now = house.last_drill(), house.clock()
    if last is not None and now - datetime.fromisoformat(last.at) < timedelta(
        days=house.settings.drill_days
    ):
        return None
    return rehearse(house)


class _Disturbed(Exception):
    """Something else was forgotten meanwhile, so that the drill's own copy opens no more."""


def _passes(house: House, folder: Path) -> bool:
    target = Target(str(folder / "copy"))
    gone, stays = canaries = (_canary(house), _canary(house))
    try:
        before = backup(house, target, sounds_of=canaries)
        sound = house.payloads.get(house.household.id, gone)
        house.forgetter.forget(house.household.id, Scope(recordings=frozenset([gone])))
        newest = backup(house, target, sounds_of=canaries)
        try:
            return all(
                (
                    _older_is_shut(house, target, before, folder / "older.db", gone),
                    _newest_is_right(house, target, folder, gone, stays),
                    not any(sound in path.read_bytes() for path in folder.rglob("*.payload")),
                )
            )
        except (RestoreRefused, CopyDamaged, CopyMissing, RootGone) as error:
            with house.database.reading() as transaction:
                if transaction.current_root().root_id.hex() != newest.root:
                    raise _Disturbed from None
            log.warning("restore drill failed", extra={"why": type(error).__name__})
            return False
    finally:
        house.forgetter.discard(house.household.id, canaries)
        house.payloads.delete(house.household.id, canaries)
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
) -> bool:
    """Whether the newest copy brings back what was kept, and nothing else."""
    settings = Settings(house=folder / "house", mirror=None, payloads=None)
    settings.house.mkdir()
    settings.log_key_file.symlink_to(house.settings.log_key_file.resolve())
    restore(settings, house.keeper, Copy(target, [target], older=True), _nobody)
    with closing(Database(settings.database_file)) as database:
        restored = Catalogue(
            database=database,
            keeper=house.keeper,
            payloads=FilePayloads(settings.payload_folder),
            household=house.household.id,
            recipient=house.identity.recipient,
            moments=Moments(house.clock),
        )
        kept = {recording.id for recording in restored.recordings()}
        if gone in kept or stays not in kept:
            return False
        return restored.sealed(stays) == house.catalogue.sealed(stays)


def _older_is_shut(house: House, target: Target, before: Backup, file: Path, gone: TraceId) -> bool:
    """Whether the copy from before the erasure has the canary, and no root key opens it.

    Within a backup horizon its own one is parked, and opens it still.
    """
    assemble(target, before.generation, before.pieces, file)
    with closing(Database(file)) as database, database.reading() as transaction:
        row, then = transaction.trace(house.household.id, gone), transaction.current_root()
        if row is None:
            return False
        for root_id in set(house.keeper.ids()) - {parked_id(then.root_id)}:
            tree = KeyTree(
                tree_id=then.tree_id,
                epoch=then.epoch,
                root=house.keeper.get(root_id),
                pages=transaction,
            )
            with suppress(KeyPageDamaged):
                tree.key(row.slot)
                return False
    return True


def _nobody(_wrapped: WrappedIdentity) -> Identity:
    raise RestoreRefused("the log's key is missing, so that the drill could not be done")
