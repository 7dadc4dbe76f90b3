"""Stands between a house and its server, and cuts the line when something is committed."""

import shutil
import socket
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

SOCKET = ".s.PGSQL.5432"
PIECE_BYTES = 1 << 16


class Cutting:
    """Passes everything on, until a COMMIT that it was told to lose.

    `reaches` says whether the server gets it; the answer never comes back.
    """

    def __init__(self, server: Path) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="unhear-cut-"))
        self._server = server
        self._passed: int | None = None
        self._reaches = False
        self._listening = socket.socket(socket.AF_UNIX)
        self._listening.bind(str(self.folder / SOCKET))
        self._listening.listen()
        threading.Thread(target=self._accept, daemon=True).start()

    def lose_commit(self, number: int, *, reaches: bool) -> None:
        """Cut the line at the commit of this number from now, counted from 0."""
        self._passed, self._reaches = number, reaches

    @property
    def has_cut(self) -> bool:
        return self._passed is None

    def close(self) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        shutil.rmtree(self.folder)

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listening.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        cut, answered = threading.Event(), threading.Event()
        with client, socket.socket(socket.AF_UNIX) as server, suppress(OSError):
            server.connect(str(self._server / SOCKET))
            ways = (server, client, cut, answered)
            answers = threading.Thread(target=self._answer, args=ways, daemon=True)
            answers.start()
            self._ask(client, server, cut, answered)
            answers.join()

    def _ask(
        self,
        client: socket.socket,
        server: socket.socket,
        cut: threading.Event,
        answered: threading.Event,
    ) -> None:
        while data := client.recv(PIECE_BYTES):
            if self._is_to_lose(data):
                cut.set()
                if self._reaches:
                    server.sendall(data)
                    answered.wait()
                client.shutdown(socket.SHUT_RDWR)
                break
            server.sendall(data)
        server.shutdown(socket.SHUT_WR)

    def _answer(
        self,
        server: socket.socket,
        client: socket.socket,
        cut: threading.Event,
        answered: threading.Event,
    ) -> None:
        with suppress(OSError):
            while data := server.recv(PIECE_BYTES):
                if cut.is_set():
                    answered.set()
                else:
                    client.sendall(data)
            answered.set()
            client.shutdown(socket.SHUT_RDWR)

    def _is_to_lose(self, data: bytes) -> bool:
        if self._passed is None or b"COMMIT\0" not in data:
            return False
        self._passed = self._passed - 1 if self._passed else None
        return self._passed is None


@contextmanager
def cutting(server: Path) -> Iterator[Cutting]:
    made = Cutting(server)
    yield made
    made.close()
