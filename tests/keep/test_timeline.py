"""Page by page, a timeline shows everything once, the newest first, however the days are filled."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.home import NOON, Home
from unhear.keep.catalogue import Place, Recording

SPARSE = (0, 1, 3, 4, 11, 40, 41, 200)
"""Days before today with something on them: gaps of many lengths, and none."""


@pytest.fixture
def kept(home: Home) -> Home:
    for days in SPARSE:
        for hours in range(1 + days % 4):
            home.keep(heard_at=NOON - timedelta(days=days, hours=hours), days=365)
    return home


def paged(home: Home, size: int) -> list[Recording]:
    shown: list[Recording] = []
    before: Place | None = None
    while page := home.catalogue.newest(before, size):
        shown += page
        before = page[-1].place
    return shown


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(size=st.integers(1, 20))
def test_whatever_the_size_of_pages_all_is_shown_once_in_order(kept: Home, size: int) -> None:
    everything = sorted(kept.catalogue.recordings(), key=lambda one: one.place, reverse=True)
    assert [one.id for one in paged(kept, size)] == [one.id for one in everything]
