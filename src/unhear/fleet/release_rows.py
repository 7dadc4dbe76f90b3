"""The row of a fleet's last release: written anew, its old key is destroyed."""

import json
from datetime import datetime

from unhear.fleet.homes import nobody
from unhear.forget.database import TraceKind, Transaction
from unhear.forget.keytree import KeyTree
from unhear.forget.roots import RootKeeper, erase_keys
from unhear.forget.traces import NewTrace, add_trace, content_of, sealed, utterance_of
from unhear.household.learning import Subject
from unhear.household.words import HouseholdId
from unhear.learn.noise import Noise
from unhear.learn.releases import Release
from unhear.learn.rows import FOR_GOOD, learned_id
from unhear.learn.wake import WakeModel


def release_row(transaction: Transaction, tree: KeyTree, fleet: HouseholdId) -> Release | None:
    """Answer the last release, or None before the first."""
    row = transaction.trace(fleet, learned_id(fleet, TraceKind.MODEL, Subject.FLEET))
    return None if row is None else _read(content_of(tree, row))


def put_release(
    transaction: Transaction,
    keeper: RootKeeper,
    tree: KeyTree,
    fleet: HouseholdId,
    release: Release,
    *,
    due_day: int,
) -> None:
    """Write a release in place of the last, whose key is destroyed once the root is let go."""
    trace = learned_id(fleet, TraceKind.MODEL, Subject.FLEET)
    row = transaction.trace(fleet, trace)
    if row is None:
        kind, content = TraceKind.MODEL, _written(release)
        add_trace(transaction, tree, fleet, NewTrace(trace, kind, nobody(trace), content, FOR_GOOD))
        return
    about = utterance_of(tree, row)
    erase_keys(transaction, keeper, tree, {row.slot}, due_day=due_day)
    transaction.set_capsule(sealed(tree, row, about, _written(release), None))


def _written(release: Release) -> bytes:
    fields = {
        "at": release.at.isoformat(),
        "model": None if release.model is None else release.model.to_bytes().hex(),
        "homes": dict(release.homes),
        "parts": {home.hex(): digest.hex() for home, digest in release.parts.items()},
        "noise": None if release.noise is None else [release.noise.epsilon, release.noise.delta],
    }
    return json.dumps(fields).encode()


def _read(written: bytes) -> Release:
    fields = json.loads(written)
    model, noise = fields["model"], fields["noise"]
    return Release(
        at=datetime.fromisoformat(fields["at"]),
        model=None if model is None else WakeModel.from_bytes(bytes.fromhex(model)),
        homes=fields["homes"],
        parts={
            HouseholdId(bytes.fromhex(home)): bytes.fromhex(digest)
            for home, digest in fields["parts"].items()
        },
        noise=None if noise is None else Noise(*noise),
    )
