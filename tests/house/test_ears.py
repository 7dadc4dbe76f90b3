"""Many speakers, one recogniser: who is done goes first, and a guess is used or costs nobody."""

from collections.abc import Iterator
from threading import Event, Thread

import numpy as np
import pytest

from tests.home import NOON
from unhear.capture.sound import Capture
from unhear.house.ears import Ears
from unhear.household.speech import Transcript
from unhear.household.words import DeviceId


class Gate:
    """A recogniser that waits until it is let through, and notes whom it heard."""

    def __init__(self) -> None:
        self.open = Event()
        self.begun = Event()
        self.heard: list[DeviceId] = []

    def __call__(self, capture: Capture) -> Transcript:
        self.begun.set()
        assert self.open.wait(60)
        self.heard.append(capture.device)
        return Transcript(str(capture.device))


def capture(device: str) -> Capture:
    return Capture(np.zeros(160, np.int16), NOON, DeviceId(device))


@pytest.fixture
def gate() -> Gate:
    return Gate()


@pytest.fixture
def ears(gate: Gate) -> Iterator[Ears]:
    ears = Ears(gate)
    yield ears
    gate.open.set()
    ears.close()


def busy(ears: Ears, gate: Gate) -> Thread:
    """Keep the recogniser at work, so that everything else queues."""
    thread = Thread(target=ears.hear, args=(capture("busy"),))
    thread.start()
    assert gate.begun.wait(60)
    return thread


def test_a_request_that_is_over_goes_before_guesses(ears: Ears, gate: Gate) -> None:
    first = busy(ears, gate)
    for device in ("a", "b", "c"):
        ears.foresee(capture(device))
    done = Thread(target=ears.hear, args=(capture("over"),))
    done.start()
    while not ears.waiting:
        pass
    gate.open.set()
    done.join()
    first.join()
    assert gate.heard[:2] == ["busy", "over"]


def test_a_guess_is_the_answer_if_the_pause_lasts(ears: Ears, gate: Gate) -> None:
    gate.open.set()
    guess = capture("kitchen")
    ears.foresee(guess)
    assert gate.begun.wait(60)
    assert ears.hear(guess).text == "kitchen"
    assert gate.heard == ["kitchen"]


def test_a_guess_is_void_if_the_speaker_goes_on(ears: Ears, gate: Gate) -> None:
    first = busy(ears, gate)
    for _ in range(5):
        ears.foresee(capture("kitchen"))
    gate.open.set()
    assert ears.hear(capture("kitchen")).text == "kitchen"
    first.join()
    assert gate.heard == ["busy", "kitchen"]


def test_what_goes_wrong_is_raised_where_it_is_waited_for() -> None:
    def broken(_capture: Capture) -> Transcript:
        raise ValueError("no model")

    ears = Ears(broken)
    with pytest.raises(ValueError, match="no model"):
        ears.hear(capture("kitchen"))
    ears.close()


def test_it_rests_when_nothing_is_recognised_or_waits(ears: Ears, gate: Gate) -> None:
    assert ears.resting
    first = busy(ears, gate)
    assert not ears.resting
    gate.open.set()
    first.join(60)
    assert ears.resting
