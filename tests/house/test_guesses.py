"""Wrong proofs are counted by all processes of a house together, at a price that has a bound."""

from dataclasses import dataclass
from datetime import timedelta

import pytest

from tests.home import Home
from tests.house.test_sign_ins import another, commits
from unhear.house import guesses as counting
from unhear.house.guesses import Guesses
from unhear.house.passing import Passing
from unhear.household.guesses import ATTACK_BEGINS, OWN_MAX
from unhear.stores.errors import StoreBusy


@dataclass
class Ticking:
    """The clock by which a process knows how old something is that it has in mind."""

    now: float = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def ticking(monkeypatch: pytest.MonkeyPatch) -> Ticking:
    made = Ticking()
    monkeypatch.setattr(counting, "monotonic", made)
    return made


def process(home: Home) -> Guesses:
    passing = Passing(database=home.db, keeper=home.roots, household=home.id, clock=home.clock)
    return Guesses(passing, home.clock)


@pytest.fixture
def two(home: Home, ticking: Ticking) -> tuple[Guesses, Guesses]:
    assert ticking.now == 0
    return process(home), process(another(home).home)


def test_wrong_proofs_at_two_processes_are_one_attack(two: tuple[Guesses, Guesses]) -> None:
    told = []
    for number in range(ATTACK_BEGINS):
        assert two[number % 2].may_try(None)
        told.append(two[number % 2].wrong(None))
    assert told == [None] * (ATTACK_BEGINS - 1) + [ATTACK_BEGINS], "told once, by one of them"
    for one in two:
        assert not one.may_try(None)
        assert one.may_try(b"known")
    attack = two[0].attack()
    assert attack is not None
    assert attack.attempts == ATTACK_BEGINS + 1, "what the other one has not written yet is missing"
    there = two[1].attack()
    assert there is not None
    assert there.attempts == ATTACK_BEGINS + 2


def test_a_stolen_cookie_has_no_more_guesses_at_two(two: tuple[Guesses, Guesses]) -> None:
    looked_at = 0
    for number in range(3 * OWN_MAX):
        if two[number % 2].may_try(b"stolen"):
            looked_at += 1
            two[number % 2].wrong(b"stolen")
    assert looked_at == OWN_MAX


def test_an_attack_that_is_over_is_told_of_by_one(home: Home, two: tuple[Guesses, Guesses]) -> None:
    for _ in range(ATTACK_BEGINS):
        two[0].wrong(None)
    home.clock.pass_time(seconds=2 * 3_600)
    assert [one.over() for one in (*two, *two)] == [ATTACK_BEGINS, None, None, None]
    assert two[1].may_try(None)


def test_a_flood_costs_a_write_every_two_seconds(
    home: Home, two: tuple[Guesses, Guesses], ticking: Ticking
) -> None:
    for _ in range(ATTACK_BEGINS):
        two[0].wrong(None)
    seconds, a_second = 60, 84  # some 5,000 a minute
    before, passed = commits(home), 0
    for _ in range(seconds):
        ticking.now += 1
        home.clock.pass_time(seconds=1)
        for one in two:
            for _ in range(a_second // 2):
                if not one.refuses():
                    passed += 1
                    assert not one.may_try(None)
    written = commits(home) - before
    assert 20 <= written <= 2 * seconds / counting.LOOK_SECONDS + 2
    assert passed <= 2 * seconds
    for one in two:
        one.attack()
    attack = two[0].attack()
    assert attack is not None
    assert attack.attempts == ATTACK_BEGINS + seconds * a_second, "and none is lost"
    assert attack.lasts == timedelta(seconds=seconds)


def test_while_there_is_no_attack_nothing_is_refused_from_memory(
    home: Home, two: tuple[Guesses, Guesses], ticking: Ticking
) -> None:
    assert not two[1].refuses()
    for _ in range(ATTACK_BEGINS):
        two[0].wrong(None)
    assert not two[1].refuses(), "it has not looked yet, and asks whoever may"
    assert not two[1].may_try(None)
    assert two[1].refuses()
    home.clock.pass_time(seconds=2 * 3_600)
    ticking.now += counting.LOOK_SECONDS + 1
    assert not two[1].refuses()
    assert two[1].may_try(None)


def test_what_could_not_be_written_is_counted_later(
    home: Home, two: tuple[Guesses, Guesses], ticking: Ticking, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = two[0]
    for _ in range(ATTACK_BEGINS):
        one.wrong(None)
    assert [one.refuses() for _ in range(5)] == [True] * 5

    def busy(*_: object) -> None:
        raise StoreBusy("another process is writing for too long")

    with monkeypatch.context() as patch:
        patch.setattr(one._passing, "change", busy)
        with pytest.raises(StoreBusy):
            one.attack()
    ticking.now += counting.LOOK_SECONDS + 1
    attack = one.attack()
    assert attack is not None
    assert attack.attempts == ATTACK_BEGINS + 5


def test_of_what_was_tried_nothing_is_on_disk(home: Home, two: tuple[Guesses, Guesses]) -> None:
    two[0].wrong(b"a browser that is known")
    content = home.at_rest()
    for told in (b"by_minute", b"a browser", b"a browser that is known".hex().encode()):
        assert told not in content
