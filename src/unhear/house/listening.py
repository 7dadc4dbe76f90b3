"""Whether a device listens: a switch that survives a restart."""

from pathlib import Path
from threading import Lock

from unhear.household.words import DeviceId


class Listening:
    """The devices that were told to stop listening, one empty file each."""

    def __init__(self, house: Path) -> None:
        self._folder = house / "asleep"
        self._lock = Lock()

    def is_on(self, device: DeviceId) -> bool:
        """Whether this device may listen."""
        return not self._file(device).exists()

    def set(self, device: DeviceId, *, on: bool) -> None:
        """Switch listening on or off."""
        with self._lock:
            if on:
                self._file(device).unlink(missing_ok=True)
            else:
                self._folder.mkdir(parents=True, exist_ok=True)
                self._file(device).touch()

    def _file(self, device: DeviceId) -> Path:
        return self._folder / device.encode().hex()
