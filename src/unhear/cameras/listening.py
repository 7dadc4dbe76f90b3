"""Listening to a camera's sound for what is suddenly loud; where a guardian lets it hear."""

import av
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream

from unhear.capture.encoded import Encoded
from unhear.capture.loudness import Loudness
from unhear.capture.sound import RATE_HZ
from unhear.engines.film_sound import sound_decoder


class Listening:
    """Decodes one connection's sound, and judges how loud it is. Nothing of it is held."""

    def __init__(self, sound: AudioStream) -> None:
        self._decoder = sound_decoder(sound)
        self._resampler = AudioResampler(format="s16", layout="mono", rate=RATE_HZ)
        self._loudness = Loudness()

    def hear(self, packet: Encoded, sensitivity: float) -> bool:
        """Take the next packet of sound; answer whether something is suddenly loud in it."""
        try:
            frames = self._decoder.decode(av.Packet(packet.data))
        except av.FFmpegError:
            return False
        loud = False
        for frame in frames:
            frame.pts = None
            for piece in self._resampler.resample(frame):
                loud |= self._loudness.hear(piece.to_ndarray()[0], sensitivity)
        return loud
