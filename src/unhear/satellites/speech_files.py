"""Answers as WAV files over HTTP, for devices that fetch what they are to play.

Each has an unguessable address, is held in memory for a minute, and is forgotten when it was
fetched.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from socket import AF_INET, SOCK_DGRAM, socket
from threading import Lock, Thread

import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from unhear.clock import Clock, random_bytes

HELD = timedelta(minutes=1)
FILES_MAX = 64


@dataclass(frozen=True, slots=True)
class _File:
    wav: bytes
    until: datetime


class SpeechFiles:
    """The answers that wait to be fetched."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = Lock()
        self._files: dict[str, _File] = {}
        self.port = 0

    def offer(self, wav: bytes, device_host: str) -> str:
        """Hold a WAV file; answer the address at which a device finds it."""
        name = random_bytes(16).hex()
        now = self._clock()
        with self._lock:
            fresh = [(key, one) for key, one in self._files.items() if one.until > now]
            self._files = dict(fresh[-FILES_MAX + 1 :])
            self._files[name] = _File(wav, now + HELD)
        return f"http://{own_address(device_host)}:{self.port}/{name}.wav"

    def take(self, name: str) -> bytes | None:
        """Answer a file once; None for one that is not held any more."""
        with self._lock:
            file = self._files.pop(name, None)
        return None if file is None or file.until <= self._clock() else file.wav


@contextmanager
def serve_speech(files: SpeechFiles, host: str, port: int) -> Iterator[None]:
    """Serve the files in a thread while the block runs. Raises `OSError`."""

    def wav(request: Request) -> Response:
        found = files.take(request.path_params["name"])
        if found is None:
            raise HTTPException(404)
        return Response(found, media_type="audio/wav", headers={"cache-control": "no-store"})

    app = Starlette(routes=[Route("/{name}.wav", wav)])
    config = uvicorn.Config(
        app, log_level="critical", access_log=False, lifespan="off", server_header=False
    )
    server = uvicorn.Server(config)
    with socket() as listener:
        listener.bind((host, port))
        files.port = listener.getsockname()[1]
        thread = Thread(target=server.run, kwargs={"sockets": [listener]}, name="speech files")
        thread.start()
        try:
            yield
        finally:
            server.should_exit = True
            thread.join()


def own_address(device_host: str) -> str:
    """Answer the address of this machine that a device can reach; nothing is sent."""
    with socket(AF_INET, SOCK_DGRAM) as probe:
        probe.connect((device_host, 9))
        address: str = probe.getsockname()[0]
    return address
