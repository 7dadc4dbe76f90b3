"""The simulated camera as tests switch it on and off."""

import json
import signal
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Self

from tests.cameras.films import FPS, Film, film
from tests.needs import need
from tests.ports import free_port

SYSTEM_PYTHON = Path("/usr/bin/python3")
PROBE = (
    "import gi; gi.require_version('GstRtspServer', '1.0'); from gi.repository import Gst,"
    " GstRtspServer; Gst.init(None); assert all(map(Gst.ElementFactory.find, ['h264parse',"
    " 'avenc_aac', 'rtph264pay']))"
)

Sound = Literal["", "aac", "alaw", "ticks"]


@dataclass(frozen=True)
class Mount:
    """What one of the camera's addresses shows."""

    film: Film = field(default_factory=film)
    sound: Sound = ""
    fps: int = FPS


class SimulatedCamera:
    """A camera in a process of its own; `on` and `off` as often as a test likes."""

    def __init__(
        self,
        folder: Path,
        mounts: Mapping[str, Mount],
        *,
        user: str = "",
        password: str = "",
        certificate: Path | None = None,
    ) -> None:
        """Make one; with a certificate and its key (PEM) and a user it speaks TLS alone."""
        probe = [str(SYSTEM_PYTHON), "-c", PROBE]
        there = SYSTEM_PYTHON.exists() and _works(probe)
        need(there, "GStreamer's RTSP server for the system's Python")
        self._scheme = "rtsps" if certificate else "rtsp"
        self.port = free_port()
        self._told = {
            "port": self.port,
            "user": user,
            "password": password,
            "certificate": str(certificate or ""),
            "mounts": {
                path: {
                    "film": str(mount.film.save(folder / f"{number}.units")),
                    "codec": mount.film.codec,
                    "fps": mount.fps,
                    "sound": mount.sound,
                }
                for number, (path, mount) in enumerate(mounts.items())
            },
        }
        self._process: subprocess.Popen[bytes] | None = None

    def on(self) -> Self:
        """Switch it on, and wait until it listens."""
        program = str(Path(__file__).with_name("simulated_camera.py"))
        self._process = subprocess.Popen(
            [str(SYSTEM_PYTHON), program, json.dumps(self._told)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == b"ready\n"
        return self

    def freeze(self) -> None:
        """Let it fall silent without a word, as behind a broken cable."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def off(self) -> None:
        """Pull its plug."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def url(self, path: str = "/main", port: int | None = None) -> str:
        """Answer the address of one of its mounts, by way of another port perhaps."""
        return f"{self._scheme}://127.0.0.1:{port or self.port}{path}"


def _works(command: list[str]) -> bool:
    return subprocess.run(command, capture_output=True, check=False).returncode == 0
