"""What the houses of one process have in common: each part is made once, for whoever needs it.

One house has it for itself. Of many, those on one shard share its connections, and all that speak
one language share what understands and speaks it: none of that holds anything of anybody's.
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from threading import RLock
from typing import TYPE_CHECKING, TypeVar, cast

from unhear.answer.prepared import Prepared, frequent
from unhear.answer.registry import Skills
from unhear.engines.choose import choose_recogniser, choose_synthesiser
from unhear.engines.phonemes import EspeakPhonemes
from unhear.house.leases import Leases, leases_of
from unhear.settings import Settings
from unhear.stores.choose_database import HouseDatabase, open_database
from unhear.stores.leases import FileLeases
from unhear.understand.grammar import Grammar
from unhear.understand.recogniser import Recogniser
from unhear.understand.sounds import Sounds

if TYPE_CHECKING:
    from unhear.stores.postgres_leases import PostgresLeases

Made = TypeVar("Made")


@dataclass
class _Opened:
    database: HouseDatabase
    users: int = 0


class Shared:
    """The parts that houses share; safe to use from several threads."""

    def __init__(self) -> None:
        self._parts: dict[Hashable, object] = {}
        self._databases: dict[tuple[str, str], _Opened] = {}
        self._leases: dict[str, PostgresLeases] = {}
        self._lock = RLock()

    def grammar(self, language: str, skills: Skills) -> Grammar:
        """Answer the sentences of all skills, which are the same in every house."""
        return self._one(
            ("grammar", language),
            lambda: Grammar(
                skills.all(), language=language, sounds=Sounds(EspeakPhonemes(language))
            ),
        )

    def recogniser(self, wanted: Settings) -> Recogniser:
        """Answer the recogniser that the settings name, loaded at first use."""
        return self._one(
            ("recogniser", wanted.recogniser, wanted.models, wanted.language, wanted.speech),
            lambda: choose_recogniser(
                wanted.recogniser, wanted.models, wanted.language, wanted.speech
            ),
        )

    def synthesiser(self, language: str, skills: Skills) -> Prepared:
        """Answer the voice of a language, loaded at first use; some replies are made in advance."""
        return self._one(
            ("synthesiser", language),
            lambda: Prepared(choose_synthesiser(language), frequent(skills)),
        )

    def open_database(self, settings: Settings) -> HouseDatabase:
        """Open a house's database, or answer that of its shard; see `done_with`.

        Raises `StoreError`.
        """
        if settings.database is None:
            return open_database(settings)
        with self._lock:
            key = settings.database, settings.shard
            if key not in self._databases:
                self._databases[key] = _Opened(open_database(settings))
            opened = self._databases[key]
            opened.users += 1
            return opened.database

    def done_with(self, database: HouseDatabase) -> None:
        """Close a database that no house uses any more."""
        with self._lock:
            for key, opened in self._databases.items():
                if opened.database is database:
                    opened.users -= 1
                    if opened.users:
                        return
                    del self._databases[key]
                    break
        database.close()

    def leases(self, settings: Settings) -> Leases:
        """Answer the leases of a house. Raises `StoreError` where a server's driver is missing."""
        if settings.database is None:
            return FileLeases(settings.lease_folder)
        return self.leases_on(settings.database, f"{settings.shard} {settings.household}")

    def leases_on(self, server: str, name: str) -> Leases:
        """Answer leases on a server, of a house or of what else goes by that name there.

        All are of one session. Raises `StoreError` where its driver is missing.
        """
        with self._lock:
            if server not in self._leases:
                self._leases[server] = leases_of(server, "")
            return self._leases[server].beside(name)

    def close(self) -> None:
        """Release every lease on a server."""
        with self._lock:
            while self._leases:
                self._leases.popitem()[1].close()

    def _one(self, key: Hashable, make: Callable[[], Made]) -> Made:
        with self._lock:
            if key not in self._parts:
                self._parts[key] = make()
            return cast("Made", self._parts[key])
