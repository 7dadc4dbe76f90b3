"""What is simulated of a million homes adds up."""

from itertools import pairwise

import pytest
from bench.capacity.homes import MINUTES_A_DAY, SCENARIOS, USUAL, Homes, Scenario, Work
from bench.capacity.simulate import BUSY_AIM, SECONDS, Resource, breaks_first, needed, simulate
from hypothesis import given
from hypothesis import strategies as st

HOMES = Homes(count=100_000)
RESOURCES = [
    Resource("cores", {Work.REQUESTS: 0.5, Work.KEEPS: 0.01, Work.HOMES: 0.001}),
    Resource("locks", {Work.KEEPS: 0.003, Work.ERASURES: 0.02, Work.ERASED: 0.001}),
]


def test_a_day_has_as_much_work_as_its_homes_say() -> None:
    minutes = [HOMES.a_minute(minute) for minute in range(MINUTES_A_DAY)]
    day = {work: sum(done[work] for done in minutes) / HOMES.count for work in Work}
    assert day[Work.REQUESTS] == pytest.approx(HOMES.requests)
    assert day[Work.KEEPS] + day[Work.CLIPS] == pytest.approx(HOMES.kept_a_day)
    assert day[Work.ERASED] == pytest.approx(HOMES.kept_a_day + HOMES.erasures * HOMES.erased)


def test_with_what_is_needed_a_usual_day_has_room_and_none_to_spare() -> None:
    units = needed(RESOURCES, HOMES)
    courses = simulate(RESOURCES, units, HOMES, USUAL)
    for name, course in courses.items():
        assert course.busiest <= BUSY_AIM
        assert course.busiest * units[name] > BUSY_AIM * (units[name] - 1)
        assert not any(course.late)
        assert course.caught_up == 0


@given(burst=st.integers(1, 5_000_000), units=st.integers(1, 50))
def test_erasures_wait_until_all_are_done_and_none_is_lost(burst: int, units: int) -> None:
    lock, room = Resource("locks", {Work.ERASURES: 0.02}), units * SECONDS

    def a_burst(_homes: Homes, minute: int, done: dict[Work, float]) -> dict[Work, float]:
        return {**done, Work.ERASURES: float(burst if minute == 0 else 0)}

    scenario = Scenario("a burst", a_burst)  # type: ignore[arg-type]  # it takes any mapping
    course = simulate([lock], {"locks": units}, HOMES, scenario)["locks"]
    left = [waits * units for waits in course.waits]
    assert left[0] == pytest.approx(max(0, burst * 0.02 - room))
    done = [before - now for before, now in pairwise(left)]
    assert sum(done) == pytest.approx(left[0] - left[-1])
    assert all(one <= room + 1e-6 for one in done)
    assert not any(course.late)


@pytest.mark.parametrize("scenario", SCENARIOS[1:], ids=lambda one: one.name)
def test_a_bad_day_asks_for_more_than_a_usual_one(scenario: Scenario) -> None:
    units = needed(RESOURCES, HOMES)
    usual, bad = (simulate(RESOURCES, units, HOMES, one) for one in (USUAL, scenario))
    assert sum(bad["locks"].asked) > sum(usual["locks"].asked)
    assert bad[breaks_first(bad)].busiest == max(one.busiest for one in bad.values())
