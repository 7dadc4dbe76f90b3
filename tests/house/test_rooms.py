"""What rooms say, ring and play: never two things at once, and nothing after it was forgotten."""

import wave
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from queue import Queue
from threading import Event

import numpy as np
import pytest

from tests.home import SetClock
from unhear.answer.synthesiser import Speech
from unhear.engines.errors import SoundUnreadable
from unhear.engines.music import MUSIC_RATE_HZ, music_pieces
from unhear.house.mouth import Mouth
from unhear.house.rooms import RING_EVERY, RING_FOR, Switchboard
from unhear.house.skill_rooms import RoomsOf
from unhear.house.turn import Turn
from unhear.household.words import DeviceId, HouseholdId

PATIENCE = 60
KITCHEN, BEDROOM = DeviceId("kitchen-1"), DeviceId("bed-1")
RATE_HZ = 16_000


def tone(frames: int = 160) -> Speech:
    return Speech(np.full(frames, 1_000, np.int16), RATE_HZ)


class Words:
    """A synthesiser whose sound has as many frames as the text has letters."""

    def speak(self, text: str) -> Iterator[Speech]:
        yield tone(len(text))

    def warm(self) -> None:
        """Nothing is loaded."""


class Box:
    """A loudspeaker that notes what it plays; `gate` holds it up."""

    def __init__(self) -> None:
        self.played: Queue[Speech] = Queue()
        self.stopped = Event()
        self.gate = Event()
        self.gate.set()

    def woken(self) -> None:
        """Nothing is shown."""

    def thinking(self) -> None:
        """Nothing is shown."""

    def say(self, speech: Speech) -> None:
        assert self.gate.wait(PATIENCE)
        self.played.put(speech)

    def stop(self) -> None:
        self.stopped.set()

    def finished(self, turn: Turn | None) -> None:
        """Nothing is shown."""

    def heard(self) -> int:
        """Answer the frames of the next announcement, without its chime."""
        self.played.get(timeout=PATIENCE)
        return len(self.played.get(timeout=PATIENCE).pcm)


class House:
    """Two rooms."""

    def __init__(self) -> None:
        self.clock = SetClock()
        self.board = Switchboard(Words, _song, self.clock)
        self.kitchen, self.bedroom = Box(), Box()
        self.told: list[str] = []
        self.mouth = self.board.join(KITCHEN, self.kitchen, room="kitchen", told=self.told.append)
        self.board.join(BEDROOM, self.bedroom, room="bedroom")
        self.here = RoomsOf(self.board, KITCHEN)


def _song(path: Path) -> Iterator[Speech]:
    for _ in range(int(path.stem)):
        yield tone(50)


@pytest.fixture
def house() -> House:
    return House()


def test_an_announcement_is_heard_in_the_other_rooms_and_shown(house: House) -> None:
    assert house.here.names() == ["bedroom", "kitchen"]
    assert house.here.announce("dinner") == ["bedroom"]
    assert house.bedroom.heard() == len("dinner")
    assert RoomsOf(house.board, BEDROOM).announce("come down", "kitchen") == ["kitchen"]
    assert house.kitchen.heard() == len("come down")
    assert house.told == ["come down"]
    assert house.here.announce("hello", "garage") == []


def test_a_ring_goes_on_until_it_is_stopped(house: House) -> None:
    house.here.ring("the pizza", BEDROOM)
    assert house.bedroom.heard() == len("the pizza")
    house.board.tick()
    house.clock.pass_time(seconds=RING_EVERY.total_seconds())
    house.board.tick()
    assert house.bedroom.heard() == len("the pizza")
    assert house.here.quiet()
    assert not house.here.quiet()
    house.clock.pass_time(seconds=60)
    house.board.tick()
    assert house.bedroom.played.empty()


def test_a_ring_that_nobody_stops_ends(house: House) -> None:
    house.here.ring("the pizza", KITCHEN)
    house.kitchen.heard()
    house.clock.pass_time(seconds=(RING_FOR + timedelta(seconds=1)).total_seconds())
    house.board.tick()
    assert not house.here.quiet()


def test_where_a_device_is_away_another_rings(house: House) -> None:
    house.here.ring("the eggs", DeviceId("attic"))
    assert house.bedroom.heard() == len("the eggs")


