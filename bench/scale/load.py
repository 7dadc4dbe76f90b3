"""Load: processes that each do one thing for some seconds, as often as they can or at a rate."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from itertools import chain
from multiprocessing import get_context
from typing import Any

from bench.scale.ours import Ours
from bench.scale.plain import Plain
from bench.scale.world import World

THREADS = 4
"""Requests that one process works on at once, as a server's process does."""

SIDES: dict[str, Callable[[World], Any]] = {"unhear": Ours, "plain": Plain}
WARM_SECONDS = 2.0

PROCESSES_MAX = 4
OF_EACH = 5
FORGOTTEN_A_SECOND_MAX = 800
"""How many recordings a process looks for beforehand, for each second, and of each household."""


class Task(StrEnum):
    """What is done again and again."""

    KEEP = "keep"
    LOOK = "look"
    FORGET = "forget"


@dataclass(frozen=True, slots=True)
class Load:
    """What one process is to do; `a_second` is None for as often as it can."""

    world: World
    side: str
    task: Task
    seconds: float
    seed: int
    a_second: float | None = None


def run(loads: list[Load], beside: Callable[[], object] = lambda: None) -> dict[Task, list[float]]:
    """Do all of these at once, each in a process; answer how long each one thing took, in s.

    They begin together, when all are ready, and what is to be done `beside` does so in this one;
    what is done in the first seconds is not counted.
    """
    context = get_context("spawn")
    with context.Manager() as manager:
        ready = manager.Barrier(len(loads) + 1)
        with ProcessPoolExecutor(len(loads), mp_context=context) as pool:
            futures = [(load.task, pool.submit(_process, load, ready)) for load in loads]
            found: dict[Task, list[float]] = {}
            ready.wait()
            beside()
            for task, future in futures:
                found.setdefault(task, []).extend(future.result())
    return found


def _process(load: Load, ready: Any) -> list[float]:
    side = SIDES[load.side](load.world)
    with ThreadPoolExecutor(THREADS) as threads:
        todo = [_prepared(side, load, thread) for thread in range(THREADS)]
        ready.wait()
        begins = time.perf_counter() + WARM_SECONDS
        done = [threads.submit(_thread, load, begins, *one) for one in enumerate(todo)]
        found = list(chain.from_iterable(one.result() for one in done))
    side.close()
    return found


def _prepared(side: Any, load: Load, thread: int) -> Iterator[Callable[[], object]]:
    """Yield what is to be done, one after the other; what is to be forgotten is found before."""
    if load.task is Task.FORGET:
        return iter(_to_forget(side, load, thread))
    households = load.world.at_random(load.seed * THREADS + thread)
    do = {Task.KEEP: side.keep, Task.LOOK: side.look}[load.task]
    return (partial(do, home) for home in households)


def _to_forget(side: Any, load: Load, thread: int) -> list[Callable[[], object]]:
    """Find recordings that no other thread or process will forget."""
    world, wanted = load.world, (load.a_second or FORGOTTEN_A_SECOND_MAX) / THREADS
    left = int(wanted * (load.seconds + WARM_SECONDS)) // OF_EACH + 1
    found: list[Callable[[], object]] = []
    mine = range(load.seed * THREADS + thread, world.households, PROCESSES_MAX * THREADS)
    for home, _ in zip(mine, range(left), strict=False):
        found += [partial(side.forget, home, one) for one in side.some(home, OF_EACH)]
    return found


def _thread(
    load: Load, begins: float, number: int, todo: Iterator[Callable[[], object]]
) -> list[float]:
    """Do one after the other; at a rate, each thread in its turn and not all at once."""
    took: list[float] = []
    ends = begins + load.seconds
    pause = 0.0 if load.a_second is None else THREADS / load.a_second
    due = begins - WARM_SECONDS + (number / THREADS - 1) * pause
    for one in todo:
        due = max(due + pause, time.perf_counter())
        time.sleep(max(due - time.perf_counter(), 0))
        started = time.perf_counter()
        if started >= ends:
            break
        one()
        if started >= begins:
            took.append(time.perf_counter() - started)
    return took
