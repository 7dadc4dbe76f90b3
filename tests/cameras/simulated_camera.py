"""A camera on the loopback interface: GStreamer's RTSP server, playing encoded films in a loop.

Run by the system's Python, which has GStreamer, with what it is to play as JSON in its argument;
see `camera.py`. It prints `ready` once it listens, and lives until its standard input is closed.
"""

import json
import struct
import sys
import threading
import time
from pathlib import Path
from typing import Any

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import Gio, GLib, Gst, GstRtspServer  # noqa: E402

SOUNDS = {
    "": "",
    "aac": "audiotestsrc is-live=true ! audio/x-raw,rate=48000,channels=1 ! avenc_aac"
    " ! aacparse ! rtpmp4gpay name=pay1 pt=97",
    "ticks": "audiotestsrc is-live=true wave=ticks tick-interval=2000000000"
    " sine-periods-per-tick=400 apply-tick-ramp=false"
    " ! audio/x-raw,rate=48000,channels=1 ! avenc_aac ! aacparse ! rtpmp4gpay name=pay1 pt=97",
    "alaw": "audiotestsrc is-live=true ! audio/x-raw,rate=8000,channels=1 ! alawenc"
    " ! rtppcmapay name=pay1 pt=8 max-ptime=20000000",
}


class Mount(GstRtspServer.RTSPMediaFactory):  # type: ignore[misc]
    """One stream of the camera; all who watch see the same moment of it."""

    def __init__(self, film: str, codec: str, fps: int, sound: str) -> None:
        super().__init__()
        data = Path(film).read_bytes()
        self.units = []
        at = 0
        while at < len(data):
            (size,) = struct.unpack_from("<I", data, at)
            self.units.append(data[at + 4 : at + 4 + size])
            at += 4 + size
        self.fps = fps
        self.set_launch(
            f"( appsrc name=film is-live=true format=time caps=video/x-{codec},"
            f"stream-format=byte-stream,alignment=au,framerate={fps}/1"
            f" ! {codec}parse ! rtp{codec}pay name=pay0 pt=96 config-interval=-1 {SOUNDS[sound]} )"
        )
        self.set_shared(True)
        self.connect("media-configure", self.begin)

    def begin(self, _factory: Any, media: Any) -> None:
        """Play from now on, until nobody watches any more."""
        gone = threading.Event()
        media.connect("unprepared", lambda _media: gone.set())
        film = media.get_element().get_by_name("film")
        threading.Thread(target=self.play, args=(film, gone), daemon=True).start()

    def play(self, film: Any, gone: threading.Event) -> None:
        """Push the film's access units, each at its time."""
        began, number = time.monotonic(), 0
        while not gone.wait(max(began + number / self.fps - time.monotonic(), 0)):
            buffer = Gst.Buffer.new_wrapped(self.units[number % len(self.units)])
            buffer.pts = buffer.dts = number * Gst.SECOND // self.fps
            buffer.duration = Gst.SECOND // self.fps
            film.emit("push-buffer", buffer)
            number += 1


def main() -> None:
    """Serve what the argument says."""
    told = json.loads(sys.argv[1])
    Gst.init(None)
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service(str(told["port"]))
    auth = None
    if told["user"]:
        auth = GstRtspServer.RTSPAuth()
        auth.set_supported_methods(2)  # GstRtsp.RTSPAuthMethod.DIGEST
        token = GstRtspServer.RTSPToken()
        token.set_string("media.factory.role", "viewer")
        auth.add_digest(told["user"], told["password"], token)
        if told["certificate"]:
            auth.set_tls_certificate(Gio.TlsCertificate.new_from_file(told["certificate"]))
        server.set_auth(auth)
    for path, mount in told["mounts"].items():
        factory = Mount(**mount)
        if auth is not None:
            factory.add_role_from_structure(
                Gst.Structure.from_string(
                    "viewer,media.factory.access=(boolean)true,"
                    "media.factory.construct=(boolean)true"
                )[0]
            )
        server.get_mount_points().add_factory(path, factory)
    loop = GLib.MainLoop()
    if not server.attach(None):
        sys.exit("the port is taken")
    threading.Thread(target=lambda: (sys.stdin.read(), loop.quit()), daemon=True).start()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    loop.run()


main()
