"""Build the engines that the settings name."""

from collections.abc import Callable, Sequence
from pathlib import Path

from unhear.answer.synthesiser import Synthesiser
from unhear.capture.sound import VoiceActivity, WakeDetector
from unhear.engines.activity import SileroActivity
from unhear.engines.errors import UnknownChoice
from unhear.engines.espeak import EspeakVoice
from unhear.engines.models import packaged_whisper
from unhear.engines.speech_pool import SpeechPool
from unhear.engines.voice import PiperVoice
from unhear.engines.wake import BothWake, MicroWake, OpenWake
from unhear.engines.whisper import Whisper
from unhear.understand.recogniser import Recogniser

PACKAGED = "packaged"
PIPER_LANGUAGE = "en"
"""The language of the packaged Piper voice; no other has one in the package registries."""

PATH_BEGINNINGS = ("/", ".", "~")

WAKE_ENGINES: dict[str, Callable[[Sequence[str]], WakeDetector]] = {
    "both": BothWake,
    "micro": MicroWake,
    "open": OpenWake,
}


def choose_wake(engine: str, words: Sequence[str]) -> WakeDetector:
    """Answer a detector of `words` for one stream. Raises `UnknownChoice`."""
    if engine not in WAKE_ENGINES:
        raise UnknownChoice(
            f"wake_engine cannot be {engine!r}; choose one of {', '.join(sorted(WAKE_ENGINES))}"
        )
    return WAKE_ENGINES[engine](words)


def choose_activity() -> VoiceActivity:
    """Answer a voice activity detector for one stream."""
    return SileroActivity()


def choose_recogniser(
    name: str, models: Path, language: str = "en", pool: Sequence[str] = ()
) -> Recogniser:
    """Answer the packaged recogniser, or the one of a faster-whisper model.

    Where there is a `pool`, other processes recognise, at these addresses, with what they have.
    `name` is `packaged`, a folder, or a model hub's name; what is no folder here and does not
    begin like a path is taken for the latter. Nothing is loaded yet.
    """
    if pool:
        return SpeechPool(pool, language=language)
    if name == PACKAGED:
        return Whisper(lambda: packaged_whisper(models), language=language)
    folder = Path(name).expanduser()
    if folder.is_dir() or name.startswith(PATH_BEGINNINGS):
        return Whisper(lambda: folder, language=language)
    return Whisper(lambda: name, language=language)


def choose_synthesiser(language: str = "en") -> Synthesiser:
    """Answer the packaged voice of a language."""
    return PiperVoice() if language == PIPER_LANGUAGE else EspeakVoice(language)
