"""What comes from a browser, as cameras' packets come."""

import io
from collections.abc import Iterator
from time import monotonic

import av
from av.audio.frame import AudioFrame
from av.container import InputContainer

from unhear.cameras.browser_call import SOUND_TICKS, BrowserCall, Coded
from unhear.cameras.source import SILENT_SECONDS_MAX, CameraAway, OneCoding
from unhear.capture.encoded import PICTURE_TICKS, Encoded, Origin, Timeline

CODEC = "h264"
PICTURES_A_SECOND = 30
"""About how many come, where it must be known before they do."""

OPUS_SAMPLES = 960
"""Samples of the packets that browsers send: 20 ms."""


class BrowserSource:
    """A browser's film from a key picture on, for as long as it is coded the same way.

    Several can follow one another in one call: a browser that makes its pictures larger or smaller
    is another film.
    """

    def __init__(self, call: BrowserCall) -> None:
        """Wait for a key picture. Raises `CameraAway` where none comes."""
        self._call = call
        first = _first_key_picture(call)
        self._film = av.open(
            io.BytesIO(first.data), format=CODEC, options={"framerate": str(PICTURES_A_SECOND)}
        )
        self.pictures = self._film.streams.video[0]
        self._silence = silence() if call.sounds else None
        self.sound = None if self._silence is None else self._silence.streams.audio[0]
        call.put_back(first)

    def packets(self) -> Iterator[Encoded]:
        """Yield what comes, until the call ends. Raises `CameraAway`."""
        origin = Origin()
        pictures, sound = Timeline(PICTURE_TICKS, origin), Timeline(SOUND_TICKS, origin)
        coding = OneCoding()
        while (coded := self._call.next(SILENT_SECONDS_MAX)) is not None:
            if coded.sound:
                yield _placed(coded, sound, OPUS_SAMPLES)
                continue
            placed = _placed(coded, pictures, PICTURE_TICKS // PICTURES_A_SECOND)
            if not coding.goes_on(placed, CODEC):
                self._call.put_back(coded)
                raise CameraAway("it codes its pictures otherwise now")
            yield placed
        raise CameraAway("it films no more")

    def close(self) -> None:
        """Read no more of the call; it goes on."""
        self._film.close()
        if self._silence is not None:
            self._silence.close()


def _first_key_picture(call: BrowserCall) -> Coded:
    until = monotonic() + SILENT_SECONDS_MAX
    while (coded := call.next(max(until - monotonic(), 0))) is not None:
        if coded.key:
            return coded
    raise CameraAway("it shows no pictures")


def _placed(coded: Coded, timeline: Timeline, duration: int) -> Encoded:
    at = timeline.place(coded.at, duration)
    return Encoded(coded.data, at, at, duration, timeline.ticks, key=coded.key, sound=coded.sound)


def silence() -> InputContainer:
    """Answer a moment of silence that is coded as sound is over WebRTC, to be told by it how."""
    file = io.BytesIO()
    with av.open(file, "w", format="ogg") as out:
        stream = out.add_stream("libopus", rate=SOUND_TICKS)
        stream.layout = "stereo"
        frame = AudioFrame(format="s16", layout="stereo", samples=OPUS_SAMPLES)
        frame.sample_rate = SOUND_TICKS
        for plane in frame.planes:
            plane.update(bytes(plane.buffer_size))
        out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    file.seek(0)
    return av.open(file, "r")
