"""Two devices that hear the same request: one of them answers.

The same request is one that began within a moment on both and sounds alike: its loudness rises and
falls together, however far away each device stands. Two people who ask at once are both answered.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from unhear.capture.sound import RATE_HZ, Pcm
from unhear.household.words import DeviceId

TOGETHER = timedelta(seconds=0.6)
"""Wake words so close to each other may be one person heard twice: sound crosses a house in less,
and detectors differ by 0.2 s."""

REMEMBERED = timedelta(seconds=30)
"""Longer than any request lasts."""

ALIKE = 0.65
"""From which correlation on two sounds are one. Measured on spoken commands: at least 0.69 for one
command near, and far away in an echoing and noisy room; at most 0.62 for 98 of 100 pairs of two."""

FRAME = RATE_HZ // 50
SHIFT_FRAMES = 25
"""Half a second: by how much two devices may have begun to listen apart."""

OVERLAP = 0.6
"""How much of the longer sound both must have, at least, to be compared."""

EVEN = 1e-6
"""The spread of a sound that neither rises nor falls."""

QUIET = 30.0
"""The loudness (RMS) below which differences mean nothing."""

Loudness = NDArray[np.float64]


@dataclass(slots=True)
class _Woken:
    device: DeviceId
    at: datetime
    heard: Loudness = field(default_factory=lambda: np.zeros(0))
    answered: bool = False


class Arbiter:
    """Decides which device answers; safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._woken: list[_Woken] = []

    def woken(self, device: DeviceId, at: datetime) -> None:
        """Note that a device heard its wake word at a moment."""
        with self._lock:
            self._woken = [one for one in self._woken if abs(one.at - at) <= REMEMBERED]
            self._woken.append(_Woken(device, at))

    def heard(self, device: DeviceId, woken_at: datetime, pcm: Pcm) -> None:
        """Note what was heard up to a pause of the request that began then."""
        with self._lock:
            if (one := self._find(device, woken_at)) is not None:
                one.heard = _loudness(pcm)

    def answers(self, device: DeviceId, woken_at: datetime, pcm: Pcm) -> bool:
        """Whether this device is the one to answer: the loudest of those that heard this request.

        Asked when the request is over. By then every other device that heard it has told what it
        heard up to the pause. Once one of them was told to answer, no other is.
        """
        with self._lock:
            ours = self._find(device, woken_at)
            if ours is None:
                return True
            ours.heard = _loudness(pcm)
            same = [
                one
                for one in self._woken
                if one.device != device
                and abs(one.at - woken_at) <= TOGETHER
                and _alike(one.heard, ours.heard)
            ]
            if any(one.answered or _order(one) > _order(ours) for one in same):
                return False
            ours.answered = True
            return True

    def _find(self, device: DeviceId, woken_at: datetime) -> _Woken | None:
        found = (one for one in self._woken if (one.device, one.at) == (device, woken_at))
        return next(found, None)


def _order(one: _Woken) -> tuple[float, DeviceId]:
    return float(np.exp(one.heard).mean()) if len(one.heard) else 0.0, one.device


def _loudness(pcm: Pcm) -> Loudness:
    """Answer the logarithm of how loud each fiftieth of a second is, above `QUIET`."""
    frames = len(pcm) // FRAME
    pieces = pcm[: frames * FRAME].astype(np.float64).reshape(frames, FRAME)
    loudness: Loudness = np.log(np.sqrt(np.mean(pieces**2, axis=1)) + QUIET)
    return loudness


def _alike(one: Loudness, other: Loudness) -> bool:
    """Whether two sounds rise and fall together, at some shift."""
    longer = max(len(one), len(other))
    for shift in range(-SHIFT_FRAMES, SHIFT_FRAMES + 1):
        a, b = (one[shift:], other) if shift >= 0 else (one, other[-shift:])
        both = min(len(a), len(b))
        if both < max(OVERLAP * longer, 2):
            continue
        spread = float(a[:both].std() * b[:both].std())
        if spread < EVEN:
            continue
        together = float(np.mean((a[:both] - a[:both].mean()) * (b[:both] - b[:both].mean())))
        if together / spread >= ALIKE:
            return True
    return False
