"""Two devices that hear the same request: one of them answers."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock

from unhear.household.words import DeviceId

TOGETHER = timedelta(seconds=0.6)
"""Wake words so close to each other are one person heard twice: sound crosses a house in less, and
detectors differ by 0.2 s."""

REMEMBERED = timedelta(seconds=30)
"""Longer than any request lasts."""


@dataclass(slots=True)
class _Woken:
    device: DeviceId
    at: datetime
    loudness: float
    answered: bool = False


class Arbiter:
    """Decides which device answers; safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._woken: list[_Woken] = []

    def woken(self, device: DeviceId, at: datetime, loudness: float) -> None:
        """Note that a device heard its wake word at a moment, how loud (RMS)."""
        with self._lock:
            self._woken = [one for one in self._woken if abs(one.at - at) <= REMEMBERED]
            self._woken.append(_Woken(device, at, loudness))

    def answers(self, device: DeviceId, woken_at: datetime) -> bool:
        """Whether this device is the one to answer: the loudest of those woken together.

        Asked when the request is over, so that every device has been heard by then. Once one of
        them was told to answer, no other is.
        """
        with self._lock:
            together = [one for one in self._woken if abs(one.at - woken_at) <= TOGETHER]
            if any(one.answered for one in together):
                return False
            loudest = max(together, key=lambda one: (one.loudness, one.device), default=None)
            if loudest is None:
                return True
            if loudest.device == device:
                loudest.answered = True
            return loudest.device == device
