"""The house's own files that no copy of its database holds: the log's key and the settings."""

from unhear.keep import age
from unhear.settings import SETTINGS_FILE, Settings
from unhear.stores.copies.layout import HOUSE
from unhear.stores.copies.target import Target


def send_own_files(settings: Settings, recipient: age.Recipient, target: Target) -> None:
    """Send them, sealed to the household. Raises `TargetAway`."""
    for file in (settings.log_key_file, settings.house / SETTINGS_FILE):
        if file.is_file():
            target.put(f"{HOUSE}/{file.name}.age", age.encrypt(file.read_bytes(), [recipient]))
