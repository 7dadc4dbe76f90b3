"""The story every store lives through; it needs nothing but the standard library.

Recordings of a hundred people are kept; backups are copies of everything the store has on disk,
made half-way and at the end. Then half of the people are erased. The thief gets both backups,
today's disk and every key that the running system holds today, and counts what comes back.
"""

import random
import re
import shutil
import time
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

PEOPLE = 100
SEED = 7
CONTENT = re.compile(rb"canary-[0-9a-f]{48}")
FACT = re.compile(rb"person-[0-9a-f]{16}")


@dataclass(frozen=True)
class Recording:
    """One thing that is kept: what was said, and by whom (a mark that occurs in it alone)."""

    number: int
    person: int
    content: bytes
    fact: bytes


@dataclass
class Loot:
    """What the thief has: folders with old copies and today's, and what was found in them."""

    folders: list[Path]
    contents: set[bytes]
    facts: set[bytes]

    def look_into(self, data: bytes) -> None:
        """Find everything that stands in these bytes."""
        self.contents.update(CONTENT.findall(data))
        self.facts.update(FACT.findall(data))

    def look_into_files(self) -> None:
        """Find everything that stands in clear in any file."""
        for folder in self.folders:
            for file in folder.rglob("*"):
                if file.is_file():
                    self.look_into(file.read_bytes())


class Store(Protocol):
    """One contender; `disk` is what a backup copies, keys may lie elsewhere."""

    disk: Path

    def keep(self, recordings: list[Recording]) -> None:
        """Keep them, and be ready to be copied."""

    def erase(self, person: int, recordings: list[Recording]) -> None:
        """Erase everything of a person, by the store's own means."""

    def settle(self) -> None:
        """Do what the store advises after erasing; be ready to be copied."""

    def read(self, recordings: list[Recording]) -> int:
        """Answer how many of these the owner can read."""

    def steal(self, loot: Loot) -> None:
        """Open whatever opens with today's keys, beside what stands in clear."""

    def key_bytes(self) -> int:
        """Answer how many bytes of keys are kept today; 0 without keys."""


def make_recordings(count: int) -> list[Recording]:
    """Answer the same recordings for every store."""
    chance = random.Random(SEED)  # noqa: S311 - the same for every store
    return [
        Recording(
            number,
            number % PEOPLE,
            b"canary-" + chance.randbytes(24).hex().encode(),
            b"person-" + chance.randbytes(8).hex().encode(),
        )
        for number in range(count)
    ]


def live(store: Store, recordings: list[Recording], folder: Path) -> dict[str, Any]:
    """Live through the story; answer the figures."""
    gone = set(random.Random(SEED + 1).sample(range(PEOPLE), PEOPLE // 2))  # noqa: S311
    half = len(recordings) // 2
    backups = [folder / "backup-1", folder / "backup-2"]
    store.keep(recordings[:half])
    shutil.copytree(store.disk, backups[0])
    store.keep(recordings[half:])
    shutil.copytree(store.disk, backups[1])
    seconds = list(_erase(store, recordings, sorted(gone)))
    started = time.perf_counter()
    store.settle()
    settled = time.perf_counter() - started
    erased = [one for one in recordings if one.person in gone]
    kept = [one for one in recordings if one.person not in gone]
    loot = Loot([*backups, store.disk], set(), set())
    loot.look_into_files()
    store.steal(loot)
    return {
        "recordings": len(recordings),
        "erased": len(erased),
        "erased_contents_stolen": _count(loot.contents, (one.content for one in erased)),
        "erased_facts_stolen": _count(loot.facts, (one.fact for one in erased)),
        "kept": len(kept),
        "kept_readable": store.read(kept),
        "seconds_per_person_erased": round(sorted(seconds)[len(seconds) // 2], 4),
        "seconds_to_erase_all": round(sum(seconds) + settled, 2),
        "key_bytes_per_recording": round(store.key_bytes() / len(kept), 1),
    }


def _erase(store: Store, recordings: list[Recording], gone: list[int]) -> Iterable[float]:
    for person in gone:
        theirs = [one for one in recordings if one.person == person]
        started = time.perf_counter()
        store.erase(person, theirs)
        yield time.perf_counter() - started


def _count(found: Collection[bytes], wanted: Iterable[bytes]) -> int:
    return sum(one in found for one in wanted)


Contender = Callable[[Path], Store]
