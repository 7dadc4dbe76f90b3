"""What is in memory for the timeline: right in every order, gone with what is forgotten."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.home import Home, make_home
from unhear.household.scope import Scope
from unhear.keep.moments import REMEMBERED_FOR


def test_the_moments_of_what_is_forgotten_are_forgotten_with_it(home: Home) -> None:
    gone, stays = home.keep(), home.keep()
    assert [one.id for one in home.catalogue.newest(None, 10)]
    assert sorted(home.moments.held(home.id, [gone, stays])) == sorted([gone, stays])

    home.forgetter.forget(home.id, Scope(recordings=frozenset([gone])))

    assert home.moments.held(home.id, [gone]) == []
    assert [one.id for one in home.catalogue.newest(None, 10)] == [stays]


def test_what_another_program_forgets_is_not_shown_and_not_held_after_the_next_look(
    home: Home,
) -> None:
    gone, stays = home.keep(), home.keep()
    home.catalogue.newest(None, 10)
    Home(home.settings, home.clock).forgetter.forget(home.id, Scope(recordings=frozenset([gone])))
    assert [one.id for one in home.catalogue.newest(None, 10)] == [stays]
    assert home.moments.held(home.id, [gone]) == []


def test_moments_stay_a_few_minutes_after_somebody_looked(home: Home) -> None:
    kept = home.keep()
    home.catalogue.newest(None, 10)
    home.clock.pass_time(seconds=REMEMBERED_FOR.total_seconds())
    home.moments.drop_old()
    assert home.moments.held(home.id, [kept]) == [kept]
    home.clock.pass_time(seconds=1)
    home.moments.drop_old()
    assert home.moments.held(home.id, [kept]) == []


@pytest.mark.dear
@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    hours=st.lists(st.integers(0, 40), min_size=1, max_size=12),
    page=st.integers(1, 4),
)
def test_scrolling_shows_everything_once_the_newest_first(
    tmp_path_factory: object, hours: list[int], page: int
) -> None:
    home = make_home(tmp_path_factory.mktemp("house") / "house")  # type: ignore[attr-defined] # pytest's
    for hour in hours:
        home.keep(heard_at=home.clock() - timedelta(hours=hour))
    shown, before = [], None
    while found := home.catalogue.newest(before, page):
        shown += found
        before = found[-1].place
    wanted = sorted(home.catalogue.recordings(), key=lambda one: one.place, reverse=True)
    assert shown == wanted
