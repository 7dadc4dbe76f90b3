"""Recognition by Whisper on CTranslate2 (package `faster-whisper`), in a short window.

Whisper was made for windows of 30 seconds and always encodes 30. A command of two seconds needs
its own length and a few seconds of silence behind it; less silence makes the decoder repeat itself
or lose the last word, more costs time (measured: word errors fall up to 6 s and stay).
"""

import math
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from faster_whisper import WhisperModel, download_model
from faster_whisper.tokenizer import Tokenizer
from numpy.typing import NDArray

from unhear.engines.errors import ModelDamaged, ModelMissing, UnknownChoice
from unhear.household.speech import Transcript

RATE_HZ = 16_000
FEATURES_PER_SECOND = 100
WINDOW_SECONDS_MAX = 30
PIECE_SECONDS_MAX = 24
"""Longer sound is recognised in pieces, cut where it is quietest."""

CUT_SECONDS = 4
"""How far before the end of a piece a quiet place is looked for."""

SILENCE_BEHIND_SECONDS = 6
BEAMS = 2
NO_REPEAT_NGRAM_TOKENS = 4
TOKENS_PER_SECOND = 8
TOKENS_AT_LEAST = 24
"""Bounds the transcript by the length of the sound, so that a repetition cannot run on."""

HINT_CHARACTERS_MAX = 600
"""More hints than this cost more time than they bring words."""

SOUND_SECONDS_MIN = 0.1

MODEL_FILES = ("model.bin", "config.json", "tokenizer.json")


@dataclass(frozen=True, slots=True)
class _Loaded:
    model: WhisperModel
    tokenizer: Tokenizer


class Whisper:
    """Turns speech into words; safe to call from several threads. Writes nothing anywhere."""

    def __init__(self, find: Callable[[], Path | str], *, language: str = "en") -> None:
        """Use the model `find` answers: a folder as a path, or a model hub's name as a string.

        It is looked for and loaded at the first use.
        """
        self._find = find
        self._language = language
        self._once: _Loaded | None = None
        self._lock = threading.Lock()

    def warm(self) -> None:
        """Load the model now.

        Raises `ModelMissing`, `ModelDamaged`, `ModelUnwritable`, and `UnknownChoice` for a
        language that the model does not know.
        """
        self.transcribe(np.zeros(RATE_HZ, np.int16))

    def transcribe(self, pcm: NDArray[np.int16], *, hints: Sequence[str] = ()) -> Transcript:
        """Answer the words in `pcm` (int16, shape (frames,), mono, 16 kHz).

        `hints` are words likely to be said. Raises like `warm`.
        """
        loaded = self._loaded()
        if len(pcm) < SOUND_SECONDS_MIN * RATE_HZ:
            return Transcript("", speech_probability=0.0, mean_log_probability=-math.inf)
        pieces = [self._piece(loaded, piece, hints) for piece in _pieces(pcm)]
        text = " ".join(piece.text for piece in pieces if piece.text)
        return Transcript(
            text,
            speech_probability=max(piece.speech_probability for piece in pieces),
            mean_log_probability=min(piece.mean_log_probability for piece in pieces),
        )

    def _piece(self, loaded: _Loaded, pcm: NDArray[np.int16], hints: Sequence[str]) -> Transcript:
        seconds = len(pcm) / RATE_HZ
        features = loaded.model.feature_extractor(pcm.astype(np.float32) / 32768)
        behind = SILENCE_BEHIND_SECONDS * FEATURES_PER_SECOND
        window = np.pad(features, ((0, 0), (0, behind)))
        window = window[:, : WINDOW_SECONDS_MAX * FEATURES_PER_SECOND]
        prompt = loaded.model.get_prompt(
            loaded.tokenizer, [], without_timestamps=True, hotwords=_hotwords(hints)
        )
        tokens_max = TOKENS_AT_LEAST + math.ceil(seconds * TOKENS_PER_SECOND)
        (result,) = loaded.model.model.generate(
            loaded.model.encode(window),
            [prompt],
            beam_size=BEAMS,
            no_repeat_ngram_size=NO_REPEAT_NGRAM_TOKENS,
            max_length=min(len(prompt) + tokens_max, loaded.model.max_length),
            return_scores=True,
            return_no_speech_prob=True,
        )
        return Transcript(
            loaded.tokenizer.decode(result.sequences_ids[0]).strip(),
            speech_probability=1.0 - result.no_speech_prob,
            mean_log_probability=result.scores[0],
        )

    def _loaded(self) -> _Loaded:
        with self._lock:
            if self._once is None:
                self._once = _load(self._find(), self._language)
            return self._once


def _load(model: Path | str, language: str) -> _Loaded:
    folder = _in_folder(model) if isinstance(model, Path) else _from_hub(model)
    try:
        whisper = WhisperModel(str(folder), device="cpu", compute_type="int8")
    except (RuntimeError, ValueError) as error:
        raise ModelDamaged(
            f"{folder} holds no Whisper model for CTranslate2 ({type(error).__name__}); "
            "name another in the setting `recogniser`"
        ) from None
    if language not in whisper.supported_languages:
        raise UnknownChoice(
            f"language {language!r} is not one this model knows: "
            f"{', '.join(sorted(whisper.supported_languages))}"
        )
    tokenizer = Tokenizer(
        whisper.hf_tokenizer, whisper.model.is_multilingual, "transcribe", language
    )
    return _Loaded(whisper, tokenizer)


def _in_folder(folder: Path) -> Path:
    # Without its own tokenizer faster-whisper would ask the model hub for one.
    missing = [name for name in MODEL_FILES if not (folder / name).is_file()]
    if missing:
        raise ModelMissing(
            f"{folder} is no folder of a Whisper model for CTranslate2: {', '.join(missing)} "
            "is not there; name another in the setting `recogniser`"
        )
    return folder


def _from_hub(name: str) -> Path:
    try:
        return _in_folder(Path(download_model(name)))
    except (OSError, ValueError) as error:
        raise ModelMissing(
            f"the model {name!r} cannot be had from the model hub ({type(error).__name__}); it "
            "takes the internet once. Without it, set `recogniser` to `packaged` or a folder"
        ) from None


def _pieces(pcm: NDArray[np.int16]) -> Iterator[NDArray[np.int16]]:
    """Cut long sound where it is quietest, near the end of each piece."""
    longest, search = PIECE_SECONDS_MAX * RATE_HZ, CUT_SECONDS * RATE_HZ
    while len(pcm) > longest:
        frame = RATE_HZ // 10
        tail = pcm[longest - search : longest].astype(np.float64)
        loudness = (tail[: len(tail) // frame * frame].reshape(-1, frame) ** 2).mean(axis=1)
        cut = longest - search + int(np.argmin(loudness)) * frame
        yield pcm[:cut]
        pcm = pcm[cut:]
    yield pcm


def _hotwords(hints: Sequence[str]) -> str | None:
    """Answer the hints as words in a row: as a list with commas they come back with commas."""
    words = list(dict.fromkeys(word for hint in hints for word in hint.split()))
    row = " ".join(words)
    if len(row) > HINT_CHARACTERS_MAX:
        row = row[: row.rindex(" ", 0, HINT_CHARACTERS_MAX + 1)]
    return row or None
