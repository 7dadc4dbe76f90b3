"""A network between a camera and the house that can be as bad as a test wants it.

It knows RTSP over TCP just enough to tell interleaved packets from words (RFC 2326, 10.12).
"""

import socket
import struct
from collections.abc import Callable, Iterator
from contextlib import suppress
from threading import Thread

from tests.ports import free_port

Mangle = Callable[[bytearray], bool]
"""Changes an RTP packet of the film; answers whether it is to arrive."""

PICTURES = 0
"""The channel of the first stream's RTP packets."""


class Proxy:
    """Forwards connections to a camera's port."""

    def __init__(self, port: int) -> None:
        self._camera = port
        self.mangle: Mangle = lambda _packet: True
        self.port = free_port()
        self._server = socket.create_server(("127.0.0.1", self.port))
        self._open: list[socket.socket] = []
        self._threads: list[Thread] = []
        self._begin(self._serve)

    def close(self) -> None:
        """End all connections."""
        self._server.shutdown(socket.SHUT_RDWR)
        self.cut()
        for thread in self._threads:
            thread.join()
        self._server.close()

    def cut(self) -> None:
        """Break the connections that there are."""
        for one in self._open:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def _begin(self, target: Callable[..., None], *args: socket.socket) -> None:
        self._threads.append(Thread(target=target, args=args, daemon=True))
        self._threads[-1].start()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                house, _ = self._server.accept()
                try:
                    camera = socket.create_connection(("127.0.0.1", self._camera))
                except OSError:
                    house.close()
                    continue
                self._open += [house, camera]
                self._begin(self._forward, house, camera)

    def _forward(self, house: socket.socket, camera: socket.socket) -> None:
        with house, camera:
            up = Thread(target=self._up, args=(house, camera), daemon=True)
            up.start()
            self._down(camera, house)
            with suppress(OSError):
                camera.shutdown(socket.SHUT_RDWR)
            up.join()

    @staticmethod
    def _up(house: socket.socket, camera: socket.socket) -> None:
        with suppress(OSError):
            while data := house.recv(65_536):
                camera.sendall(data)
        with suppress(OSError):
            camera.shutdown(socket.SHUT_RDWR)

    def _down(self, camera: socket.socket, house: socket.socket) -> None:
        with suppress(OSError, struct.error):
            for part in _parts(camera):
                if part[0] == ord("$") and part[1] == PICTURES:
                    packet = bytearray(part[4:])
                    if not self.mangle(packet):
                        continue
                    house.sendall(part[:2] + struct.pack(">H", len(packet)) + packet)
                else:
                    house.sendall(part)
        with suppress(OSError):
            house.shutdown(socket.SHUT_RDWR)


def _parts(camera: socket.socket) -> Iterator[bytes]:
    """Yield interleaved packets whole, and words as they come."""
    with camera.makefile("rb") as stream:
        while first := stream.read(1):
            if first == b"$":
                head = stream.read(3)
                (size,) = struct.unpack(">xH", head)
                yield first + head + stream.read(size)
            else:
                yield first + stream.readline()


def shift_clock(packet: bytearray, seconds: float) -> None:
    """Let a packet be of another moment (RFC 3550, section 5.1: the timestamp)."""
    (moment,) = struct.unpack_from(">I", packet, 4)
    struct.pack_into(">I", packet, 4, (moment + round(seconds * 90_000)) % 2**32)
