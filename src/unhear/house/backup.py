"""Back a house up: everything it keeps, sealed as it is, to a folder or an object store.

A backup opens nothing without the root key, which is never in it. What it holds of a recording that
is forgotten afterwards is noise from then on, wherever it lies.
"""

import json
import logging
from collections.abc import Callable, Collection, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum

from unhear.clock import random_bytes
from unhear.forget.database import RECORDING_KINDS, TraceKind
from unhear.forget.roots import RootKeeper, parked_id
from unhear.house.house import House
from unhear.house.own_files import send_own_files
from unhear.household.words import TraceId
from unhear.stores.choose_database import need_file
from unhear.stores.copies.layout import BACKUPS, PAYLOADS
from unhear.stores.copies.shipping import Shipped, Shipping
from unhear.stores.copies.target import Target
from unhear.stores.errors import CopyDamaged, PayloadMissing
from unhear.stores.payloads import payload_name

log = logging.getLogger(__name__)

Progress = Callable[[str, int, int], None]
"""Told what is being done, and how much of how much is done."""


class Opens(StrEnum):
    """Whether a backup opens today: alone, only with the newest database, or no more."""

    BY_ITSELF = "by itself"
    WITH_NEWEST = "with the newest copy"
    NOT = "no more"


@dataclass(frozen=True, slots=True)
class Backup:
    """One backup: the pieces of the database it is made of, and what was kept then.

    `root` is the id of the root key that opened it, `entries` the size of the ledger.
    """

    id: str
    made_at: str
    household: str
    generation: str
    pieces: int
    root: str
    entries: int
    recordings: int

    @property
    def name(self) -> str:
        """Where it is written down in its target."""
        return f"{BACKUPS}/{self.made_at}-{self.id}.json"


def how_they_open(keeper: RootKeeper, found: Sequence[Backup]) -> list[Opens]:
    """Answer how each backup opens with what the root keeper holds today."""
    held = set(keeper.ids())
    answers = []
    for one in found:
        root = bytes.fromhex(one.root)
        if root in held:
            answers.append(Opens.BY_ITSELF)
        else:
            answers.append(Opens.WITH_NEWEST if parked_id(root) in held else Opens.NOT)
    return answers


def remove_dead(house: House, target: Target) -> int:
    """Remove the backups that open no more, and what only they needed; answer how many.

    Raises `TargetAway`.
    """
    need_file(house.settings, "backups are made")
    found = backups(target)
    ways = how_they_open(house.keeper, found)
    dead = [one for one, way in zip(found, ways, strict=True) if way is Opens.NOT]
    for one in dead:
        target.delete(one.name)
    Shipping(house.settings.database_file, target).sweep()
    return len(dead)


def backup(
    house: House,
    target: Target,
    progress: Progress = lambda _what, _done, _all: None,
    *,
    anew: bool = False,
    sounds_of: Collection[TraceId] | None = None,
) -> Backup:
    """Send what the target lacks, and write down what this backup is made of.

    Payloads of recordings that are forgotten are removed from the target, where it can be reached.
    Raises `TargetAway`; what was sent stays, and the next backup goes on from there. `anew` begins
    again in a target that was emptied; `sounds_of` names the only recordings whose payloads are to
    be sent. Raises `TargetTaken` for another house's.
    """
    need_file(house.settings, "backups are made")
    shipping = Shipping(house.settings.database_file, target)
    shipping.ship(lambda done, all_: progress("database", done, all_), anew=anew)
    _send_payloads(house, target, sounds_of, progress)
    send_own_files(house.settings, house.identity.recipient, target)
    made: list[Backup] = []

    def write_down(shipped: Shipped) -> None:
        """Send what was kept meanwhile; what it is made of is not swept before that."""
        kept = _send_payloads(house, target, sounds_of, lambda _what, _done, _all: None)
        made.append(_written_down(house, target, shipped, kept))

    shipping.ship(then=write_down)
    return made[0]


def _written_down(house: House, target: Target, shipped: Shipped, kept: int) -> Backup:
    with house.database.reading() as transaction:
        entries = transaction.ledger_size()
    made = Backup(
        id=random_bytes(4).hex(),
        made_at=house.clock().strftime("%Y%m%dT%H%M%SZ"),
        household=house.household.id.hex(),
        generation=shipped.generation,
        pieces=shipped.pieces,
        root=shipped.position.root,
        entries=entries,
        recordings=kept,
    )
    target.put(made.name, json.dumps({"v": 1, **asdict(made)}).encode())
    return made


def backups(target: Target) -> list[Backup]:
    """Answer the backups in a target, oldest first. Raises `TargetAway` and `CopyDamaged`."""
    found = []
    for name in sorted(target.names(BACKUPS)):
        try:
            fields = json.loads(target.get(name))
            found.append(Backup(**{key: fields[key] for key in Backup.__slots__}))
        except (ValueError, KeyError, TypeError):
            raise CopyDamaged(f"{name} in {target.place} is damaged; remove it") from None
    return found


def _send_payloads(
    house: House, target: Target, sounds_of: Collection[TraceId] | None, progress: Progress
) -> int:
    """Bring the target's payloads up to date; answer how many recordings are kept.

    The target is looked at first: what another process keeps and sends meanwhile is not taken for
    forgotten.
    """
    ours = house.household.id
    there = dict(target.sizes(f"{PAYLOADS}/{ours.hex()}"))
    with house.database.reading() as transaction:
        rows = [(row.id, row.kind) for row in transaction.traces(ours, RECORDING_KINDS)]
    wanted = {
        f"{PAYLOADS}/{payload_name(ours, trace)}": trace
        for trace, _ in rows
        if sounds_of is None or trace in sounds_of
    }
    clips = {f"{PAYLOADS}/{payload_name(ours, t)}" for t, kind in rows if kind is TraceKind.CLIP}
    grown = {
        name
        for name in clips & wanted.keys() & there.keys()
        if _grew(house, wanted[name], there[name])
    }
    missing = sorted(wanted.keys() - there.keys() | grown)
    for number, name in enumerate(missing):
        try:
            target.put(name, house.payloads.get(ours, wanted[name]))
        except PayloadMissing:
            log.info("payload gone while it was backed up")  # forgotten meanwhile, or lost before
        progress("payloads", number + 1, len(missing))
    for name in there.keys() - wanted.keys():
        target.delete(name)
    return len(rows)


def _grew(house: House, clip: TraceId, there: int) -> bool:
    """Whether a clip was still being filmed when it was sent."""
    try:
        return house.payloads.size(house.household.id, clip) != there
    except PayloadMissing:
        return False
