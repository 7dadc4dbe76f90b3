"""How long a page of the timeline takes in a large house: `python -m bench.timeline --json`.

A hundred thousand recordings, heard evenly over the days that recordings stay by default (30) and
at most (365). Somebody opens the timeline at a random place, of which nothing is in memory, and
scrolls down: each request reads one page of 50. Pages that are the first of their day, of which the
order must be found, are told apart too. The peer reads all of the index first, as a timeline
without days would.
"""

import argparse
import random
import tempfile
from datetime import date
from pathlib import Path
from time import perf_counter
from typing import Any

from bench.forget import fill
from bench.report import milliseconds, progress, quantile, report
from unhear.house.house import House
from unhear.house.setup import SetupPlan, set_up
from unhear.household.scope import Scope
from unhear.keep.catalogue import Place
from unhear.settings import Settings

RECORDINGS, PAGE = 100_000, 50
VISITS, PAGES_A_VISIT = 8, 60
DAYS = (30, 365)
P95_SECONDS_MAX = 0.05
PEER_RUNS = 3


def main() -> None:
    """Measure, and print JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="answer JSON (it always does)")
    parser.add_argument("--recordings", type=int, default=RECORDINGS)
    options = parser.parse_args()
    figures: dict[str, Any] = {"recordings": options.recordings, "page": PAGE}
    slowest, whole = 0.0, []
    for days in DAYS:
        with tempfile.TemporaryDirectory(prefix="unhear-bench-") as folder:
            house = _house(Path(folder), options.recordings, days)
            pages = _pages(house, random.Random(5))  # noqa: S311 - places, no secrets
            scrolled = [seconds for seconds, _ in pages]
            figures[f"over_{days}_days"] = milliseconds(scrolled) | {
                "first_of_a_day": milliseconds([seconds for seconds, first in pages if first])
            }
            slowest = max(slowest, quantile(scrolled, 0.95))
            whole += [_all(house) for _ in range(PEER_RUNS)]
            house.close()
    report(
        ok=slowest <= P95_SECONDS_MAX,
        figures=figures,
        peers={"reading the whole index": milliseconds(whole)},
        packages=("sqlalchemy", "cryptography"),
    )


def _house(folder: Path, count: int, days: int) -> House:
    settings = Settings(house=folder / "house")
    set_up(settings, SetupPlan(name="Bench", guardian="Guardian", keep=True), "not a secret at all")
    house = House(settings)
    progress(f"{count} recordings over {days} days")
    fill(house, count, days)
    return house


def _pages(house: House, rng: random.Random) -> list[tuple[float, bool]]:
    """Scroll from random places; answer each page's seconds, and whether it opened a new day."""
    places = [one.place for one in house.catalogue.recordings()]
    pages = []
    for _ in range(VISITS):
        house.moments.destroy(house.household.id, [trace for _, trace in places])
        place: Place | None = rng.choice(places)
        seen: set[date] = set()
        for _ in range(PAGES_A_VISIT):
            started = perf_counter()
            found = house.catalogue.newest(place, PAGE + 1, Scope())[:PAGE]
            seconds = perf_counter() - started
            if not found:
                break
            days = {one.utterance.heard_at.date() for one in found}
            pages.append((seconds, not days <= seen))
            seen |= days
            place = found[-1].place
    return pages


def _all(house: House) -> float:
    started = perf_counter()
    sorted(house.catalogue.recordings(), key=lambda one: one.place, reverse=True)[:PAGE]
    return perf_counter() - started


if __name__ == "__main__":
    main()
