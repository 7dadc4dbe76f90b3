"""A camera that sends JPEG pictures over HTTP, one behind the other, as many old ones do."""

import base64
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread

from tests.cameras.films import FPS, Film
from unhear.capture.encoded import Encoded
from unhear.engines.pictures import Coding, Decoder, small_jpeg


class MjpegCamera:
    """Serves a film on the loopback interface, over and over."""

    def __init__(self, film: Film, *, user: str, password: str) -> None:
        allowed = "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
        jpegs, self._gone = _jpegs(film), Event()
        gone = self._gone

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                if self.headers.get("Authorization") != allowed:
                    self.send_response(401)
                    self.send_header("WWW-Authenticate", 'Basic realm="camera"')
                    self.end_headers()
                    return
                self.send_response(200)
                self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=next")
                self.end_headers()
                number = 0
                while not gone.wait(1 / FPS):
                    jpeg = jpegs[number % len(jpegs)]
                    head = (
                        f"--next\r\nContent-Type: image/jpeg\r\nContent-Length: {len(jpeg)}\r\n\r\n"
                    )
                    try:
                        self.wfile.write(head.encode() + jpeg + b"\r\n")
                    except OSError:
                        return
                    number += 1

            def log_message(self, *args: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/video"

    def off(self) -> None:
        """Pull its plug."""
        self._gone.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _jpegs(film: Film) -> Sequence[bytes]:
    decoder = Decoder(Coding("h264", film.width, film.height))
    frames = [
        frame
        for number, unit in enumerate(film.units[:30])
        for frame in decoder.decode(Encoded(unit, number, number, 1))
    ]
    return [small_jpeg(frame, (), film.width) for frame in frames]
