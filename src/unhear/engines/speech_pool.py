"""Recognition in other processes, over Wyoming: a pool of which any member does.

Source: https://github.com/OHF-Voice/wyoming#event-types. What is likely to be said goes along as
`transcript_terms`; how surely it was heard comes back in the answer's `context`, where the server
is ours. The sound stays in memory until somebody answered, so a server that dies is nobody's loss:
the next one hears the same. Nothing is kept, and no error holds words.
"""

import json
import socket
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray
from wyoming.asr import Transcribe
from wyoming.asr import Transcript as Words
from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.event import Event, write_event
from wyoming.info import Describe

from unhear.engines.errors import EngineError
from unhear.household.speech import Transcript
from unhear.settings import UNIX

RATE_HZ = 16_000
PIECE_BYTES = 1 << 16
CONNECT_SECONDS_MAX = 2.0
ANSWER_SECONDS_MAX = 60.0
"""A minute of speech takes less on any machine that should recognise speech."""

AWAY_SECONDS = 10.0
"""For how long a server that failed is left alone, unless all have failed."""

LINE_BYTES_MAX = 1 << 16
DATA_BYTES_MAX = 1 << 18
PROBABILITY, LOGARITHM = "speech_probability", "mean_log_probability"


class SpeechAway(EngineError):
    """No server of the pool answers."""


@dataclass(slots=True)
class _Server:
    address: str
    busy: int = 0
    used: int = 0
    away_until: float = 0.0


class SpeechPool:
    """Turns speech into words with whichever server has least to do; safe in several threads."""

    def __init__(
        self,
        addresses: Sequence[str],
        *,
        language: str = "en",
        now: Callable[[], float] = monotonic,
    ) -> None:
        """Use servers at these addresses: HOST:PORT, or unix:/PATH. Nothing is connected yet."""
        self._servers = [_Server(address) for address in addresses]
        self._language = language
        self._now = now
        self._lock = threading.Lock()
        self._turn = 0

    def warm(self) -> None:
        """Look whether any server answers. Raises `SpeechAway`."""
        self._with_any(lambda address: _ask(address, [Describe().event()], "info"))

    def transcribe(self, pcm: NDArray[np.int16], *, hints: Sequence[str] = ()) -> Transcript:
        """Answer the words in `pcm` (int16, shape (frames,), mono, 16 kHz).

        `hints` are words likely to be said. Raises `SpeechAway`.
        """
        events = list(_request(pcm, hints, self._language))
        return _transcript(self._with_any(lambda address: _ask(address, events, "transcript")))

    def _with_any(self, ask: Callable[[str], Event]) -> Event:
        tried: set[str] = set()
        while (server := self._next(tried)) is not None:
            tried.add(server.address)
            try:
                with self._using(server):
                    return ask(server.address)
            except (OSError, ValueError, EOFError):
                with self._lock:
                    server.away_until = self._now() + AWAY_SECONDS
        raise SpeechAway(
            f"nobody recognises speech at {', '.join(one.address for one in self._servers)}; start "
            "`unhear speech` there, or mend the setting `speech`"
        )

    def _next(self, tried: set[str]) -> _Server | None:
        """Answer the least busy server that is not tried yet, those that failed lately last."""
        with self._lock:
            left = [one for one in self._servers if one.address not in tried]
            now = self._now()
            return min(
                left, key=lambda one: (one.away_until > now, one.busy, one.used), default=None
            )

    @contextmanager
    def _using(self, server: _Server) -> Iterator[None]:
        with self._lock:
            self._turn += 1
            server.busy += 1
            server.used = self._turn
        try:
            yield
        finally:
            with self._lock:
                server.busy -= 1


def _request(pcm: NDArray[np.int16], hints: Sequence[str], language: str) -> Iterator[Event]:
    yield Transcribe(language=language, transcript_terms=list(hints) or None).event()
    yield AudioStart(rate=RATE_HZ, width=2, channels=1).event()
    sound = pcm.astype("<i2").tobytes()
    for start in range(0, len(sound), PIECE_BYTES):
        piece = sound[start : start + PIECE_BYTES]
        yield AudioChunk(rate=RATE_HZ, width=2, channels=1, audio=piece).event()
    yield AudioStop().event()


def _transcript(event: Event) -> Transcript:
    words = Words.from_event(event)
    sure = words.context or {}
    return Transcript(
        words.text, float(sure.get(PROBABILITY, 1.0)), float(sure.get(LOGARITHM, 0.0))
    )


def sureness(transcript: Transcript) -> dict[str, float]:
    """Answer how surely something was heard, as an answer's `context` says it."""
    least = -1e9  # JSON has no infinity
    return {
        PROBABILITY: float(transcript.speech_probability),
        LOGARITHM: max(float(transcript.mean_log_probability), least),
    }


def _ask(address: str, events: Sequence[Event], answer: str) -> Event:
    """Answer a server's event of this type. Raises `OSError`, `ValueError` and `EOFError`."""
    with _connected(address) as connection, _files(connection) as (taken, sent):
        for event in events:
            write_event(event, sent)
        while (event := _read(taken)).type != answer:
            if event.type == "error":
                raise ValueError("the server could not do it")
        if answer == "transcript" and not isinstance(event.data.get("text"), str):
            raise ValueError("a transcript has a text")
        return event


@contextmanager
def _files(connection: socket.socket) -> Iterator[tuple[BinaryIO, BinaryIO]]:
    with connection.makefile("rb") as taken, connection.makefile("wb") as sent:
        yield taken, sent


@contextmanager
def _connected(address: str) -> Iterator[socket.socket]:
    if address.startswith(UNIX):
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.settimeout(CONNECT_SECONDS_MAX)
        try:
            connection.connect(address.removeprefix(UNIX))
        except OSError:
            connection.close()
            raise
    else:
        host, _, port = address.rpartition(":")
        where = (host.strip("[]"), int(port))
        connection = socket.create_connection(where, CONNECT_SECONDS_MAX)
    with connection:
        connection.settimeout(ANSWER_SECONDS_MAX)
        yield connection


def _read(stream: BinaryIO) -> Event:
    """Read an event that is no longer than an answer may be."""
    line = stream.readline(LINE_BYTES_MAX)
    if not line.endswith(b"\n"):
        raise EOFError
    header = _object(line)
    data: Mapping[str, Any] = header.get("data") or {}
    length = header.get("data_length") or 0
    if header.get("payload_length") or not 0 <= int(length) <= DATA_BYTES_MAX:
        raise ValueError("this is no answer to what was asked")
    if length:
        more = stream.read(int(length))
        data = {**data, **_object(more)}
    return Event(type=str(header.get("type")), data=dict(data))


def _object(content: bytes) -> dict[str, Any]:
    found = json.loads(content)
    if not isinstance(found, dict):
        raise ValueError("an event is an object")  # noqa: TRY004 - whoever calls knows one kind
    return found
