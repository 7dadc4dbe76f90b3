"""Back a house up: everything it keeps, sealed as it is, to a folder or an object store.

A backup opens nothing without the root key, which is never in it. What it holds of a recording that
is forgotten afterwards is noise from then on, wherever it lies.
"""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass

from unhear.clock import random_bytes
from unhear.forget.database import TraceKind
from unhear.house.house import House
from unhear.household.words import TraceId
from unhear.keep import age
from unhear.settings import SETTINGS_FILE
from unhear.stores.copies.layout import BACKUPS, HOUSE, PAYLOADS
from unhear.stores.copies.shipping import Shipping
from unhear.stores.copies.target import Target
from unhear.stores.errors import CopyDamaged
from unhear.stores.payloads import payload_name

Progress = Callable[[str, int, int], None]
"""Told what is being done, and how much of how much is done."""


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


def backup(
    house: House, target: Target, progress: Progress = lambda _what, _done, _all: None
) -> Backup:
    """Send what the target lacks, and write down what this backup is made of.

    Payloads of recordings that are forgotten are removed from the target, where it can be reached.
    Raises `TargetAway`; what was sent stays, and the next backup goes on from there.
    """
    database = house.settings.database_file
    shipped = Shipping(database, target).ship(lambda done, all_: progress("database", done, all_))
    with house.database.reading() as transaction:
        root = transaction.current_root().root_id
        entries = transaction.ledger_size()
        kept = [row.id for row in transaction.traces(house.household.id, (TraceKind.RECORDING,))]
    _send_payloads(house, target, kept, progress)
    _send_house(house, target)
    made = Backup(
        id=random_bytes(4).hex(),
        made_at=house.clock().strftime("%Y%m%dT%H%M%SZ"),
        household=house.household.id.hex(),
        generation=shipped.generation,
        pieces=shipped.pieces,
        root=root.hex(),
        entries=entries,
        recordings=len(kept),
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


def _send_payloads(house: House, target: Target, kept: list[TraceId], progress: Progress) -> None:
    ours = house.household.id
    wanted = {f"{PAYLOADS}/{payload_name(ours, trace)}": trace for trace in kept}
    there = set(target.names(f"{PAYLOADS}/{ours.hex()}"))
    missing = sorted(wanted.keys() - there)
    for number, name in enumerate(missing):
        if house.payloads.has(ours, wanted[name]):
            target.put(name, house.payloads.get(ours, wanted[name]))
        progress("payloads", number + 1, len(missing))
    for name in there - wanted.keys():
        target.delete(name)


def _send_house(house: House, target: Target) -> None:
    """Send the log's key and the settings, sealed to the household."""
    recipients = [house.identity.recipient]
    for file in (house.settings.log_key_file, house.settings.house / SETTINGS_FILE):
        if file.is_file():
            target.put(f"{HOUSE}/{file.name}.age", age.encrypt(file.read_bytes(), recipients))
