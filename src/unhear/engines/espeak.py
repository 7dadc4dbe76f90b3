"""Speech by eSpeak NG (package `espeakng-loader`), for languages without a packaged Piper voice.

Source: eSpeak NG's `speak_lib.h`, https://github.com/espeak-ng/espeak-ng.
"""

import ctypes
import re
import threading
from collections.abc import Iterator
from functools import cache
from typing import Any

import espeakng_loader
import numpy as np

from unhear.answer.synthesiser import Speech
from unhear.engines.errors import ModelMissing

SYNCHRONOUS = 2
NO_EXIT = 0x8000
BY_CHARACTER = 1
UTF8 = 1
RATE = 1
WORDS_PER_MINUTE = 155
_CALLBACK = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p
)


_ONE_AT_A_TIME = threading.Lock()
"""The library has one state in a process, with one voice and one callback, whoever speaks."""


class EspeakVoice:
    """Turns text into speech in one language; safe to call from several threads, as are several."""

    def __init__(self, language: str) -> None:
        self._language = language

    def warm(self) -> None:
        """Load the library now. Raises `ModelMissing`."""
        with _ONE_AT_A_TIME:
            self._loaded()

    def speak(self, text: str) -> Iterator[Speech]:
        """Yield speech for `text`, sentence by sentence. Raises `ModelMissing`."""
        for sentence in re.split(r"(?<=[.!?…]) ", text):
            if sentence.strip():
                with _ONE_AT_A_TIME:
                    library, rate_hz = self._loaded()
                    spoken = _spoken(library, sentence)
                yield Speech(spoken, rate_hz)

    def _loaded(self) -> tuple[Any, int]:
        """Answer the library, set to this language, and its rate; others may have spoken since."""
        library, rate_hz = _library()
        if rate_hz <= 0 or library.espeak_SetVoiceByName(self._language.encode()):
            raise ModelMissing(f"eSpeak NG has no voice for {self._language!r}")
        library.espeak_SetParameter(RATE, WORDS_PER_MINUTE, 0)
        return library, rate_hz


def _spoken(library: Any, sentence: str) -> "np.ndarray[tuple[int], np.dtype[np.int16]]":
    pieces = [np.zeros(0, np.int16)]

    def take(samples: Any, count: int, _events: Any) -> int:
        if samples and count > 0:
            pieces.append(np.ctypeslib.as_array(samples, (count,)).copy())
        return 0

    callback = _CALLBACK(take)
    library.espeak_SetSynthCallback(callback)
    data = sentence.encode()
    library.espeak_Synth(data, len(data) + 1, 0, BY_CHARACTER, 0, UTF8, None, None)
    library.espeak_Synchronize()
    return np.concatenate(pieces)


@cache
def _library() -> tuple[Any, int]:
    """Load and begin the library, once in a process; answer it and its rate, 0 where it fails."""
    try:
        library = ctypes.CDLL(espeakng_loader.get_library_path())
    except OSError:
        raise ModelMissing("the eSpeak NG library cannot be loaded; install anew") from None
    path = espeakng_loader.get_data_path().encode()
    return library, library.espeak_Initialize(SYNCHRONOUS, 0, path, NO_EXIT)
