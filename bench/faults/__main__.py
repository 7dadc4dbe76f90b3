"""What fails under load, and what is lost by it: `python -m bench.faults --json`.

Real processes of a house in their roles, a primary database with a replica, an object store at the
end of a cable. Clients keep, look and forget all the while. After each fault: is every recording
there that was kept, is everything gone that was forgotten, is anything half done or in clear?
"""

import argparse
from dataclasses import asdict

from bench.faults.faults import FAULTS, NEEDS_CABLE
from bench.faults.trial import trial
from bench.faults.world import world
from bench.report import progress, report

AROUND_SECONDS = 5.0
AT_ONCE = {"worker killed", "ears killed", "primary database killed"}
"""These are over as they happen."""


def main() -> None:
    """Measure, and print JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="answer JSON (it always does)")
    parser.add_argument("--seconds", type=float, default=60, help="how long things are away")
    options = parser.parse_args()
    figures, skipped = {}, []
    with world() as (made, load):
        made.begin("ears")
        for name, fault in FAULTS.items():
            if name in NEEDS_CABLE and not made.has_cable:
                skipped.append(name)
                continue
            seconds = 0.0 if name in AT_ONCE else options.seconds
            figures[name] = trial(made, load, fault, seconds, AROUND_SECONDS)
            progress(f"{name}: {figures[name]}")
    report(
        ok=all(one.ok for one in figures.values()),
        figures={
            "seconds_away": options.seconds,
            "not_possible_here": skipped,
            **{name: asdict(one) for name, one in figures.items()},
        },
        peers={},
        packages=("psycopg", "sqlalchemy", "obstore"),
    )


if __name__ == "__main__":
    main()
