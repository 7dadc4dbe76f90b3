"""From the end of speech to the first sound of the answer: `python -m bench.answer --json`.

Thirty real spoken commands, each streamed in real time over a Wyoming satellite to unhear, and
put to what homes use today (`wyoming-faster-whisper` and `wyoming-piper`, in an environment of
their own that is made at the first run) with the same weights on the same machine in the same
run. Requests alternate, so that a machine that slows down slows both.

Whether a speaker is done can be known only after some silence. Home Assistant waits 0.7 s by
default before it lets its recogniser end; unhear begins to recognise at the first short pause,
and waits 0.7 s too, or 0.4 s where the words are known to be whole. So two ratios are reported:
from the last voiced sound, with everybody's waiting; and from the moment 0.7 s later, when both
know and the peers are told. The second is what is computed, and what is aimed at. Then ten
satellites ask within five seconds.
"""

import argparse
import asyncio
import json
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from queue import Queue
from typing import IO, Any

from bench.peers import PEER_PACKAGES, ROOT, make_peers, peers
from bench.report import milliseconds, progress, quantile, report
from bench.satellites import BenchSatellite, satellites
from unhear.capture.sound import Capture
from unhear.engines.audio_files import read_sound
from unhear.house.arbiter import Arbiter
from unhear.house.house import House
from unhear.house.setup import SetupPlan, set_up
from unhear.house.turn import Assistant, Sayer, Turn
from unhear.house.voice import Ways, listening_in
from unhear.household.speech import Reply
from unhear.household.words import PersonId
from unhear.settings import Settings

COMMANDS = 30
TOGETHER, WITHIN_SECONDS = 10, 5.0
WAITED_SECONDS = 0.7
RATIO_MAX = 0.3
P95_SECONDS_MAX = 1.2
STAGES = ("recognise", "understand", "answer", "first speech")


@dataclass
class Side:
    """What one contender did; seconds are from the last voiced sound."""

    seconds: list[float] = field(default_factory=list)
    understood: int = 0

    @property
    def computed(self) -> list[float]:
        """From the moment when both could know that the speaker was done."""
        return [max(seconds - WAITED_SECONDS, 0.0) for seconds in self.seconds]


class NotingAssistant(Assistant):
    """Notes its turns."""

    def __init__(self, house: House) -> None:
        super().__init__(house)
        self.turns: Queue[Turn] = Queue()

    def hear(
        self,
        capture: Capture,
        person: PersonId,
        say: Sayer,
        replied: Callable[[Reply], None] | None = None,
    ) -> Turn:
        """Answer, and note it."""
        turn = super().hear(capture, person, say, replied)
        self.turns.put(turn)
        return turn


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
    make_peers()
    with tempfile.TemporaryDirectory(prefix="unhear-bench-") as folder:
        house = _house(Path(folder))
        with peers(house, Path(folder)) as (requests, answers):
            contest = _Contest(house, data, labels, requests, answers)
            asyncio.run(contest.run(chosen))
    _report(contest, len(chosen))


class _Contest:
    """Both sides, asked the same."""

    def __init__(
        self, house: House, data: Path, labels: dict[str, Any], requests: IO[str], answers: IO[str]
    ) -> None:
        self._house = house
        self._data = data
        self._labels = labels
        self._requests, self._answers = requests, answers
        self.ours, self.theirs = Side(), Side()
        self.stages: dict[str, list[float]] = {stage: [] for stage in STAGES}
        self.together: list[float] = []

    async def run(self, names: list[str]) -> None:
        """Ask everything, one after the other; then ten at once."""
        assistant = NotingAssistant(self._house)
        with ThreadPoolExecutor(8) as work:
            ways = Ways(assistant, Arbiter(), work, listening_in(self._house))
            rooms = [f"room {number}" for number in range(TOGETHER)]
            async with satellites(rooms, ways) as all_of_them:
                for number, name in enumerate(names, start=1):
                    progress(f"  {number} of {len(names)}")
                    await self._one(all_of_them[0], assistant, name)
                progress(f"  {TOGETHER} together")
                asked = zip(all_of_them, names, strict=False)
                self.together = await asyncio.gather(
                    *(
                        self._later(satellite, name, WITHIN_SECONDS * number / TOGETHER)
                        for number, (satellite, name) in enumerate(asked)
                    )
                )
        assistant.close()

    async def _one(self, satellite: BenchSatellite, assistant: NotingAssistant, name: str) -> None:
        wanted = {slot: value.strip() for slot, value in self._labels[name]["slots"].items()}
        pcm = read_sound((self._data / name).read_bytes())
        self.ours.seconds.append(await satellite.ask(pcm))
        turn = await asyncio.to_thread(assistant.turns.get)
        self.ours.understood += turn.intent is not None and dict(turn.intent.slots) == wanted
        for stage in STAGES:
            self.stages[stage].append(turn.seconds[stage])
        answer = await asyncio.to_thread(self._ask_peers, str(self._data / name), turn.reply.text)
        self.theirs.seconds.append(WAITED_SECONDS + answer["recognise"] + answer["first_speech"])
        intent = self._house.grammar.interpret(answer["heard"])
        self.theirs.understood += intent is not None and dict(intent.slots) == wanted

    async def _later(self, satellite: BenchSatellite, name: str, seconds: float) -> float:
        await asyncio.sleep(seconds)
        return await satellite.ask(read_sound((self._data / name).read_bytes()))

    def _ask_peers(self, file: str, reply: str) -> dict[str, Any]:
        self._requests.write(json.dumps({"file": file, "reply": reply}) + "\n")
        self._requests.flush()
        answer: dict[str, Any] = json.loads(self._answers.readline())
        return answer


def _report(contest: _Contest, asked: int) -> None:
    ours, theirs = contest.ours, contest.theirs
    ratio, whole = (
        quantile(mine, 0.5) / quantile(other, 0.5)
        for mine, other in ((ours.computed, theirs.computed), (ours.seconds, theirs.seconds))
    )
    report(
        ok=ratio <= RATIO_MAX
        and quantile(ours.seconds, 0.95) <= P95_SECONDS_MAX
        and ours.understood >= theirs.understood,
        figures={
            "last_voiced_sound_to_first_sound": milliseconds(ours.seconds),
            "after_both_know": milliseconds(ours.computed),
            "ratio_after_both_know": round(ratio, 3),
            "ratio_from_last_voiced_sound": round(whole, 3),
            "stages": {stage: milliseconds(values) for stage, values in contest.stages.items()},
            "wholly_understood": f"{ours.understood} of {asked}",
            "ten_asking_within_five_seconds": {
                **milliseconds(contest.together),
                "answered": len(contest.together),
                "slowest_ms": round(max(contest.together) * 1000),
            },
        },
        peers={
            " + ".join(PEER_PACKAGES): {
                "last_voiced_sound_to_first_sound": milliseconds(theirs.seconds),
                "after_both_know": milliseconds(theirs.computed),
                "wholly_understood": f"{theirs.understood} of {asked}",
            }
        },
        packages=("faster-whisper", "ctranslate2", "piper-tts", "onnxruntime"),
    )


def _house(folder: Path) -> House:
    settings = Settings(house=folder / "house")
    set_up(settings, SetupPlan(name="Bench", guardian="Guardian", keep=True), "not a secret at all")
    house = House(settings)
    house.recogniser.warm()
    house.synthesiser.warm()
    for _ in house.synthesiser.speak("Ready."):
        pass
    return house


if __name__ == "__main__":
    main()
