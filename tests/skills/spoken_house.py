"""A house with every skill at work, in which conversations are held aloud and in writing."""

import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import Queue
from threading import Event
from typing import Any, Literal, Self

import numpy as np
import pytest

from tests.cli.program import PASSPHRASE
from tests.house.test_turns import Model
from tests.satellites.rooms import said, ways_of
from tests.skills.examples import Line
from tests.skills.test_outside import PLACE, Forecast
from unhear.answer.synthesiser import Speech
from unhear.capture.sound import RATE_HZ, Pcm
from unhear.engines.speech_files import speech_wav
from unhear.house.house import House
from unhear.house.setup import SetupPlan, set_up
from unhear.house.turn import Turn
from unhear.house.voice import Stream, VoiceSession, Ways
from unhear.household.consent import Choice
from unhear.household.methods import Verified
from unhear.household.words import DeviceId, PersonId, Purpose
from unhear.settings import CameraSettings, Settings

TRIES = 3
PATIENCE = 60
QUIET: Pcm = np.zeros(RATE_HZ, np.int16)


class Answerer(Model):
    """Answers questions, apart from other tests."""

    asked: "Queue[dict[str, object]]" = Queue()


class Loudspeaker:
    """Takes what is said, and tells when a conversation rests."""

    def __init__(self) -> None:
        self.pieces: list[Speech] = []
        self.turns: list[Turn | None] = []
        self.heard, self.rests = Event(), Event()

    def woken(self) -> None:
        """Nothing is shown."""

    def thinking(self) -> None:
        """Nothing is shown."""

    def say(self, speech: Speech) -> None:
        self.pieces.append(speech)
        self.heard.set()

    def stop(self) -> None:
        """Nothing plays: each piece is taken at once."""

    def finished(self, turn: Turn | None) -> None:
        self.turns.append(turn)
        self.rests.set()


class Device:
    """A device of a room, to which things are said aloud and typed."""

    def __init__(self, ways: Ways, name: str, person: PersonId, *, wake: bool = False) -> None:
        self.speaker = Loudspeaker()
        self.person = person
        self._ways = ways
        self._stream = Stream(DeviceId(name), person, self.speaker, wake)
        self._session = VoiceSession(self._stream, ways)

    @property
    def name(self) -> DeviceId:
        return self._stream.device

    @property
    def house(self) -> House:
        return self._ways.assistant.house

    def hear(self, sound: Pcm) -> Turn | None:
        """Play a sound to the device between two silences; answer what became of it."""
        self.speaker.rests.clear()
        self.speaker.pieces.clear()
        self._session.feed(np.concatenate([QUIET, sound, QUIET]))
        assert self.speaker.rests.wait(PATIENCE)
        return self.speaker.turns[-1]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._session.close()

    def converse(self, lines: list[Line], *, aloud: bool) -> None:
        """Hold a conversation; of what is said aloud, the answer must be heard, too."""
        for line in lines:
            if not (aloud and line.spoken):
                turn = self._ways.assistant.read(line.said, self._stream.device, self.person, None)
                assert fits(line, turn), (line.said, turn.intent, turn.reply.text)
                continue
            heard = []
            for _ in range(TRIES):
                turn_aloud = self.hear(said(self.house, line.said))
                if turn_aloud is not None and fits(line, turn_aloud):
                    break
                heard.append(None if turn_aloud is None else turn_aloud.transcript.text)
            else:
                pytest.fail(f"{line.said!r} was heard as {heard}")
            assert sum(len(piece.pcm) for piece in self.speaker.pieces) > 1_000, line.said


def fits(line: Line, turn: Turn) -> bool:
    """Whether a turn is what the line says."""
    intent = turn.intent
    meant = intent is not None and f"{intent.skill}.{intent.name}" == line.intent
    return meant and re.fullmatch(line.answer, turn.reply.text, re.IGNORECASE) is not None


@contextmanager
def spoken_house(
    folder: Path, language: Literal["en", "de"] = "en", **skills: Mapping[str, Any]
) -> Iterator[Ways]:
    """Set up a house whose skills have all that they need: a forecast, music, somebody to ask."""
    music = folder / "music/The Larks/first light.wav"
    music.parent.mkdir(parents=True)
    tone = 3_000 * np.sin(2 * np.pi * 440 * np.arange(RATE_HZ) / RATE_HZ)
    music.write_bytes(speech_wav([Speech(tone.astype(np.int16), RATE_HZ)]))
    with _serving(Forecast) as forecast, _serving(Answerer) as model:
        settings = Settings(
            house=folder / "house",
            language=language,
            cameras=(CameraSettings(name="front door", address="rtsp://camera.example/"),),
            skills={
                "weather": {**PLACE, "url": f"{forecast}/v1/forecast"},
                "ask": {"url": f"{model}/v1"},
                "music": {"folder": str(folder / "music")},
                **{name: dict(one) for name, one in skills.items()},
            },
        )
        set_up(settings, SetupPlan("Testers", "Ada", keep=True), PASSPHRASE)
        house = House(settings)
        ada = house.household.people[0].id
        choice = Choice(ada, (Purpose.KEEP, Purpose.SHARE), ada)
        house.household = house.consents.give(choice, Verified("terminal"))
        with ways_of(house) as ways:
            yield ways
        house.close()


@contextmanager
def _serving(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
