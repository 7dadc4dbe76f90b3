"""A check-up of the machine that a house lives on; needs no house."""

import platform
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

from unhear import clock
from unhear.house.advice import Advice, ok, warning, wrong
from unhear.settings import Settings

SWAPS = Path("/proc/swaps")
MOUNTS = Path("/proc/self/mounts")
FREE_BYTES_LOW, FREE_BYTES_MIN = 1 << 30, 1 << 26
"""Below the first it is time to make room; below the second keeping and forgetting fail soon."""

YEAR_MIN = 2026
SNAPSHOTTING = frozenset({"btrfs", "zfs", "bcachefs", "nilfs2", "overlay"})
"""File systems that keep or can keep older versions of what is overwritten."""


def versions(_settings: Settings) -> Iterator[Advice]:
    """Say which Python and SQLite run."""
    yield ok("versions", f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}")


def free_space(settings: Settings) -> Iterator[Advice]:
    """Say how much room is left; forgetting needs some too."""
    folder = _existing(settings.house)
    free = shutil.disk_usage(folder).free
    seen = f"{free / (1 << 30):.1f} GiB free on the disk of {folder}"
    if free < FREE_BYTES_MIN:
        yield wrong("disk space", seen, "free some space: without it nothing can be forgotten")
    elif free < FREE_BYTES_LOW:
        yield warning("disk space", seen, "free some space soon")
    else:
        yield ok("disk space", seen)


def swap(_settings: Settings) -> Iterator[Advice]:
    """Say whether memory, and with it keys, can be written to a disk in clear."""
    try:
        lines = SWAPS.read_text().splitlines()[1:]
    except OSError:
        yield warning("swap", f"{SWAPS} cannot be read", "see yourself that swap is off")
        return
    # Swap on a mapped device is encrypted as a rule, and zram is memory.
    devices = [line.split()[0] for line in lines if line.split()]
    plain = [name for name in devices if not name.startswith(("/dev/dm-", "/dev/zram"))]
    if plain:
        yield warning(
            "swap",
            f"memory can be written to {', '.join(plain)}, and keys with it",
            "switch swap off, or encrypt it",
        )
    else:
        yield ok("swap", "no memory goes to a disk in clear")


def machine_clock(_settings: Settings) -> Iterator[Advice]:
    """Say what the clock says, where that cannot be."""
    now = clock.now()
    if now.year < YEAR_MIN:
        yield wrong("clock", f"the clock says {now:%Y-%m-%d}", "set the clock")
    else:
        yield ok("clock", f"the clock says {now:%Y-%m-%d %H:%M} UTC")


def file_system_of(path: Path) -> str:
    """Answer the kind of file system that `path` lies on, or '' where that cannot be seen."""
    try:
        lines = [line.split() for line in MOUNTS.read_text().splitlines()]
    except OSError:
        return ""
    here = _existing(path).resolve()
    found = [(fields[1], fields[2]) for fields in lines if here.is_relative_to(fields[1])]
    return max(found, key=lambda one: len(one[0]))[1] if found else ""


def _existing(path: Path) -> Path:
    """Answer the nearest folder above `path`, or itself, that is there."""
    return next(folder for folder in (path, *path.absolute().parents) if folder.exists())


MACHINE_CHECKS: tuple[Callable[[Settings], Iterator[Advice]], ...] = (
    versions,
    free_space,
    swap,
    machine_clock,
)
