"""A camera at work, as the house asks it, whether this process has it or another of the house."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from enum import StrEnum
from typing import Protocol


class CameraState(StrEnum):
    """How a camera is."""

    CONNECTED = "connected"
    AWAY = "away"
    REFUSED = "refused"
    """It did not take the name and password in the settings."""

    ELSEWHERE = "elsewhere"
    """Another process of the house has it, which cannot be asked how it is."""


class View(Protocol):
    """What a camera shows, and whether it does."""

    @property
    def state(self) -> CameraState:
        """How it is."""

    def live(self) -> AbstractContextManager[Iterator[bytes]]:
        """Follow it: fragmented MP4, private areas black, piece by piece until it is left.

        Where another process has it entering may raise `CameraAway`, and each piece `CameraLeft`.
        """

    def picture(self) -> bytes | None:
        """Answer what it shows now as JPEG, private areas black; None where it is away."""


class Watched(View, Protocol):
    """A camera at work in this process."""

    @property
    def filming(self) -> bool:
        """Whether a clip is being kept at this moment."""

    def rang(self) -> None:
        """Note that its button was pressed."""


class CameraAway(Exception):
    """The camera shows nothing now."""


class CameraElsewhere(CameraAway):
    """Another process of the house has the camera, and cannot be reached from this one."""


class CameraLeft(CameraAway):
    """The process that had the camera has it no more; another may within seconds."""


class Call(Protocol):
    """A browser that films for a camera."""

    @property
    def answer(self) -> str:
        """What its offer is answered with (SDP)."""

    @property
    def hears(self) -> bool:
        """Whether its sound was wanted."""

    @property
    def over(self) -> bool:
        """Whether nothing comes from it any more."""

    def close(self) -> None:
        """End it."""


class Called(Protocol):
    """A camera that waits for a browser to film for it."""

    def call(self, offer: str, *, hears: bool) -> Call:
        """Take a browser's offer (SDP) in place of the one before. Raises `CallWrong`."""


class CallWrong(Exception):
    """A browser offers what is no film that a camera can take; says what."""
