"""Clips on their way to whoever takes them: packets in, pieces and stills out."""

import logging
from collections import deque
from datetime import timedelta

from unhear.cameras.looking import Look
from unhear.cameras.source import Source
from unhear.capture.clips import Begun, Ended, Showed, Step, Went
from unhear.capture.encoded import Encoded
from unhear.capture.film import ClipTaker, ClipUnwanted, FilmTaker, Piece
from unhear.capture.fragments import Fragment
from unhear.clock import Clock
from unhear.engines.film import FilmWriter
from unhear.household.cameras import Area
from unhear.household.words import Seen

log = logging.getLogger(__name__)

PACKETS_AT_ONCE = 4
"""How much of what waits is written for each packet that comes, so that what must be encoded anew
does not keep the camera waiting."""

PACKETS_WAITING_MAX = 2_000
"""How much may wait; then the camera does."""


class Filming:
    """Writes one clip after the other."""

    def __init__(self, film: FilmTaker, now: Clock) -> None:
        self._film = film
        self._now = now
        self._clip: _Clip | None = None

    def do(self, step: Step, source: Source, private: tuple[Area, ...], look: Look | None) -> bool:
        """Take the next step of a clip; answers whether it is still wanted."""
        try:
            if isinstance(step, Begun):
                self._clip = self._begin(step, source, private, look)
            elif self._clip is not None:
                self._go_on(self._clip, step, look)
        except ClipUnwanted:
            self._clip = None
        except Exception as error:  # noqa: BLE001 - what becomes of a clip must not end the camera
            log.warning("clip broken off", extra={"error": type(error).__name__})
            self._clip = None
        return self._clip is not None or isinstance(step, Ended)

    def _begin(
        self, step: Begun, source: Source, private: tuple[Area, ...], look: Look | None
    ) -> "_Clip":
        length = max(packet.at for packet in step.packets) - step.packets[0].at
        taker = self._film.begin(step.seen, self._now() - timedelta(seconds=length))
        clip = _Clip(taker, FilmWriter(source.pictures, source.sound, private), private)
        clip.show(look)
        clip.add(*step.packets)
        return clip

    def _go_on(self, clip: "_Clip", step: Step, look: Look | None) -> None:
        if isinstance(step, Went):
            clip.add(step.packet)
        elif isinstance(step, Showed):
            clip.saw(step.seen, look)
        elif isinstance(step, Ended):
            self._clip = None
            clip.end()


class _Clip:
    """One clip that is being written."""

    def __init__(self, taker: ClipTaker, writer: FilmWriter, private: tuple[Area, ...]) -> None:
        self._taker = taker
        self._writer = writer
        self._private = private
        self._waiting: deque[Encoded] = deque()
        self._head = writer.init
        self._still: Look | None = None

    def show(self, look: Look | None) -> None:
        """Give a still, of where something was seen."""
        if look is not None:
            self._still = look
            self._taker.still(look.still(self._private))

    def saw(self, seen: Seen, look: Look | None) -> None:
        """Tell what more it shows; a person is the best still."""
        if self._still is None or seen is Seen.PERSON:
            self.show(look)
        self._taker.saw(seen)

    def add(self, *packets: Encoded) -> None:
        """Write some of what waits."""
        self._waiting.extend(packets)
        count = max(PACKETS_AT_ONCE, len(self._waiting) - PACKETS_WAITING_MAX)
        for _ in range(min(count, len(self._waiting))):
            self._hand_on(self._writer.add(self._waiting.popleft()))

    def end(self) -> None:
        """Write all that waits."""
        while self._waiting:
            self._hand_on(self._writer.add(self._waiting.popleft()))
        self._hand_on(self._writer.end())
        self._taker.end()

    def _hand_on(self, fragments: list[Fragment]) -> None:
        for fragment in fragments:
            piece = Piece(self._head + fragment.data, fragment.begins, fragment.ends)
            self._head = b""
            self._taker.add(piece)
