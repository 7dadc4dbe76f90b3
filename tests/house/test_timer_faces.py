"""Devices show the timers that run and no others, whatever came in between."""

from datetime import timedelta

import pytest

from tests.home import SetClock
from unhear.answer.rooms import Countdown
from unhear.house.timer_faces import LATE, Change, TimerFaces, TimerNews
from unhear.household.words import DeviceId, TraceId

KITCHEN, HALL = DeviceId("kitchen"), DeviceId("hall")
EGGS, TEA = TraceId(b"e" * 16), TraceId(b"t" * 16)
LENGTH = timedelta(minutes=10)


class Board:
    """Two devices that show timers."""

    def __init__(self) -> None:
        self.clock = SetClock()
        self.faces = TimerFaces(self.clock)
        self.kitchen: list[TimerNews] = []
        self.hall: list[TimerNews] = []
        self.faces.join(KITCHEN, self.kitchen.append)
        self.faces.join(HALL, self.hall.append)

    def eggs(self) -> Countdown:
        return Countdown(EGGS, KITCHEN, "eggs", LENGTH, self.clock.at + LENGTH)

    def told(self) -> list[tuple[Change, str]]:
        told = [(news.change, news.id) for news in self.kitchen]
        self.kitchen.clear()
        return told


@pytest.fixture
def board() -> Board:
    return Board()


def test_a_timer_is_shown_once_and_where_it_was_set(board: Board) -> None:
    running = [board.eggs()]
    board.faces.show(running)
    board.clock.pass_time(seconds=60)
    board.faces.show(running)
    assert board.kitchen == [TimerNews(Change.STARTED, EGGS.hex(), "eggs", LENGTH, LENGTH)]
    assert board.hall == []


def test_what_ended_in_time_is_finished_and_anything_else_is_taken_away(board: Board) -> None:
    tea = Countdown(TEA, KITCHEN, "", LENGTH, board.clock.at + LENGTH * 2)
    board.faces.show([board.eggs(), tea])
    board.told()
    board.clock.pass_time(seconds=LENGTH.total_seconds())
    board.faces.show([])
    assert set(board.told()) == {(Change.FINISHED, EGGS.hex()), (Change.CANCELLED, TEA.hex())}
    board.faces.show([])
    assert board.told() == []


def test_a_device_that_comes_back_is_told_of_all_that_run_and_of_what_went(board: Board) -> None:
    tea = Countdown(TEA, KITCHEN, "tea", LENGTH, board.clock.at + LENGTH)
    board.faces.show([board.eggs(), tea])
    board.told()
    board.faces.leave(KITCHEN)
    board.faces.show([tea])
    assert board.told() == []
    board.clock.pass_time(seconds=240)
    board.faces.join(KITCHEN, board.kitchen.append)
    board.faces.show([tea])
    assert board.kitchen == [
        TimerNews(Change.CANCELLED, EGGS.hex()),
        TimerNews(Change.STARTED, TEA.hex(), "tea", LENGTH, LENGTH - timedelta(seconds=240)),
    ]


def test_a_device_that_comes_back_late_does_not_ring(board: Board) -> None:
    board.faces.show([board.eggs()])
    board.told()
    board.faces.leave(KITCHEN)
    board.clock.pass_time(seconds=(LENGTH + LATE).total_seconds() + 1)
    board.faces.join(KITCHEN, board.kitchen.append)
    board.faces.show([])
    assert board.told() == [(Change.CANCELLED, EGGS.hex())]


def test_what_is_forgotten_is_taken_away_at_once_and_no_longer_held(board: Board) -> None:
    board.faces.show([board.eggs()])
    board.told()
    assert board.faces.held([EGGS, TEA]) == [EGGS]
    board.faces.destroy([EGGS])
    assert board.told() == [(Change.CANCELLED, EGGS.hex())]
    assert board.faces.held([EGGS, TEA]) == []


def test_no_name_stays_in_memory(board: Board) -> None:
    board.faces.show([board.eggs()])
    assert board.kitchen[0].name == "eggs"
    held = {name: value for name, value in vars(board.faces).items() if name != "_faces"}
    assert "eggs" not in repr(held)


def test_a_device_that_breaks_keeps_no_other_from_being_told(board: Board) -> None:
    def broken(_: TimerNews) -> None:
        raise OSError

    board.faces.join(HALL, broken)
    here = Countdown(TEA, HALL, "tea", LENGTH, board.clock.at + LENGTH)
    board.faces.show([here, board.eggs()])
    assert board.told() == [(Change.STARTED, EGGS.hex())]