def test_what_rings_is_forgotten_with_everything_else(house: House) -> None:
    house.here.ring("a secret", KITCHEN)
    house.kitchen.heard()
    house.board.destroy(HouseholdId(bytes(16)), [])
    house.clock.pass_time(seconds=60)
    house.board.tick()
    assert house.kitchen.played.empty()
    assert not house.here.quiet()


def test_an_announcement_waits_for_a_conversation(house: House) -> None:
    house.mouth.woken()
    house.board.say("later", KITCHEN)
    house.mouth.thinking()
    house.mouth.say(tone(3))
    assert len(house.kitchen.played.get(timeout=PATIENCE).pcm) == 3
    house.mouth.finished(None)
    assert house.kitchen.heard() == len("later")


def test_a_conversation_that_begins_as_another_ends_is_not_spoken_into(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def begins_another(_: Turn | None) -> None:
        house.mouth.woken()

    house.mouth.woken()
    monkeypatch.setattr(house.kitchen, "finished", begins_another)
    house.mouth.finished(None)
    house.board.say("later", KITCHEN)
    house.mouth.say(tone(3))
    assert len(house.kitchen.played.get(timeout=PATIENCE).pcm) == 3
    assert not house.mouth._free()
    monkeypatch.undo()
    house.mouth.finished(None)
    assert house.kitchen.heard() == len("later")


def test_music_plays_its_tracks_pauses_for_talk_and_ends_at_stop(house: House) -> None:
    house.kitchen.gate.clear()
    house.here.play([Path("1.wav"), Path("100000.wav")])
    house.kitchen.gate.set()
    for _ in range(3):
        assert len(house.kitchen.played.get(timeout=PATIENCE).pcm) == 50
    assert house.here.skip()
    assert house.kitchen.stopped.wait(PATIENCE)
    house.here.play([Path("100000.wav")])
    house.kitchen.played.get(timeout=PATIENCE)
    assert house.here.quiet()
    assert not house.here.skip()


def test_the_volume_makes_it_quieter_and_is_never_silence(house: House) -> None:
    house.here.set_volume(50)
    house.mouth.say(tone())
    assert 200 <= int(house.kitchen.played.get(timeout=PATIENCE).pcm[0]) <= 300
    house.here.set_volume(0)
    assert house.here.volume > 0


def test_a_device_that_left_is_not_heard_and_one_that_came_back_is(house: House) -> None:
    again = house.board.join(KITCHEN, Box(), room="kitchen")
    house.board.leave(KITCHEN, house.mouth)
    assert "kitchen" in house.board.rooms()
    house.board.leave(KITCHEN, again)
    assert house.board.rooms() == ["bedroom"]


def test_a_loudspeaker_that_breaks_stops_nobody(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: Speech) -> None:
        raise OSError

    monkeypatch.setattr(house.bedroom, "say", broken)
    house.board.announce("hello", {"bedroom", "kitchen"})
    assert house.kitchen.heard() == len("hello")


def test_stopping_ends_what_is_being_said() -> None:
    box = Box()
    mouth = Mouth(box)

    def pieces() -> Iterator[Speech]:
        yield tone(1)
        mouth.stop()
        yield tone(2)

    mouth.announce(pieces())
    assert box.played.qsize() == 1


def test_music_is_read_piece_by_piece(tmp_path: Path) -> None:
    file = tmp_path / "song.wav"
    with wave.open(str(file), "wb") as song:
        song.setnchannels(2)
        song.setsampwidth(2)
        song.setframerate(44_100)
        song.writeframes(np.zeros(44_100 * 2 * 2, np.int16).tobytes())
    pieces = list(music_pieces(file))
    assert sum(len(piece.pcm) for piece in pieces) == pytest.approx(2 * MUSIC_RATE_HZ, abs=50)
    assert max(len(piece.pcm) for piece in pieces) <= MUSIC_RATE_HZ // 2
    file.write_bytes(b"no music")
    with pytest.raises(SoundUnreadable):
        list(music_pieces(file))
    with pytest.raises(SoundUnreadable):
        list(music_pieces(tmp_path / "missing.wav"))
