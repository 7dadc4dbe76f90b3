"""Speak with a fleet over HTTP, and wait for it only so long."""

import json
from collections.abc import Collection
from time import monotonic
from typing import Any

import httpx2

from unhear.household.words import TraceId
from unhear.learn.wake import WakeModel
from unhear.prove.errors import ProofError
from unhear.prove.receipt import Receipt

CONNECT_SECONDS_MAX = 2.0
ANSWER_SECONDS_MAX = 5.0
ANSWER_BYTES_MAX = 1 << 18

_NOT_FOUND, _CONFLICT = 404, 409
_REFUSED = 300
"""From this status on something was not done."""


class FleetAway(Exception):
    """The fleet cannot be asked now, or answers what cannot be understood; never what was sent."""


class HttpFleet:
    """One fleet, at the URL below which it answers; it knows this house by its token."""

    def __init__(self, url: str, token: str) -> None:
        self._url = url.rstrip("/")
        self._headers = {"authorization": f"Bearer {token}"} if token else {}

    def join(self, invitation: str) -> tuple[str, str]:
        """Answer a token, and the key of the fleet's log. Raises `FleetAway`."""
        told = self._done("POST", "homes", {"invitation": invitation})
        try:
            return str(told["token"]), str(told["log"])
        except (KeyError, TypeError):
            raise _strange() from None

    def put(self, one: TraceId, numbers: bytes) -> bool:
        """Send a contribution; False where the fleet will not have it. Raises `FleetAway`."""
        status, _ = self._exchange("PUT", f"contributions/{one.hex()}", numbers)
        if status >= _REFUSED and status != _CONFLICT:
            raise _failed(status)
        return status != _CONFLICT

    def held(self) -> list[TraceId]:
        """Answer the ids of what the fleet holds of this house. Raises `FleetAway`."""
        told = self._done("GET", "contributions")
        try:
            return [TraceId(bytes.fromhex(one)) for one in told["ids"]]
        except (KeyError, TypeError, ValueError):
            raise _strange() from None

    def forget(self, ids: Collection[TraceId]) -> Receipt | None:
        """Have contributions forgotten; answer the receipt, None where none was held.

        Raises `FleetAway`.
        """
        told = self._done("POST", "contributions/forget", {"ids": [one.hex() for one in ids]})
        try:
            receipt = told["receipt"]
            return None if receipt is None else Receipt.from_json(receipt)
        except (KeyError, TypeError, ProofError):
            raise _strange() from None

    def model(self) -> WakeModel | None:
        """Answer the model that is released; None for none. Raises `FleetAway`."""
        status, body = self._exchange("GET", "model")
        if status == _NOT_FOUND:
            return None
        if status >= _REFUSED:
            raise _failed(status)
        try:
            return WakeModel.from_bytes(bytes.fromhex(json.loads(body)["model"]))
        except (KeyError, TypeError, ValueError):
            raise _strange() from None

    def _done(self, method: str, path: str, body: Any = None) -> Any:
        sent = b"" if body is None else json.dumps(body).encode()
        status, answer = self._exchange(method, path, sent)
        if status >= _REFUSED:
            raise _failed(status)
        try:
            return json.loads(answer)
        except ValueError:
            raise _strange() from None

    def _exchange(self, method: str, path: str, body: bytes = b"") -> tuple[int, bytes]:
        timeout = httpx2.Timeout(ANSWER_SECONDS_MAX, connect=CONNECT_SECONDS_MAX)
        until = monotonic() + ANSWER_SECONDS_MAX
        answer, url = bytearray(), f"{self._url}/{path}"
        kind = "application/octet-stream" if method == "PUT" else "application/json"
        headers = {**self._headers, "content-type": kind}
        try:
            with (
                httpx2.Client(timeout=timeout, trust_env=False) as client,
                client.stream(method, url, content=body, headers=headers) as response,
            ):
                for piece in response.iter_bytes():
                    answer += piece
                    if len(answer) > ANSWER_BYTES_MAX or monotonic() > until:
                        raise FleetAway("the fleet sends more, or for longer, than it has to")
            return response.status_code, bytes(answer)
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise FleetAway(f"the fleet does not answer ({type(error).__name__})") from None


def _failed(status: int) -> FleetAway:
    return FleetAway(f"the fleet answers with the HTTP status {status}")


def _strange() -> FleetAway:
    return FleetAway("the fleet answers in a way that cannot be understood")
