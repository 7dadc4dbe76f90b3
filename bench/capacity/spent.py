"""What work took: the processor's time of this process and of the servers, and bytes written."""

from dataclasses import dataclass
from os import sysconf
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from typing import Self

import psycopg

TICKS_A_SECOND = sysconf("SC_CLK_TCK")
PARENT, TIMES = 1, slice(11, 15)
"""Where fields of /proc/PID/stat lie behind the program's name (proc(5)), counted from 0."""


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds of a core, in all so far; `log_bytes` is what the database wrote ahead."""

    house: float
    database: float
    bucket: float
    log_bytes: float

    def __sub__(self, before: Self) -> "Spent":
        """Answer what was spent since."""
        return Spent(
            self.house - before.house,
            self.database - before.database,
            self.bucket - before.bucket,
            self.log_bytes - before.log_bytes,
        )

    def __truediv__(self, count: int) -> "Spent":
        """Answer what each of so many pieces of work took."""
        return Spent(
            self.house / count, self.database / count, self.bucket / count, self.log_bytes / count
        )


@dataclass(frozen=True, slots=True)
class Meter:
    """Reads what this process and the servers have spent; `database` is libpq's address."""

    database: str
    database_process: int
    bucket_process: int

    def read(self) -> Spent:
        """Answer what was spent until now."""
        own = getrusage(RUSAGE_SELF)
        with psycopg.connect(self.database) as connection:
            row = connection.execute("SELECT pg_current_wal_lsn() - '0/0'").fetchone()
        if row is None:
            raise ValueError("the database does not say how much it wrote")
        return Spent(
            own.ru_utime + own.ru_stime,
            seconds_of(self.database_process),
            seconds_of(self.bucket_process),
            float(row[0]),
        )


def seconds_of(process: int) -> float:
    """Answer the seconds of a core that a process has taken, with those that it began."""
    fields = {number: _fields(number) for number in _running()}
    found = {process} & fields.keys()
    while more := {n for n, one in fields.items() if int(one[PARENT]) in found} - found:
        found |= more
    # What ended is counted by its parent, in the two last of the four fields.
    ticks = sum(int(field) for number in found for field in fields[number][TIMES])
    return ticks / TICKS_A_SECOND


def _running() -> list[int]:
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]


def _fields(process: int) -> list[str]:
    try:
        text = Path(f"/proc/{process}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ["0"] * TIMES.stop  # it ended meanwhile
    return text.rpartition(")")[2].split()
