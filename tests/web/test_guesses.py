"""Wrong proofs are counted for the whole house, and an attack locks out nobody who was here."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from unhear.household.guesses import (
    ATTACK_BEGINS,
    ATTACK_ENDS,
    OWN_MAX,
    TOLD_AGAIN_SECONDS,
    Attack,
    Tally,
    tally_fields,
    tally_from,
)

HOUR = 3_600.0
MINUTE = 60.0
T = TypeVar("T")
OWN = (b"phone", b"tablet")


@dataclass
class Time:
    now: float = 0.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Tried:
    """A house that is tried, with a clock; its counts are written down and read again each time."""

    time: Time = field(default_factory=Time)
    written: str = field(default_factory=lambda: json.dumps(tally_fields(Tally())))

    def do(self, what: Callable[[Tally, float], T]) -> T:
        tally = tally_from(json.loads(self.written))
        answer = what(tally, self.time.now)
        self.written = json.dumps(tally_fields(tally))
        return answer

    def may_try(self, own: bytes | None = None) -> bool:
        may = self.do(lambda tally, now: tally.may_try(own, now))
        if not may and own is None:
            self.do(lambda tally, now: tally.refused(1, now))
        return may

    def wrong(self, own: bytes | None = None) -> int | None:
        return self.do(lambda tally, now: tally.wrong(own, now))

    def attack(self) -> Attack | None:
        return self.do(Tally.attack)

    def over(self) -> int | None:
        return self.do(Tally.over)

    def guess(self, own: bytes | None = None) -> bool:
        """Try a wrong proof; answer whether it was looked at."""
        if not self.may_try(own):
            return False
        self.wrong(own)
        return True


@pytest.fixture
def tried() -> Tried:
    return Tried()


def test_an_attack_begins_at_the_bound_and_is_told_with_its_number(tried: Tried) -> None:
    told = [tried.wrong() for _ in range(ATTACK_BEGINS)]
    assert told == [None] * (ATTACK_BEGINS - 1) + [ATTACK_BEGINS]
    assert not tried.may_try()
    attack = tried.attack()
    assert attack is not None
    assert attack.attempts == ATTACK_BEGINS + 1


def test_during_an_attack_what_was_here_before_goes_on(tried: Tried) -> None:
    while tried.guess():
        pass
    assert tried.may_try(b"phone")
    for _ in range(OWN_MAX):
        assert tried.guess(b"stolen")
    assert not tried.guess(b"stolen")
    assert tried.guess(b"phone")
    tried.time.now += HOUR + MINUTE
    assert tried.guess(b"stolen")


def test_it_lasts_while_attempts_come_and_ends_an_hour_after(tried: Tried) -> None:
    while tried.guess():
        pass
    for _ in range(5 * 60):
        tried.time.now += MINUTE
        assert not tried.guess()
    assert tried.over() is None
    tried.time.now += HOUR + MINUTE
    assert tried.attack() is None
    assert tried.over() == ATTACK_BEGINS + 1 + 5 * 60
    assert tried.over() is None
    assert tried.guess()


@pytest.mark.parametrize(("attempts", "goes_on"), [(ATTACK_ENDS, True), (ATTACK_ENDS - 1, False)])
def test_it_goes_on_with_fewer_attempts_than_it_began_with(
    tried: Tried, attempts: int, *, goes_on: bool
) -> None:
    while tried.guess():
        pass
    tried.time.now += HOUR / 2
    for _ in range(attempts):
        assert not tried.guess()
    tried.time.now += HOUR / 2 + MINUTE
    assert (tried.attack() is not None) == goes_on


def test_a_guardian_who_tries_now_and_then_does_not_keep_it_going(tried: Tried) -> None:
    while tried.guess():
        pass
    for _ in range(8):
        tried.time.now += 10 * MINUTE
        if tried.guess():
            break
    else:
        pytest.fail("the guardian was never let in again")
    assert tried.time.now <= HOUR + 10 * MINUTE


def test_who_attacks_in_waves_does_not_flood_guardians(tried: Tried) -> None:
    told = 0
    while tried.time.now < 2 * TOLD_AGAIN_SECONDS:
        for _ in range(ATTACK_BEGINS):
            if tried.may_try():
                told += tried.wrong() is not None
        tried.time.now += HOUR + MINUTE
    assert told == 2


def test_a_clock_that_was_set_back_does_not_let_an_attack_last(tried: Tried) -> None:
    tried.time.now = 400 * 24 * HOUR
    while tried.guess():
        pass
    tried.time.now = 35 * 24 * HOUR
    assert tried.attack() is None
    assert tried.guess()


@settings(max_examples=60, stateful_step_count=60, deadline=None)
class AgainstAList(RuleBasedStateMachine):
    """Every rule, against a list of all that ever happened."""

    @initialize()
    def begin(self) -> None:
        self.tried = Tried()
        self.counted: list[float] = []
        self.own: dict[bytes, list[float]] = {own: [] for own in OWN}
        self.attacked = False

    def _recent(self, moments: list[float]) -> int:
        this = int(self.tried.time.now // MINUTE)
        return sum(int(at // MINUTE) > this - 60 for at in moments)

    def _settle(self) -> None:
        if self._recent(self.counted) < ATTACK_ENDS:
            self.attacked = False

    @rule(seconds=st.floats(0, 2 * HOUR))
    def pass_time(self, seconds: float) -> None:
        self.tried.time.now += seconds

    @rule(seconds=st.sampled_from([MINUTE - 1, MINUTE, HOUR - 1, HOUR, HOUR + MINUTE]))
    def pass_just_so_much(self, seconds: float) -> None:
        self.tried.time.now += seconds

    @rule(times=st.integers(1, 40))
    def strangers_guess(self, times: int) -> None:
        for _ in range(times):
            self._settle()
            looked_at = self.tried.guess()
            assert looked_at == (not self.attacked)
            self.counted.append(self.tried.time.now)
            self.attacked |= self._recent(self.counted) >= ATTACK_BEGINS

    @rule(own=st.sampled_from(OWN), times=st.integers(1, 12))
    def who_was_here_mistypes(self, own: bytes, times: int) -> None:
        for _ in range(times):
            self._settle()
            may = self._recent(self.own[own]) < OWN_MAX
            assert self.tried.guess(own) == may
            if may:
                self.own[own].append(self.tried.time.now)
                self.counted.append(self.tried.time.now)
                self.attacked |= self._recent(self.counted) >= ATTACK_BEGINS

    @precondition(lambda self: self.attacked)
    @rule()
    def an_hour_without_attempts_ends_it(self) -> None:
        self.tried.time.now += HOUR + MINUTE
        assert self.tried.attack() is None
        self.attacked = False

    @invariant()
    def little_is_held(self) -> None:
        if hasattr(self, "tried"):
            assert len(tally_from(json.loads(self.tried.written)).by_minute) <= 61

    @invariant()
    def it_is_known_whether_there_is_an_attack(self) -> None:
        if hasattr(self, "tried"):
            goes_on = self.attacked and self._recent(self.counted) >= ATTACK_ENDS
            assert (self.tried.attack() is not None) == goes_on


TestAgainstAList = AgainstAList.TestCase
