"""What homes use today beside Home Assistant: its recogniser and its voice, with our weights."""

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import numpy as np

from bench.report import progress
from unhear.capture.sound import RATE_HZ
from unhear.capture.wave import wav_bytes
from unhear.engines.models import packaged_voice, packaged_whisper
from unhear.house.house import House

ROOT = Path(__file__).parents[1]
PEERS = ROOT / ".venv-peers"
PEER_PACKAGES = ("wyoming-faster-whisper==3.8.1", "wyoming-piper==2.5.2")
START_SECONDS_MAX = 120


def make_peers() -> None:
    """Install the peers, once."""
    if (PEERS / "bin" / "wyoming-piper").exists() or (PEERS / ".ready").exists():
        return
    progress("making the peers' environment")
    subprocess.run([sys.executable, "-m", "venv", str(PEERS)], check=True)
    pip = [str(PEERS / "bin" / "python"), "-m", "pip", "install", "--quiet", *PEER_PACKAGES]
    subprocess.run(pip, check=True)
    (PEERS / ".ready").touch()


@contextmanager
def peers(house: House, folder: Path) -> Iterator[tuple[IO[str], IO[str]]]:
    """Run the peers' servers and their client; answer the client's input and output."""
    python = str(PEERS / "bin" / "python")
    whisper = str(packaged_whisper(house.settings.models))
    asr, tts = (f"tcp://127.0.0.1:{_free_port()}" for _ in range(2))
    # One thread a core, as here; the peers' own default of four would slow them on two cores.
    asr_command = ["-m", "wyoming_faster_whisper", "--uri", asr, "--model", whisper]
    asr_command += ["--stt-library", "faster-whisper", "--data-dir", str(folder)]
    asr_command += ["--language", "en", "--compute-type", "int8", "--cpu-threads", "2"]
    asr_command += ["--local-files-only"]
    voice = packaged_voice()
    tts_command = ["-m", "wyoming_piper", "--uri", tts, "--voice", voice.stem]
    tts_command += ["--data-dir", str(voice.parent), "--local-files-only"]
    started = [
        subprocess.Popen([python, *command], stderr=subprocess.DEVNULL)
        for command in (asr_command, tts_command)
    ]
    try:
        for uri, server in zip((asr, tts), started, strict=True):
            _wait_for(uri, server)
        client = subprocess.Popen(
            [python, str(ROOT / "bench" / "peer_client.py"), asr, tts],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(client)  # type: ignore[arg-type] # killed like the others
        if client.stdin is None or client.stdout is None:
            raise RuntimeError("the peers' client has no pipes")
        warm = {"file": str(_silence(folder)), "reply": "Ready."}
        client.stdin.write(json.dumps(warm) + "\n")
        client.stdin.flush()
        client.stdout.readline()
        yield client.stdin, client.stdout
    finally:
        for process in started:
            process.kill()
            process.wait()


def _silence(folder: Path) -> Path:
    file = folder / "silence.wav"
    file.write_bytes(wav_bytes(np.zeros(RATE_HZ, np.int16)))
    return file


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def _wait_for(uri: str, server: "subprocess.Popen[bytes]") -> None:
    port = int(uri.rpartition(":")[2])
    deadline = time.monotonic() + START_SECONDS_MAX
    while time.monotonic() < deadline and server.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.2)
    raise RuntimeError("a peer's server did not start")
