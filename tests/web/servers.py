"""An app of ours behind a real HTTP server on a free port of this machine."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import uvicorn
from starlette.applications import Starlette

from tests.home import SetClock
from unhear.prove.notes import Signer, VerifierKey
from unhear.prove.witness import Witness
from unhear.stores.witness_memory import WitnessFolder
from unhear.web.witness import witness_app


class Server(uvicorn.Server):
    """Serves in a thread until told to stop."""

    def __init__(self, app: Starlette) -> None:
        super().__init__(uvicorn.Config(app, log_level="warning", lifespan="off"))
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.socket.getsockname()[1]}"
        self._thread = Thread(target=self.run, args=([self.socket],))

    @contextmanager
    def answering(self) -> Iterator[str]:
        self._thread.start()
        try:
            yield self.url
        finally:
            self.should_exit = True
            self._thread.join()
            self.socket.close()


@contextmanager
def served(app: Starlette) -> Iterator[str]:
    """Answer the app's URL while it is served."""
    with Server(app).answering() as url:
        yield url


@contextmanager
def witness_at(folder: Path, signer: Signer, *logs: VerifierKey) -> Iterator[str]:
    """Answer the URL of a witness that remembers in `folder`."""
    watching = Witness(signer=signer, logs=logs, memories=WitnessFolder(folder), clock=SetClock())
    with served(witness_app(watching)) as url:
        yield url
