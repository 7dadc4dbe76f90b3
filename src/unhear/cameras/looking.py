"""Looking at a camera's pictures a few times a second."""

from collections.abc import Sequence
from dataclasses import dataclass

from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from unhear.capture.encoded import PICTURE_TICKS, Encoded
from unhear.capture.film import Analyser
from unhear.engines.film import coding_of
from unhear.engines.pictures import Decoder, small_jpeg, small_picture
from unhear.household.cameras import Area
from unhear.household.words import Seen

LOOKS_A_SECOND = 5
LOOKED_AT_WIDTH_MAX = 640
STILL_WIDTH_MAX = 480
SNAPSHOT_WIDTH_MAX = 1280


@dataclass(frozen=True, slots=True)
class Look:
    """What a picture showed; what is private in `frame` is not black yet."""

    seen: frozenset[Seen]
    frame: VideoFrame
    private: tuple[Area, ...]

    def still(self, private: Sequence[Area]) -> bytes:
        """Answer the picture small, as JPEG, black where it was private, or is by now."""
        return small_jpeg(self.frame, [*self.private, *private], STILL_WIDTH_MAX)


class Looking:
    """Decodes one connection's pictures and has some of them looked at."""

    def __init__(self, pictures: VideoStream, analyser: Analyser) -> None:
        self._coding = coding_of(pictures)
        self._analyser = analyser
        self._decoder: Decoder | None = None
        self._turn = -1

    def look(self, packet: Encoded, private: tuple[Area, ...]) -> Look | None:
        """Take the next packet; answer what it shows, if it was time to look."""
        if self._decoder is None:
            if not packet.key:
                return None
            self._decoder = Decoder(self._coding)
        found = None
        for frame in self._decoder.decode(packet):
            at = (frame.pts or 0) / PICTURE_TICKS
            if self._is_time(at):
                picture = small_picture(frame, private, LOOKED_AT_WIDTH_MAX)
                found = Look(self._analyser.look(picture, at), frame, private)
        return found

    def pause(self) -> None:
        """Decode nothing until the next packet that is looked at."""
        self._decoder = None

    def _is_time(self, at: float) -> bool:
        """Answer whether to look at a picture of this moment; counts in even steps."""
        turn = int(at * LOOKS_A_SECOND + 0.001)
        if turn == self._turn:
            return False
        self._turn = turn
        return True


def snapshot(pictures: VideoStream, packet: Encoded, private: Sequence[Area]) -> bytes | None:
    """Answer a key picture as JPEG, black where it is private."""
    decoder = Decoder(coding_of(pictures))
    frames = [*decoder.decode(packet), *decoder.rest()]
    return small_jpeg(frames[0], private, SNAPSHOT_WIDTH_MAX) if frames else None
