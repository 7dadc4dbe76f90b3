"""Which homes a process is for: one, or all that lie in a folder, and come and go meanwhile."""

import logging
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from unhear.clock import random_bytes
from unhear.house.moved import settings_there
from unhear.settings import SETTINGS_FILE, Settings, SettingsWrong, read_settings

log = logging.getLogger(__name__)

ID_FILE, ID_BYTES = "homes.id", 16


class Homes(Protocol):
    """The homes of a process; to be asked from one thread at a time."""

    @property
    def all(self) -> Mapping[str, Settings]:
        """Their settings, by the name under which this process knows them."""

    def look(self) -> None:
        """Look which there are now, and where. Raises `HouseMoved` and `SettingsWrong`."""

    def at(self, host: str) -> str | None:
        """Answer whose console a host is, as browsers name it."""


class OneHome:
    """One home, which is nobody else's to find: its own console refuses strangers' hosts."""

    NAME = ""

    def __init__(self, settings: Settings) -> None:
        self.all: Mapping[str, Settings] = {self.NAME: settings}

    def look(self) -> None:
        """See where it is now.

        Raises `HouseMoved` where it moved and the environment says otherwise, and `SettingsWrong`.
        """
        self.all = {name: settings_there(settings) for name, settings in self.all.items()}

    def at(self, host: str) -> str | None:  # noqa: ARG002 - all are answered alike
        """Answer the home."""
        return self.NAME


class HomesInFolder:
    """Every folder in a folder that has settings of a home; links count, hidden ones do not."""

    def __init__(self, folder: Path) -> None:
        """Look into `folder`, which may be empty still. Raises `SettingsWrong` if it is none."""
        if not folder.is_dir():
            raise SettingsWrong(f"there is no folder {folder} to find homes in")
        self.folder = folder
        self._seen: dict[str, tuple[int, Settings | None]] = {}
        self._hosts: dict[str, str] = {}
        self.all: Mapping[str, Settings] = {}
        self.look()

    def look(self) -> None:
        """Read what is new or changed; what cannot be read is named in the log, and is no home."""
        seen = {}
        for file in self.folder.glob(f"[!.]*/{SETTINGS_FILE}"):
            name = file.parent.name
            try:
                changed_at = file.stat().st_mtime_ns
            except OSError:
                continue  # it goes at this moment
            before = self._seen.get(name)
            same = before is not None and before[0] == changed_at
            seen[name] = before if same and before else (changed_at, _read(file.parent))
        if seen == self._seen:
            return
        self._seen = seen
        self.all = {name: one for name, (_, one) in sorted(seen.items()) if one is not None}
        self._hosts = self._found_at()

    def at(self, host: str) -> str | None:
        """Answer the home whose `origin` has this host."""
        return self._hosts.get(host.lower())

    @cached_property
    def id(self) -> str:
        """What all processes know this very folder by, and no other; made at first use.

        Where it cannot be written each process has one of its own: then they take turns unevenly,
        and each home is served all the same.
        """
        file = self.folder / ID_FILE
        try:
            with file.open("x") as new:
                new.write(random_bytes(ID_BYTES).hex())
        except OSError:
            pass  # there is one, or none can be
        try:
            found = file.read_text().strip()
        except OSError:
            found = ""
        return found or random_bytes(ID_BYTES).hex()

    def _found_at(self) -> dict[str, str]:
        """Answer whose each host is; nobody's where two say that it is theirs."""
        hosts: dict[str, str] = {}
        twice = set()
        for name, settings in self.all.items():
            if settings.origin is not None:
                host = urlsplit(settings.origin).netloc.lower()
                twice |= {host} & hosts.keys()
                hosts[host] = name
        for host in twice:
            log.error(
                "two homes have one origin, and neither is served there", extra={"place": host}
            )
            del hosts[host]
        return hosts


def _read(folder: Path) -> Settings | None:
    try:
        return read_settings(folder)
    except SettingsWrong as error:
        log.error("a home's settings are wrong", extra={"home": folder.name, "why": str(error)})  # noqa: TRY400 - said
        return None
