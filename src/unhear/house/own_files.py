"""The house's own files that no copy of its database holds: its keys but the root, its settings."""

from collections.abc import Sequence
from pathlib import Path

from unhear.keep import age
from unhear.settings import SETTINGS_FILE, Settings
from unhear.stores.copies.layout import HOUSE
from unhear.stores.copies.target import Target


def own_files(settings: Settings) -> Sequence[Path]:
    """Answer where they are, whether or not they are there."""
    return settings.log_key_file, settings.push_key_file, settings.house / SETTINGS_FILE


def send_own_files(settings: Settings, recipient: age.Recipient, target: Target) -> None:
    """Send them, sealed to the household. Raises `TargetAway`."""
    for file in own_files(settings):
        if file.is_file():
            target.put(f"{HOUSE}/{file.name}.age", age.encrypt(file.read_bytes(), [recipient]))
