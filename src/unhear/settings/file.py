"""The settings file of a house: what stands in it, and how a line of it is changed."""

import os
from collections.abc import Mapping
from pathlib import Path

import tomlkit

SETTINGS_FILE = "settings.toml"


class SettingsWrong(Exception):
    """A setting cannot be used; the message says which and why."""


def write_to_settings_file(
    house: Path, values: Mapping[str, str | Mapping[str, str] | None]
) -> None:
    """Set these in the house's file, or take out what is None; durable, and all or nothing.

    What else stands in the file, comments too, stays. It may name secrets, so that nobody else on
    the machine may read what is written. Raises `SettingsWrong`.
    """
    path = house / SETTINGS_FILE
    beside = house / f"{SETTINGS_FILE}.new"
    try:
        document = tomlkit.parse(path.read_text() if path.exists() else "")
        for name, value in values.items():
            if value is None:
                document.pop(name, None)
            else:
                document[name] = value
        house.mkdir(parents=True, exist_ok=True)
        with beside.open("w") as file:
            os.fchmod(file.fileno(), 0o600)
            file.write(tomlkit.dumps(document))
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
        folder = os.open(house, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except (OSError, ValueError) as error:
        raise SettingsWrong(f"{path} cannot be changed: {error}") from None


def read_settings_file(house: Path) -> Mapping[str, object]:
    """Answer what stands in the house's file, whatever the environment says."""
    path = house / SETTINGS_FILE
    try:
        return tomlkit.parse(path.read_text()).unwrap() if path.exists() else {}
    except (OSError, ValueError) as error:
        raise SettingsWrong(f"{path} cannot be read: {error}") from None
