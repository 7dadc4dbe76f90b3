"""unhear in the thief's story, with any root keeper."""

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from tests.forget.thief import reachable_keys

from bench.thief.story import Loot, Recording
from unhear.clock import now
from unhear.forget.capsule import unseal
from unhear.forget.errors import CapsuleClosed
from unhear.forget.keytree import SealedPage
from unhear.forget.traces import new_trace_id
from unhear.house.house import House
from unhear.house.setup import SetupPlan, set_up
from unhear.household.scope import Scope
from unhear.household.words import DeviceId, HouseholdId, PersonId, Seen, TraceId, Utterance
from unhear.keep import age
from unhear.keep.age import AgeError
from unhear.keep.film import film_from
from unhear.settings import Settings
from unhear.stores.payloads import payload_name

PASSPHRASE = "the thief has the passphrase too"  # noqa: S105 - and that is the story


class Ours:
    """A house; the thief also has its passphrase."""

    def __init__(self, folder: Path, keeper: str | None = None) -> None:
        settings = Settings(house=folder / "house", keeper=keeper)
        set_up(settings, SetupPlan("Bench", "Guardian", keep=True), PASSPHRASE)
        self.house = House(settings)
        self.disk = settings.data_folder
        self._traces: dict[int, TraceId] = {}

    def keep(self, recordings: list[Recording]) -> None:
        """Keep them sealed, each other one as a camera's clip.

        What stands for sound and words, film and its still, is the content, for who the fact.
        """
        until = now() + timedelta(days=30)
        for one in recordings:
            utterance = Utterance(
                new_trace_id(), now(), DeviceId(one.fact.decode()), _person(one.person), 1.0
            )
            self._traces[one.number] = utterance.of
            if one.number % 2:
                clip = self.house.clips.begin(replace(utterance, seen=(Seen.MOTION,)), until)
                clip.still(one.content)
                clip.add(one.content, 0, 1)
            else:
                self.house.catalogue.keep(
                    wav=one.content,
                    transcript=one.content.decode(),
                    utterance=utterance,
                    keep_until=until,
                )
        self.house.ledger.wait()

    def erase(self, person: int, recordings: list[Recording]) -> None:
        """Forget a person."""
        del recordings
        self.house.forgetter.forget(self.house.household.id, Scope(person=_person(person)))

    def settle(self) -> None:
        """Nothing is needed: what is left is noise already."""
        self.house.ledger.wait()

    def read(self, recordings: list[Recording]) -> int:
        """Open each with the household's identity."""
        identity = self.house.identity.open_with_passphrase(PASSPHRASE)
        return sum(age.decrypt(self._file(one), [identity]) == one.content for one in recordings)

    def _file(self, one: Recording) -> bytes:
        trace = self._traces[one.number]
        if one.number % 2:
            (piece,) = self.house.clips.pieces(trace)
            return piece
        return self.house.catalogue.sealed(trace).sound

    def steal(self, loot: Loot) -> None:
        """Open every capsule of every copy under every key that today's roots lead to."""
        identity = self.house.identity.open_with_passphrase(PASSPHRASE)
        copies = [folder / "unhear.db" for folder in loot.folders]
        versions = [page for file in copies for page in _pages(file)]
        roots = [self.house.keeper.get(root) for root in self.house.keeper.ids()]
        keys = reachable_keys(_tree_id(copies[0]), versions, roots)
        for folder, file in zip(loot.folders, copies, strict=True):
            for row in _rows(file):
                household, trace, slot, details, content, words = row
                payload = folder / "payloads" / payload_name(household, trace)
                for key in keys.get(slot, ()):
                    for part, sealed in (("details", details), ("words", words)):
                        if sealed is not None:
                            opened = _opened(key, part, household, trace, sealed)
                            loot.look_into(opened)
                            _decrypt(loot, opened, identity)
                    opened = _opened(key, "content", household, trace, content)
                    body = payload.read_bytes() if payload.is_file() else b""
                    for sealed in _files(opened, body):
                        _decrypt(loot, sealed, identity)

    def key_bytes(self) -> int:
        """Answer the size of the key tree."""
        return sum(len(page.sealed) for _, _, page in _pages(self.disk / "unhear.db"))


Row = tuple[HouseholdId, TraceId, int, bytes, bytes, bytes | None]


def _person(number: int) -> PersonId:
    return PersonId(f"p{number}")


def _query(file: Path, text: str) -> Iterator[Any]:
    connection = sqlite3.connect(file)
    yield from connection.execute(text)
    connection.close()


def _pages(file: Path) -> list[tuple[int, int, SealedPage]]:
    text = "SELECT level, page_index, epoch, sealed FROM key_page"
    return [
        (level, place, SealedPage(epoch, sealed))
        for level, place, epoch, sealed in _query(file, text)
    ]


def _tree_id(file: Path) -> bytes:
    ((tree_id,),) = _query(file, "SELECT tree_id FROM key_root")
    return bytes(tree_id)


def _rows(file: Path) -> Iterator[Row]:
    columns, kinds = "household, id, slot, details, content, words", "'recording', 'clip'"
    text = f"SELECT {columns} FROM trace WHERE kind IN ({kinds})"  # noqa: S608 - our own words
    yield from _query(file, text)


def _opened(key: bytes, part: str, household: HouseholdId, trace: TraceId, sealed: bytes) -> bytes:
    try:
        return unseal(key, part, household, trace, sealed)
    except CapsuleClosed:
        return b""


def _files(opened: bytes, payload: bytes) -> Iterator[bytes]:
    """Yield the age files that a capsule's content leads to: a sound's, or a clip's."""
    if not opened.startswith(b"{"):
        yield opened + payload
        return
    film = film_from(opened)
    yield film.still or b""
    yield from (one.header + payload[one.at : one.at + one.size] for one in film.pieces)


def _decrypt(loot: Loot, file: bytes, identity: age.Identity) -> None:
    try:
        loot.look_into(age.decrypt(file, [identity]))
    except AgeError:
        return
