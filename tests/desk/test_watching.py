"""Who looks oddly is told from who looks much."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from tests.home import NOON
from unhear.desk.watching import ODD_MIN, TIMES_USUAL, Seen, looks_today, odd

HOME = "0" * 32
MINUTES = st.integers(0, 40 * 24 * 60)
LOOKS = st.lists(st.tuples(MINUTES, st.sampled_from("abcdefgh")), max_size=120)


def looks(count: int, days_ago: int = 0, home: str = HOME) -> list[Seen]:
    return [Seen(NOON - timedelta(days=days_ago, minutes=one), home) for one in range(count)]


def why(seen: list[Seen], since: timedelta | None = None) -> str | None:
    moment = None if since is None else NOON - since
    return odd(seen, NOON, homes_an_hour=5, since=moment)


def test_somebody_new_may_look_a_good_deal() -> None:
    assert why(looks(ODD_MIN)) is None
    assert "21 times in a day" in str(why(looks(ODD_MIN + 1)))


def test_who_always_looks_much_may_go_on() -> None:
    used_to = [one for day in range(1, 10) for one in looks(10, day)]
    assert why(used_to + looks(TIMES_USUAL * 10)) is None
    assert why(used_to + looks(TIMES_USUAL * 10 + 1)) is not None


def test_days_without_a_look_make_no_day_odd() -> None:
    once_a_month = looks(30, 27)
    assert why(once_a_month + looks(30)) is None


def test_many_homes_within_an_hour_are_odd_and_over_a_day_are_not() -> None:
    within = [Seen(NOON - timedelta(minutes=one), str(one)) for one in range(6)]
    assert "more than 5 homes" in str(why(within))
    over = [Seen(NOON - timedelta(minutes=31 * one), str(one)) for one in range(6)]
    assert why(over) is None


def test_what_an_operator_has_seen_is_not_held_against_anybody_again() -> None:
    much = looks(40)
    assert why(much) is not None
    assert why(much, since=timedelta()) is None


@given(LOOKS)
def test_no_more_looks_make_anybody_less_odd(made: list[tuple[int, str]]) -> None:
    seen = [Seen(NOON - timedelta(minutes=ago), home) for ago, home in made]
    more = [*seen, Seen(NOON, "another")]
    assert why(seen) is None or why(more) is not None
    assert looks_today(more, NOON) == looks_today(seen, NOON) + 1
