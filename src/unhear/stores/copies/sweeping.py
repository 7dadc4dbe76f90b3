"""Remove from a target what no copy in it needs any more."""

import json
import logging

from unhear.stores.copies.layout import BACKUPS, NEWEST, Snapshot, chunk_name, snapshot_name
from unhear.stores.copies.target import Target
from unhear.stores.errors import CopyDamaged, CopyMissing

log = logging.getLogger(__name__)


def sweep(target: Target) -> None:
    """Remove generations of the database that are neither the newest nor a backup's.

    Only while nobody else ships to the target. Raises `TargetAway`; what is left is swept later.
    Where it cannot be read what is needed, nothing is removed.
    """
    try:
        needed = _needed(target)
        chunks = _chunks(target, needed)
    except (CopyDamaged, CopyMissing):
        log.warning("a copy is damaged; nothing is swept in its place")
        return
    for name in list(target.names("database")):
        if name != NEWEST and name.split("/")[1] not in needed:
            target.delete(name)
    for name in list(target.names("chunks")):
        if name not in chunks:
            target.delete(name)


def _needed(target: Target) -> set[str]:
    """Answer the generations that are in use. Raises `CopyDamaged`."""
    needed = {target.get(NEWEST).decode()}
    for name in target.names(BACKUPS):
        try:
            needed.add(json.loads(target.get(name))["generation"])
        except (ValueError, KeyError, TypeError):
            raise CopyDamaged(f"{name} in {target.place} is damaged; remove it") from None
    return needed


def _chunks(target: Target, generations: set[str]) -> set[str]:
    return {
        chunk_name(digest)
        for generation in generations
        for digest in Snapshot.from_json(target.get(snapshot_name(generation))).chunks
    }
