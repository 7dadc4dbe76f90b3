"""Homes scaled down to this machine, served for real, beside what the model says of them."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from os import cpu_count
from pathlib import Path

from bench.capacity.homes import MINUTES_A_DAY, Homes, Work
from bench.capacity.kept import Cost
from bench.report import progress, quantile
from bench.scale.load import WARM_SECONDS, Load, Task, run
from bench.scale.world import World

SHARES = (0.25, 0.5, 0.75, 1.0)
"""How busy this machine is to be, as the model says, in each run."""

DONE = {Task.KEEP: Work.KEEPS, Task.LOOK: Work.LOOKS, Task.FORGET: Work.ERASURES}
IDLE = slice(3, 5)
"""The fields of the first line of /proc/stat that tell of cores with nothing to do (proc(5))."""


def rates(homes: Homes) -> dict[Task, float]:
    """Answer how often a second each is asked for in the busiest minute of a usual day."""
    busiest = max(
        (homes.a_minute(minute) for minute in range(0, MINUTES_A_DAY, 60)),
        key=lambda done: done[Work.KEEPS],
    )
    return {task: busiest[work] / 60 for task, work in DONE.items()}


def check(world: World, costs: Mapping[Work, Cost], seconds: float) -> list[dict[str, float]]:
    """Answer, for each of the shares, what was predicted and what came."""
    cores = cpu_count() or 1
    one = Homes(count=1)
    each = {task: _seconds(costs, task) for task in DONE}
    a_home = sum(rate * each[task] for task, rate in rates(one).items())
    found = []
    for share in SHARES:
        homes = Homes(count=int(share * cores / a_home))
        progress(f"  {homes.count} homes, which should keep {share:.0%} of {cores} cores busy")
        found.append({"predicted_busy": share, **_run(world, homes, seconds)})
    return found


def _run(world: World, homes: Homes, seconds: float) -> dict[str, float]:
    asked = rates(homes)
    loads = [
        Load(world, "unhear", task, seconds, seed, rate)
        for seed, (task, rate) in enumerate(asked.items())
    ]
    busy = _Busy(seconds)
    took = run(loads, busy.measure)
    done = {task: len(took[task]) / seconds for task in DONE}
    return {
        "homes": homes.count,
        "measured_busy": round(busy.share, 2),
        "done_of_asked": round(min(done[task] / asked[task] for task in DONE), 2),
        **{f"{task}_a_second": round(done[task], 1) for task in DONE},
        **{f"{task}_p95_ms": round(quantile(took[task], 0.95) * 1000, 1) for task in DONE},
    }


def _seconds(costs: Mapping[Work, Cost], task: Task) -> float:
    """Answer the seconds of a core, of this process or a server's, that a task takes."""
    kinds = [DONE[task], Work.ERASED] if task is Task.FORGET else [DONE[task]]
    spent = [costs[kind].spent for kind in kinds]
    return sum(one.house + one.database + one.bucket for one in spent)


@dataclass
class _Busy:
    """How busy all cores of the machine were for so many seconds, from 0 to 1."""

    seconds: float
    share: float = 0.0

    def measure(self) -> None:
        """Wait until those that begin now are warm, and look on."""
        time.sleep(WARM_SECONDS)
        idle, all_ = _ticks()
        time.sleep(self.seconds)
        idle_then, all_then = _ticks()
        self.share = 1 - (idle_then - idle) / (all_then - all_)


def _ticks() -> tuple[int, int]:
    fields = [int(one) for one in Path("/proc/stat").read_text().splitlines()[0].split()[1:]]
    return sum(fields[IDLE]), sum(fields)
