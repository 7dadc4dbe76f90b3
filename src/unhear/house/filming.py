"""Film meets the house: kept as a guardian decided, and told to whom it concerns."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from unhear.capture.film import ClipTaker, ClipUnwanted, Piece
from unhear.forget.errors import Barred, NoSuchTrace
from unhear.forget.traces import new_trace_id
from unhear.household.family import Household
from unhear.household.policy import decide_film
from unhear.household.words import WHOEVER_IS_SEEN, DeviceId, Seen, TraceId, Utterance
from unhear.keep.clips import Clips, OpenClip
from unhear.stores.errors import StoreFull

log = logging.getLogger(__name__)

Noticed = Callable[[DeviceId, TraceId, frozenset[Seen], bytes | None], None]
"""Is told what a kept clip shows, once there is something of it, and again when it shows more.

The last is its still (JPEG), where there is one.
"""


class Filming:
    """Takes the clips of one camera of a house; nothing is kept that a guardian did not decide."""

    def __init__(
        self,
        device: DeviceId,
        clips: Clips,
        household: Callable[[], Household],
        noticed: Noticed,
    ) -> None:
        """`noticed` is told of clips; it must not wait."""
        self._device = device
        self._clips = clips
        self._household = household
        self._noticed = noticed
        self._clip: _KeptClip | None = None

    @property
    def filming(self) -> bool:
        """Whether a clip is being kept at this moment."""
        return self._clip is not None and self._clip.open

    def begin(self, seen: frozenset[Seen], began_at: datetime) -> ClipTaker:
        """Begin a clip. Raises `ClipUnwanted` where it may not be kept."""
        decision = decide_film(self._household(), self._device, began_at)
        if decision.keep_until is None:
            raise ClipUnwanted
        utterance = Utterance(
            of=new_trace_id(),
            heard_at=began_at,
            device=self._device,
            person=WHOEVER_IS_SEEN,
            purposes=decision.purposes,
            reasons=decision.reasons,
            seen=tuple(sorted(seen)),
        )
        self._clip = _KeptClip(self._clips.begin(utterance, decision.keep_until), self._noticed)
        return self._clip


class _KeptClip:
    """A clip while it is filmed."""

    def __init__(self, clip: OpenClip, noticed: Noticed) -> None:
        self._clip = clip
        self._noticed = noticed
        self._told: frozenset[Seen] = frozenset()
        self._still: bytes | None = None
        self.open = True

    def saw(self, seen: Seen) -> None:
        self._clip.saw(seen)
        self._tell()

    def still(self, jpeg: bytes) -> None:
        self._still = jpeg
        self._clip.still(jpeg)

    def add(self, piece: Piece) -> None:
        with self._unwanted():
            self._clip.add(piece.data, piece.begins, piece.ends)
        self._tell()

    def end(self) -> None:
        with self._unwanted():
            self._clip.end()
        self.open = False

    def _tell(self) -> None:
        """Tell what is kept already: of what is not there yet nobody could see anything."""
        utterance = self._clip.utterance
        seen = frozenset(utterance.seen)
        if self._clip.film.pieces and seen - self._told:
            self._told = seen
            self._noticed(utterance.device, utterance.of, seen, self._still)

    @contextmanager
    def _unwanted(self) -> Iterator[None]:
        """Say what keeping says in the words of who films; nothing more comes then."""
        try:
            yield
        except (Barred, NoSuchTrace):
            self.open = False
            raise ClipUnwanted("it was forgotten while it was filmed") from None
        except StoreFull:
            self.open = False
            log.warning("a clip was cut short: the disk is full")
            raise ClipUnwanted("the disk is full") from None
