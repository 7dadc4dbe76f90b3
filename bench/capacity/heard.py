"""What it costs to look after homes, and to listen, see and answer for them."""

import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from shutil import copyfile
from tempfile import TemporaryDirectory

import numpy as np
from tests.cameras.camera import Mount, SimulatedCamera
from tests.cameras.films import film

from bench import camera as filmed
from bench.capacity.kept import Cost
from bench.capacity.spent import Meter, Spent
from bench.report import progress
from bench.sight.films import QUIET
from bench.sight.people import frames, scene, small
from bench.wakes import PIECE_FRAMES, WORD
from unhear.capture.listener import Listener
from unhear.capture.sound import RATE_HZ, Capture, Pcm
from unhear.clock import now
from unhear.engines.audio_files import read_sound
from unhear.engines.choose import choose_activity, choose_wake
from unhear.engines.sight import analyser
from unhear.house.elsewhere import Elsewhere
from unhear.house.house import House
from unhear.house.setup import SetupPlan, set_up
from unhear.house.turn import Assistant
from unhear.household.cameras import Camera
from unhear.household.words import UNKNOWN_PERSON, DeviceId
from unhear.settings import read_settings, write_to_settings_file

DEVICE = DeviceId("kitchen")
COMMANDS = 30
TICKS = 60
STREAM_SECONDS = 60
CAMERA_SECONDS = 15.0
SMALLER_FPS = 10
LOOKS = 300
HOMES_MORE = 3
MEGABYTE = 1_000_000
CHEAP = "not a secret at all"


class Heard:
    """A house that keeps nothing of what it hears, on the server; what it does, once each."""

    def __init__(self, database: str, folder: Path, meter: Meter, data: Path) -> None:
        self._database, self._folder, self._meter = database, folder, meter
        labels = json.loads((data / "labels.json").read_text())
        chosen = sorted(labels)[:: max(len(labels) // COMMANDS, 1)][:COMMANDS]
        self.spoken = [read_sound((data / name).read_bytes()) for name in chosen]
        self._house = self._open(0)

    def requests(self) -> tuple[Cost, Cost]:
        """Answer what a spoken request costs: to recognise it, and all the rest."""
        progress(f"  {COMMANDS} spoken requests")
        house, assistant = self._house, Assistant(self._house)
        house.recogniser.warm()
        house.synthesiser.warm()
        recognise = self._cost(len(self.spoken), self._recognise)
        captures = [Capture(pcm, now(), DEVICE) for pcm in self.spoken]

        def answer() -> None:
            for capture in captures:
                assistant.hear(capture, UNKNOWN_PERSON, lambda _speech: None)

        whole = self._cost(len(captures), answer)
        assistant.close()
        return recognise, Cost(whole.spent - recognise.spent, 0.0)

    def home(self) -> Cost:
        """Answer what it costs to look after a home for a second, when nothing happens in it.

        Nothing has spoken in it yet: else it would prepare what it may say, for once.
        """
        progress(f"  {TICKS} seconds of a home")
        assistant, elsewhere = Assistant(self._house), Elsewhere(self._house)
        assistant.tick()

        def tick() -> None:
            for _ in range(TICKS):
                elsewhere.tick()
                assistant.tick()

        cost = self._cost(TICKS, tick)
        assistant.close()
        return cost

    def megabytes(self) -> float:
        """Answer how much memory each further house of a process takes."""
        progress(f"  {HOMES_MORE} more homes")
        before = _resident()
        houses = [self._open(number + 1) for number in range(HOMES_MORE)]
        for house in houses:
            Assistant(house).tick()
        grown = _resident() - before
        return grown / HOMES_MORE / MEGABYTE

    def _open(self, number: int) -> House:
        """Make a home of the shard, whose homes share keeper and log, and open it."""
        home, keeper = self._folder / f"home{number}", f"file:{self._folder / 'roots'}"
        home.mkdir(parents=True)
        server = {"database": self._database, "shard": "homes", "keeper": keeper}
        write_to_settings_file(home, server)
        settings = read_settings(home)
        if number:
            settings.data_folder.mkdir(parents=True)
            first = read_settings(self._folder / "home0")
            copyfile(first.log_key_file, settings.log_key_file)
        set_up(settings, SetupPlan(name="Bench", guardian="Guardian"), CHEAP)
        return House(read_settings(home))

    def _recognise(self) -> None:
        for pcm in self.spoken:
            self._house.recogniser.transcribe(pcm)

    def _cost(self, count: int, do: Callable[[], object]) -> Cost:
        before = self._meter.read()
        do()
        return Cost((self._meter.read() - before) / count, 0.0)


def stream(spoken: Sequence[Pcm]) -> Cost:
    """Answer what it costs to listen to a stream for a wake word, for a second."""
    progress(f"  {STREAM_SECONDS} seconds of a stream")
    listener = Listener(
        device=DEVICE,
        activity=choose_activity(),
        wake=choose_wake("both", [WORD]),
        started_at=now(),
    )
    sound = np.resize(np.concatenate(spoken), STREAM_SECONDS * RATE_HZ)
    began = time.process_time()
    for start in range(0, len(sound), PIECE_FRAMES):
        listener.feed(sound[start : start + PIECE_FRAMES])
    return _own((time.process_time() - began) / STREAM_SECONDS)


def camera() -> Cost:
    """Answer what it costs to watch a camera for a second, when nothing moves.

    Its stream of 1920 x 1080 is taken as it comes; a smaller one is looked at, as cameras have.
    """
    progress(f"  {CAMERA_SECONDS:.0f} seconds of a camera")
    source = film(
        seconds=filmed.SECONDS,
        width=filmed.WIDTH,
        height=filmed.HEIGHT,
        fps=filmed.FPS,
        bits_a_second=filmed.BITS_A_SECOND,
    )
    smaller = film(seconds=filmed.SECONDS, width=640, height=360, fps=SMALLER_FPS)
    mounts = {"/main": Mount(source, fps=filmed.FPS), "/sub": Mount(smaller, fps=SMALLER_FPS)}
    with TemporaryDirectory() as folder:
        served = SimulatedCamera(Path(folder), mounts).on()
        try:
            url, smaller_url = served.url(), served.url("/sub")
            decoding = filmed.analysing(url, CAMERA_SECONDS, (), films=False, sub=smaller_url)
        finally:
            served.off()
    look = analyser(lambda: Camera(DEVICE, on=True)).look
    empty = list(QUIET["still"](scene(frames()), LOOKS, np.random.default_rng(5)))
    pictures = small([one for one in empty for _ in range(2)])
    began = time.process_time()
    for number, picture in enumerate(pictures):
        look(picture, number / filmed.LOOKS_A_SECOND)
    looking = (time.process_time() - began) / len(pictures) * filmed.LOOKS_A_SECOND
    return _own(decoding + looking)


def _own(seconds: float) -> Cost:
    return Cost(Spent(seconds, 0.0, 0.0, 0.0), 0.0)


def _resident() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096
