"""48 hours of a house on servers, at speed: `python -m bench.soak --json [--minutes 20]`.

All roles of a house run in this process, on PostgreSQL and a versioned bucket of SeaweedFS, with
a clock that runs fast. It is kept, looked at, learned from, shared and forgotten; retention and
grants end; satellites come and go. Looked at all the while: memory, open files, threads,
connections to the database, temporary files. Flat is what a line through the last two thirds says.
"""

import argparse
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from threading import Event
from time import monotonic

from bench.report import progress, report
from bench.soak.load import Load
from bench.soak.samples import GROWTH_MAX, Sample, growing, growth, sample, trim
from bench.soak.world import world

HOURS = 48
SAMPLES = 120


@dataclass(frozen=True, slots=True)
class Soaked:
    """What came of it."""

    samples: list[Sample]
    done: dict[str, int]


def soak(seconds: float, plant: Callable[[], object] = lambda: None) -> Soaked:
    """Let 48 hours pass in so many seconds; `plant` is called before each look, for a test."""
    samples: list[Sample] = []
    with world(HOURS * 3600 / seconds) as at_work:
        load, enough = Load(at_work), Event()
        with ThreadPoolExecutor(1) as threads:
            began = monotonic()
            running = threads.submit(load.run, enough)
            try:
                while (passed := monotonic() - began) < seconds and not running.done():
                    plant()
                    trim()
                    samples.append(
                        sample(HOURS * passed / seconds, at_work.database, at_work.temporary)
                    )
                    progress(f"{samples[-1]}")
                    enough.wait(seconds / SAMPLES)
            finally:
                enough.set()
            running.result()
    return Soaked(samples, dict(load.done))


def main() -> None:
    """Measure, and print JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="answer JSON (it always does)")
    parser.add_argument("--minutes", type=float, default=20)
    options = parser.parse_args()
    found = soak(options.minutes * 60)
    slopes = growth(found.samples)
    grown = growing(slopes)
    report(
        ok=not grown,
        figures={
            "minutes": options.minutes,
            "simulated_hours": HOURS,
            "done": found.done,
            "growth_a_simulated_day": slopes,
            "at_most": GROWTH_MAX,
            "growing": grown,
            "first": asdict(found.samples[0]),
            "last": asdict(found.samples[-1]),
            "samples": [asdict(one) for one in found.samples],
        },
        peers={},
        packages=("psycopg", "sqlalchemy", "obstore"),
    )


if __name__ == "__main__":
    main()
