"""Ask a witness over HTTP (C2SP tlog-witness), and wait for it only so long."""

from collections.abc import Mapping
from hashlib import sha256
from time import monotonic

import httpx2

from unhear.prove.errors import (
    KeyUnknown,
    LogUnknown,
    NotConsistent,
    ProofError,
    ProofMalformed,
    SizeConflict,
    WitnessAway,
    WitnessRefuses,
)
from unhear.prove.notes import Note, VerifierKey, decimal
from unhear.prove.witness import Asked

CONNECT_SECONDS_MAX = 2.0
ANSWER_SECONDS_MAX = 5.0
ANSWER_BYTES_MAX = 1 << 18

_OK, _CONFLICT = 200, 409
_REFUSED: Mapping[int, tuple[type[WitnessRefuses], str]] = {
    403: (KeyUnknown, "does not know this log's key; give it the one that `unhear log show` names"),
    404: (LogUnknown, "does not watch this log; give it the key that `unhear log show` names"),
    422: (NotConsistent, "says that this log is not the one it saw"),
}


class HttpWitness:
    """One witness, known by its key, at the URL below which it answers."""

    def __init__(self, url: str, key: VerifierKey) -> None:
        self._url = url.rstrip("/")
        self.key = key

    def add_checkpoint(self, asked: Asked) -> str:
        """Answer the signature lines it gives. Raises `WitnessAway` and `WitnessRefuses`."""
        status, body = self._exchange("POST", "add-checkpoint", str(asked).encode())
        if status == _OK:
            return body
        if status == _CONFLICT:
            try:
                raise SizeConflict(decimal(body.removesuffix("\n")))
            except ProofMalformed:
                raise self._away("answers in a way that cannot be understood") from None
        if status in _REFUSED:
            kind, sentence = _REFUSED[status]
            raise kind(f"{self.key.name} {sentence}")
        raise self._away(f"answers with the HTTP status {status}")

    def latest(self, origin: str) -> Note | None:
        """Answer the checkpoint of a log that it cosigned last; None when it shows none.

        Raises `WitnessAway`.
        """
        status, body = self._exchange("GET", f"{sha256(origin.encode()).hexdigest()}/checkpoint")
        try:
            return Note.parse(body) if status == _OK else None
        except ProofError:
            return None

    def _exchange(self, method: str, path: str, body: bytes = b"") -> tuple[int, str]:
        timeout = httpx2.Timeout(ANSWER_SECONDS_MAX, connect=CONNECT_SECONDS_MAX)
        until = monotonic() + ANSWER_SECONDS_MAX
        answer = bytearray()
        try:
            with (
                httpx2.Client(timeout=timeout, trust_env=False) as client,
                client.stream(method, f"{self._url}/{path}", content=body) as response,
            ):
                for piece in response.iter_bytes():
                    answer += piece
                    if len(answer) > ANSWER_BYTES_MAX or monotonic() > until:
                        raise self._away("sends more, or for longer, than any answer takes")
            return response.status_code, answer.decode()
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise self._away(f"does not answer ({type(error).__name__})") from None
        except UnicodeDecodeError:
            raise self._away("answers in a way that cannot be understood") from None

    def _away(self, what: str) -> WitnessAway:
        return WitnessAway(f"{self.key.name} {what}; it is asked again at the next entry")
