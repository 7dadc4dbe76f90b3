"""How long a root keeper takes to put a root and destroy one: `python -m bench.keepers SPEC...`.

Every erasure does both once, and reads the root a few times. Give each keeper an empty place; it
is left empty. The specs are those of the settings (docs/operations.md); without one, a folder
beside other temporary files is measured.
"""

import argparse
import tempfile
from pathlib import Path
from time import perf_counter

from bench.report import milliseconds, progress, report
from unhear.clock import random_bytes
from unhear.forget.roots import RootKeeper
from unhear.stores.keepers.choose import choose_keeper

RUNS = 50


def _measured(keeper: RootKeeper) -> dict[str, object]:
    times: dict[str, list[float]] = {"put": [], "get": [], "destroy": []}
    for _ in range(RUNS):
        root_id, root = random_bytes(16), random_bytes(32)
        begun = perf_counter()
        keeper.put(root_id, root)
        put = perf_counter()
        keeper.get(root_id)
        got = perf_counter()
        keeper.destroy(root_id)
        done = perf_counter()
        for name, seconds in zip(times, (put - begun, got - put, done - got), strict=True):
            times[name].append(seconds)
    return {name: milliseconds(found) for name, found in times.items()}


def main() -> None:
    """Measure the keepers that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("specs", nargs="*", metavar="SPEC")
    parser.add_argument("--json", action="store_true", help="answer JSON (it always does)")
    arguments = parser.parse_args()
    found = {}
    with tempfile.TemporaryDirectory(prefix="unhear-bench-") as folder:
        for spec in arguments.specs or [f"file:{folder}/roots"]:
            progress(spec)
            keeper = choose_keeper(spec, Path(folder), make=True)
            if keeper.ids():
                parser.error(f"{spec} is not empty")
            found[spec] = {"kind": keeper.kind, "grade": keeper.grade, **_measured(keeper)}
    report(ok=True, figures={"keepers": found}, peers={}, packages=())


if __name__ == "__main__":
    main()
