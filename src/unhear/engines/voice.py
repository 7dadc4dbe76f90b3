"""Speech by Piper (package `piper-tts`)."""

import json
import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from onnxruntime.capi import (  # type: ignore[import-untyped]  # it has no types
    onnxruntime_pybind11_state as onnx,
)
from piper import PiperVoice as Piper

from unhear.answer.synthesiser import Speech
from unhear.engines.errors import ModelDamaged, ModelMissing
from unhear.engines.models import packaged_voice

NO_VOICE = (onnx.Fail, onnx.InvalidGraph, onnx.InvalidProtobuf, onnx.NoSuchFile)
"""What ONNX Runtime raises for a file that is no network; they share no base but `Exception`."""

PCM_MAX = 32_767
WHOLE_CHARACTERS_MAX = 40
PART_CHARACTERS_MIN = 12


class PiperVoice:
    """Turns text into speech; safe to call from several threads."""

    def __init__(self, find: Callable[[], Path] = packaged_voice) -> None:
        """Speak with the voice `find` answers: an `.onnx` file with its `.onnx.json` beside it.

        It is looked for at the first use.
        """
        self._find = find
        self._voice: Piper | None = None
        self._lock = threading.Lock()

    def warm(self) -> None:
        """Load the voice now. Raises `ModelMissing` and `ModelDamaged`."""
        self._loaded()

    def speak(self, text: str) -> Iterator[Speech]:
        """Yield speech for `text`, sentence by sentence, as soon as each is ready.

        Raises `ModelMissing` and `ModelDamaged`.
        """
        voice = self._loaded()
        # Step by step, since Piper's own `synthesize` writes the text to its debug log.
        parts = (phonemes for part in _parts(text) for phonemes in voice.phonemize(part))
        for phonemes in parts:
            if not phonemes:
                continue
            made = voice.phoneme_ids_to_audio(voice.phonemes_to_ids(phonemes))
            sound = made[0] if isinstance(made, tuple) else made
            peak = max(float(np.max(np.abs(sound))), 1e-8)
            pcm = (sound / peak * PCM_MAX).astype(np.int16)
            yield Speech(pcm, voice.config.sample_rate)

    def _loaded(self) -> Piper:
        with self._lock:
            if self._voice is None:
                self._voice = _load(self._find())
            return self._voice


def _parts(text: str) -> list[str]:
    """Cut long text after its commas, so that the first words can be heard while the rest is made.

    A part keeps its comma, and with it the voice that goes on.
    """
    if len(text) <= WHOLE_CHARACTERS_MAX:
        return [text]
    parts = [""]
    for clause in re.split(r"(?<=[,;:]) ", text):
        if parts[-1] and len(parts[-1]) >= PART_CHARACTERS_MIN:
            parts.append(clause)
        else:
            parts[-1] = f"{parts[-1]} {clause}".strip()
    return parts


def _load(file: Path) -> Piper:
    if not file.is_file() or not Path(f"{file}.json").is_file():
        raise ModelMissing(f"a Piper voice is {file} with {file.name}.json beside it")
    try:
        return Piper.load(file)
    except (*NO_VOICE, json.JSONDecodeError, KeyError) as error:
        raise ModelDamaged(f"{file} is no Piper voice ({type(error).__name__})") from None
