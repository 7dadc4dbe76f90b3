"""From the end of speech to the first sound of the answer: `python -m bench.answer --json`.

Twenty real spoken commands, answered by unhear and by the peers that homes use today
(`wyoming-faster-whisper` and `wyoming-piper`, in an environment of their own that is made at the
first run) with the same weights on the same machine in the same run. Requests alternate, so that a
machine that slows down slows both.

Each command is streamed in real time, followed by silence, through the listener. The clock starts
when the listener has decided that the speaker is done: the moment at which both sides could know,
and at which the peers are told. By then unhear has foreseen: it began to recognise at the first
short pause. What its stages take without foresight is reported too.
"""

import argparse
import json
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import IO, Any

import numpy as np

from bench.report import milliseconds, progress, quantile, report
from unhear.answer.synthesiser import Speech
from unhear.capture.events import Captured, Paused
from unhear.capture.listener import Listener
from unhear.capture.sound import RATE_HZ, Capture, Pcm
from unhear.capture.wave import wav_bytes
from unhear.clock import now
from unhear.engines.audio_files import read_sound
from unhear.engines.choose import choose_activity
from unhear.engines.models import packaged_voice, packaged_whisper
from unhear.house.house import House
from unhear.house.setup import SetupPlan, set_up
from unhear.house.turn import Assistant, Turn
from unhear.household.words import UNKNOWN_PERSON, DeviceId
from unhear.settings import Settings

ROOT = Path(__file__).parents[1]
PEERS = ROOT / ".venv-peers"
PEER_PACKAGES = ("wyoming-faster-whisper==3.8.1", "wyoming-piper==2.5.2")
COMMANDS = 20
CHUNK_FRAMES = 512
QUIET_SECONDS = 3
START_SECONDS_MAX = 120
RATIO_MAX = 0.35
STAGES = ("recognise", "understand", "answer", "first speech")


@dataclass
class Side:
    """What one contender did."""

    seconds: list[float] = field(default_factory=list)
    understood: int = 0


class Stopwatch:
    """Takes the time of every piece of an answer."""

    def __init__(self) -> None:
        self._started = perf_counter()
        self.seconds: list[float] = []

    def stop(self, _speech: Speech) -> None:
        """Take the time of this piece."""
        self.seconds.append(perf_counter() - self._started)


def main() -> None:
    """Measure and report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="answer JSON (it always does)")
    parser.add_argument(
        "--data", type=Path, default=ROOT / "../shared/data/commands", help="spoken commands"
    )
    data = parser.parse_args().data
    labels = json.loads((data / "labels.json").read_text())
    chosen = sorted(labels)[:: max(len(labels) // COMMANDS, 1)][:COMMANDS]
    _make_peers()
    with tempfile.TemporaryDirectory(prefix="unhear-bench-") as folder:
        house = _house(Path(folder))
        with _peers(house, Path(folder)) as (requests, answers):
            ours, theirs, stages = _run(
                house, data, {n: labels[n] for n in chosen}, requests, answers
            )
    ratio = quantile(ours.seconds, 0.5) / quantile(theirs.seconds, 0.5)
    report(
        ok=ratio <= RATIO_MAX and ours.understood >= theirs.understood,
        figures={
            "end_of_speech_to_first_sound": milliseconds(ours.seconds),
            "stages_without_foresight": {
                stage: milliseconds(values) for stage, values in stages.items()
            },
            "wholly_understood": f"{ours.understood} of {len(chosen)}",
            "p50_to_peer": round(ratio, 3),
        },
        peers={
            " + ".join(PEER_PACKAGES): {
                "end_of_speech_to_first_sound": milliseconds(theirs.seconds),
                "wholly_understood": f"{theirs.understood} of {len(chosen)}",
            }
        },
        packages=("faster-whisper", "ctranslate2", "piper-tts", "onnxruntime"),
    )


def _run(
    house: House, data: Path, labels: dict[str, Any], requests: IO[str], answers: IO[str]
) -> tuple[Side, Side, dict[str, list[float]]]:
    assistant = Assistant(house)
    ours, theirs = Side(), Side()
    stages: dict[str, list[float]] = {stage: [] for stage in STAGES}
    for number, (name, label) in enumerate(labels.items(), start=1):
        progress(f"  {number} of {len(labels)}")
        wanted = {slot: value.strip() for slot, value in label["slots"].items()}
        pcm = read_sound((data / name).read_bytes())
        capture = _stream(pcm, assistant)
        stopwatch = Stopwatch()
        turn = assistant.hear(capture, UNKNOWN_PERSON, stopwatch.stop)
        ours.seconds.append(stopwatch.seconds[0])
        ours.understood += _understood(turn, wanted)
        unforeseen = assistant.hear(capture, UNKNOWN_PERSON, lambda _speech: None)
        for stage in STAGES:
            stages[stage].append(unforeseen.seconds[stage])
        requests.write(json.dumps({"file": str(data / name), "reply": turn.reply.text}) + "\n")
        requests.flush()
        answer = json.loads(answers.readline())
        theirs.seconds.append(answer["recognise"] + answer["first_speech"])
        intent = house.grammar.interpret(answer["heard"])
        theirs.understood += intent is not None and dict(intent.slots) == wanted
    return ours, theirs, stages


def _stream(pcm: Pcm, assistant: Assistant) -> Capture:
    """Feed a command to a listener as fast as it is spoken; answer the request."""
    listener = Listener(
        device=DeviceId("bench"), activity=choose_activity(), wake=None, started_at=now()
    )
    sound = np.concatenate([pcm, np.zeros(QUIET_SECONDS * RATE_HZ, np.int16)])
    captured: Capture | None = None
    started = perf_counter()
    for start in range(0, len(sound), CHUNK_FRAMES):
        time.sleep(max(0.0, started + start / RATE_HZ - perf_counter()))
        for event in listener.feed(sound[start : start + CHUNK_FRAMES]):
            if isinstance(event, Paused):
                assistant.foresee(event.capture)
            elif isinstance(event, Captured):
                captured = event.capture
        if captured is not None:
            return captured
    raise RuntimeError("a command held no speech")


def _understood(turn: Turn, wanted: dict[str, str]) -> bool:
    return turn.intent is not None and dict(turn.intent.slots) == wanted


def _house(folder: Path) -> House:
    settings = Settings(house=folder / "house")
    set_up(settings, SetupPlan(name="Bench", guardian="Guardian", keep=True), "not a secret at all")
    house = House(settings)
    house.recogniser.warm()
    house.synthesiser.warm()
    for _ in house.synthesiser.speak("Ready."):
        pass
    return house


def _make_peers() -> None:
    if (PEERS / "bin" / "wyoming-piper").exists() or (PEERS / ".ready").exists():
        return
    progress("making the peers' environment")
    subprocess.run([sys.executable, "-m", "venv", str(PEERS)], check=True)
    pip = [str(PEERS / "bin" / "python"), "-m", "pip", "install", "--quiet", *PEER_PACKAGES]
    subprocess.run(pip, check=True)
    (PEERS / ".ready").touch()


@contextmanager
def _peers(house: House, folder: Path) -> Iterator[tuple[IO[str], IO[str]]]:
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


if __name__ == "__main__":
    main()
