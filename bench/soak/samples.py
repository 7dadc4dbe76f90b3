"""What a process needs, looked at again and again, and whether that grows."""

import ctypes
import gc
import os
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import linear_regression

import psycopg

SAMPLES_MIN = 6
"""Fewer in the part that is fitted say nothing."""

GROWTH_MAX = {
    "memory_mib": 8.0,
    "files": 4.0,
    "threads": 2.0,
    "connections": 2.0,
    "temporary_files": 2.0,
}
"""How much of each may come in a simulated day; what rises and falls fits no line exactly."""


@dataclass(frozen=True, slots=True)
class Sample:
    """What one process has at one moment, counted in simulated hours from the beginning."""

    hours: float
    memory_mib: float
    files: int
    threads: int
    connections: int
    temporary_files: int


def trim() -> None:
    """Let go of what nobody has any more, and of what the allocator (glibc's) holds back of it."""
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)


def sample(hours: float, database: str, temporary: Path) -> Sample:
    """Look at this process, and at its connections to the database."""
    with psycopg.connect(database, application_name="sampling") as connection:
        found = connection.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'unhear%'"
        ).fetchone()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return Sample(
        hours=round(hours, 3),
        memory_mib=round(pages * os.sysconf("SC_PAGE_SIZE") / (1 << 20), 2),
        files=len(list(Path("/proc/self/fd").iterdir())),
        threads=threading.active_count(),
        connections=0 if found is None else int(found[0]),
        temporary_files=sum(1 for _ in temporary.rglob("*")),
    )


def growth(samples: Sequence[Sample]) -> dict[str, float]:
    """Answer how much of each a simulated day adds: a line through the last two thirds.

    Raises `ValueError` where there are too few samples for one.
    """
    late = samples[len(samples) // 3 :]
    if len(late) < SAMPLES_MIN:
        raise ValueError(f"{len(samples)} samples are too few; let it run for longer")
    days = [one.hours / 24 for one in late]
    return {
        name: round(linear_regression(days, [float(getattr(one, name)) for one in late]).slope, 3)
        for name in GROWTH_MAX
    }


def growing(found: dict[str, float]) -> list[str]:
    """Answer what of it is more than may come in a day."""
    return [name for name, most in GROWTH_MAX.items() if found[name] > most]
