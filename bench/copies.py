"""What a mirror and backups cost, by how much is kept: `python -m bench.copies --json`.

Builds houses of 1e3 and 1e5 recordings that have a mirror on the same disk, and times what the
mirror gets at each erasure, before the old root key is destroyed; then a backup of the database,
and the next one after a thousand erasures. Payloads are left out: they cost what their bytes cost.
"""

import argparse
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter
from typing import Any
from unittest.mock import patch

from bench.forget import fill
from bench.report import milliseconds, progress, report
from unhear.house.backup import backup
from unhear.house.house import House
from unhear.house.setup import SetupPlan, set_up
from unhear.household.scope import Scope
from unhear.settings import Settings
from unhear.stores.copies.shipping import ShippingMirror
from unhear.stores.copies.target import Target

SIZES = (1_000, 100_000)
SINGLES = 100
BATCH = 1_000
P50_AIM_MS = 10


@contextmanager
def _timed(into: list[float]) -> Iterator[None]:
    """Note how long each shipping to the mirror takes meanwhile."""
    ship = ShippingMirror.ship

    def timed(mirror: ShippingMirror) -> None:
        started = perf_counter()
        ship(mirror)
        into.append(perf_counter() - started)

    with patch.object(ShippingMirror, "ship", timed):
        yield


def _backup(house: House, target: Target) -> float:
    started = perf_counter()
    backup(house, target, sounds_of=())
    return round(perf_counter() - started, 2)


def _size(place: Path) -> int:
    return sum(path.stat().st_size for path in place.rglob("*") if path.is_file())


def measure(folder: Path, count: int) -> dict[str, Any]:
    """Answer the figures of one house."""
    settings = Settings(house=folder / "house", mirror=str(folder / "mirror"))
    set_up(settings, SetupPlan(name="Bench", guardian="Guardian", keep=True), "not a secret at all")
    house = House(settings)
    traces = fill(house, count)
    started = perf_counter()
    house.copies.ship()
    first, shipped = perf_counter() - started, _size(folder / "mirror")
    ships: list[float] = []
    for trace in traces[:: count // SINGLES][:SINGLES]:
        scope = Scope(recordings=frozenset([trace]))
        with _timed(ships):
            house.forgetter.forget(house.household.id, scope)
    each = (_size(folder / "mirror") - shipped) / SINGLES
    target = Target(str(folder / "copies"))
    whole = _backup(house, target)
    rest = [one.id for one in house.catalogue.recordings()[: min(BATCH, count // 2)]]
    house.forgetter.forget(house.household.id, Scope(recordings=frozenset(rest)))
    return {
        "recordings": count,
        "first_ship_s": round(first, 2),
        "ship_at_an_erasure": milliseconds(ships),
        "bytes_shipped_an_erasure": round(each),
        "first_backup_s": whole,
        "next_backup_s": _backup(house, target),
    }


def main() -> None:
    """Measure and report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="answer JSON (it always does)")
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES))
    arguments = parser.parse_args()
    houses = []
    for count in arguments.sizes:
        progress(f"{count} recordings")
        with tempfile.TemporaryDirectory(prefix="unhear-bench-") as folder:
            houses.append(measure(Path(folder), count))
    report(
        ok=all(house["ship_at_an_erasure"]["p50_ms"] <= P50_AIM_MS for house in houses),
        figures={"houses": houses, "aims": {"ship_p50_ms": P50_AIM_MS}},
        peers={},
        packages=("sqlalchemy", "obstore"),
    )


if __name__ == "__main__":
    main()
