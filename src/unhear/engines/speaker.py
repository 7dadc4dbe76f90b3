"""What a voice is like, whatever it says: a row of small whole numbers.

The network never learns here. What it answers is as personal as the sound: it is kept, and
forgotten, with the recording it was made of. The last bits differ between processors, so a row that
was learned is stored, never made anew.
"""

from threading import Lock

import numpy as np
from numpy.typing import NDArray

from unhear.capture.sound import RATE_HZ, Pcm
from unhear.engines.mels import mels
from unhear.engines.models import packaged_speaker_encoder
from unhear.engines.speaker_network import WIDTH, Reals, SpeakerNetwork

VoiceVector = NDArray[np.int8]

DIMENSION = WIDTH
"""How many values a voice's vector has."""

SPEECH_MIN_FRAMES = RATE_HZ
"""Of less speech than a second a voice is hardly told from others."""

SPEECH_MAX_FRAMES = 12 * RATE_HZ
"""More makes it no surer, and takes longer."""

LOUDNESS = 10 ** (-30 / 20)
"""To which level speech is brought, as a part of full scale; the network has learned at this one.

Louder speech is made quieter, too: a voice is the same from across the room.
"""

BLOCK_FRAMES = RATE_HZ * 3 // 100
QUIETER = 1e-4
"""A block with less of the loud blocks' power than this is a pause: 40 dB."""

SILENCE = 1e-7
"""Below this power, as a part of full scale's, nobody speaks: 70 dB."""

PAUSE_BLOCKS = 7
"""Shorter pauses, of some 0.2 s, are left in."""

STRETCH_STEPS, STRETCH_EVERY = 160, 80
"""The network hears 1.6 s at a time, each half of the one before."""

UNIT = 254
"""A value of one in so many; values of a row of length one hardly reach one half."""


class SpeakerEncoder:
    """Makes vectors of voices; loaded at first use, safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._loaded: SpeakerNetwork | None = None

    def vector(self, pcm: Pcm) -> VoiceVector | None:
        """Answer what the voice in a sound is like: int8, shape (`DIMENSION`,).

        None where there is less than a second of speech. Raises `ModelMissing` and `ModelDamaged`.
        """
        speech = _without_pauses(pcm.astype(np.float32) / np.float32(32_768))
        if len(speech) < SPEECH_MIN_FRAMES:
            return None
        speech = speech[:SPEECH_MAX_FRAMES]
        loudness = float(np.sqrt(np.mean(np.square(speech))))
        network, bands = self._network(), mels(speech * np.float32(LOUDNESS / loudness))
        row = np.sum([network.embed(stretch) for stretch in _stretches(bands)], axis=0)
        row = row * (UNIT / max(float(np.linalg.norm(row)), 1e-9))
        vector: VoiceVector = np.clip(np.rint(row), -127, 127).astype(np.int8)
        return vector

    def _network(self) -> SpeakerNetwork:
        with self._lock:
            if self._loaded is None:
                self._loaded = SpeakerNetwork(packaged_speaker_encoder())
            return self._loaded


def _without_pauses(sound: Reals) -> Reals:
    """Answer the parts of a sound that are not much quieter than its loud ones."""
    blocks = sound[: len(sound) // BLOCK_FRAMES * BLOCK_FRAMES].reshape(-1, BLOCK_FRAMES)
    if not len(blocks):
        return sound[:0]
    power = np.mean(np.square(blocks), axis=1)
    loud = power > max(SILENCE, QUIETER * float(np.quantile(power, 0.95)))
    near = np.convolve(loud, np.ones(PAUSE_BLOCKS), "same")[: len(loud)] > 0
    return blocks[near].reshape(-1)


def _stretches(bands: Reals) -> list[Reals]:
    """Cut bands over time, shape (steps, bands), into stretches that overlap."""
    steps = min(len(bands), STRETCH_STEPS)
    last = len(bands) - steps
    starts = sorted({*range(0, last + 1, STRETCH_EVERY), last})
    return [bands[start : start + steps] for start in starts]
