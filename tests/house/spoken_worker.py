"""A process of its own that answers one spoken request: `python -m ... HOUSE PERSON [leak]`.

The sound comes on standard input. What it says on standard output marks when the house listens and
when it is done; `leak` has it write down what was said, as no house may.
"""

import json
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import Queue

import numpy as np

from unhear.answer.synthesiser import Speech
from unhear.house.arbiter import Arbiter
from unhear.house.house import House
from unhear.house.turn import Assistant, Turn
from unhear.house.voice import Stream, VoiceSession, Ways, listening_in
from unhear.household.words import UNKNOWN_PERSON, DeviceId
from unhear.settings import Settings

LISTENS, DONE = "listens", "done"
PATIENCE = 120
FRAMES = 1_280


class Loudspeaker:
    """Takes the answer, and plays it to nobody."""

    def __init__(self) -> None:
        self.turns: Queue[Turn | None] = Queue()
        self.pieces = 0

    def woken(self) -> None:
        """Show nothing."""

    def thinking(self) -> None:
        """Show nothing."""

    def say(self, speech: Speech) -> None:
        self.pieces += len(speech.pcm) > 0

    def stop(self) -> None:
        """Stop nothing."""

    def finished(self, turn: Turn | None) -> None:
        self.turns.put(turn)


def main(folder: Path, name: str, *, leak: bool) -> None:
    house = House(Settings(house=folder))
    house.recogniser.warm()
    house.synthesiser.warm()
    house.grammar.vocabulary()
    known = house.household.named(name)
    person = UNKNOWN_PERSON if known is None else known.id
    sound = np.frombuffer(sys.stdin.buffer.read(), "<i2")
    assistant, loudspeaker = Assistant(house), Loudspeaker()
    with ThreadPoolExecutor() as work:
        ways = Ways(assistant, Arbiter(), work, listening_in(house))
        _say(LISTENS)
        stream = Stream(DeviceId("nursery"), person, loudspeaker, wake=False)
        session = VoiceSession(stream, ways)
        for start in range(0, len(sound), FRAMES):
            session.feed(sound[start : start + FRAMES])
        session.finish()
        turn = None
        while turn is None:  # a pause before the words ends in none
            turn = loudspeaker.turns.get(timeout=PATIENCE)
        assistant.tick()
        house.ledger.wait()
        if leak:
            with tempfile.NamedTemporaryFile("w", dir=folder) as file:
                file.write(turn.transcript.text)
                file.flush()
        _say(DONE)
    answer = {
        "heard": turn.transcript.text,
        "said": turn.reply.text,
        "kept": turn.kept is not None,
        "pieces": loudspeaker.pieces,
    }
    _say(json.dumps(answer))
    house.close()


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], leak="leak" in sys.argv[3:])
