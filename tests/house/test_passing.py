"""What one process of a house gave out, another takes, once, while it counts."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from tests.home import Home
from tests.house.test_sign_ins import another, commits
from unhear.house.passing import Passing
from unhear.household.scope import Scope

SOON = timedelta(minutes=10)
CODE, DEVICE = b"pairing/ABCD2345", b"the kitchen tablet"


def process(home: Home) -> Passing:
    return Passing(database=home.db, keeper=home.roots, household=home.id, clock=home.clock)


@pytest.fixture
def two(home: Home) -> tuple[Passing, Passing]:
    return process(home), process(another(home).home)


def test_a_note_is_taken_once_by_whoever_comes_first(
    home: Home, two: tuple[Passing, Passing]
) -> None:
    two[0].put(CODE, DEVICE, home.clock() + SOON)
    with ThreadPoolExecutor(8) as threads:
        takers = [threads.submit(two[number % 2].take, CODE) for number in range(16)]
        taken = [one.result() for one in takers]
    assert sorted(taken, key=bool) == [None] * 15 + [DEVICE]


def test_what_was_said_once_is_said_for_all(home: Home, two: tuple[Passing, Passing]) -> None:
    until = home.clock() + SOON
    with ThreadPoolExecutor(8) as threads:
        said = [threads.submit(two[number % 2].first, b"nonce", until) for number in range(16)]
        assert sorted(one.result() for one in said) == [False] * 15 + [True]


def test_it_counts_no_longer_than_it_may(home: Home, two: tuple[Passing, Passing]) -> None:
    two[0].put(CODE, DEVICE, home.clock() + SOON)
    home.clock.pass_time(seconds=SOON.total_seconds())
    assert two[1].read(CODE) == DEVICE
    home.clock.pass_time(seconds=1)
    assert two[1].read(CODE) is None
    assert two[1].take(CODE) is None


def test_what_is_over_goes_with_the_next_note(home: Home, two: tuple[Passing, Passing]) -> None:
    two[0].put(CODE, DEVICE, home.clock() + SOON)
    home.clock.pass_time(seconds=2 * 3_600)
    two[1].put(b"another", b"", home.clock() + SOON)
    assert len(home.sql("SELECT name FROM passing")) == 1


def test_what_is_over_goes_by_itself(home: Home, two: tuple[Passing, Passing]) -> None:
    two[0].put(CODE, DEVICE, home.clock() + SOON)
    before = commits(home)
    two[1].tidy()
    assert commits(home) == before, "there is nothing to do"
    home.clock.pass_time(seconds=2 * 3_600)
    two[1].tidy()
    assert home.sql("SELECT name FROM passing") == []


def test_who_guesses_writes_nothing(home: Home, two: tuple[Passing, Passing]) -> None:
    two[0].put(CODE, DEVICE, home.clock() + SOON)
    before = commits(home)
    assert two[1].take(b"pairing/ABCD2346") is None
    assert commits(home) == before


def test_all_processes_have_the_same_keys_and_each_purpose_its_own(
    two: tuple[Passing, Passing],
) -> None:
    assert two[0].key(b"challenges") == two[1].key(b"challenges")
    assert two[0].key(b"challenges") != two[0].key(b"others")


def test_neither_what_it_is_about_nor_what_it_says_is_on_disk(
    home: Home, two: tuple[Passing, Passing]
) -> None:
    two[0].put(CODE, DEVICE, home.clock() + SOON)
    content = home.at_rest()
    assert CODE.partition(b"/")[2] not in content
    assert DEVICE not in content


def test_the_household_takes_its_notes_along(home: Home, two: tuple[Passing, Passing]) -> None:
    two[0].put(CODE, DEVICE, home.clock() + SOON)
    home.forgetter.forget(home.id, Scope(household=True))
    assert home.sql("SELECT * FROM passing") == []
