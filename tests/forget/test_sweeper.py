"""What a house does by itself: expiry, late copies, and a clock that is not believed."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.home import NOON, Home
from unhear.forget.errors import ClockDoubted
from unhear.household.clock_guard import AHEAD_MAX, PROVEN_AFTER, PROVEN_MAX, ClockMark, judge
from unhear.household.scope import Scope
from unhear.prove.receipt import verify


@pytest.mark.parametrize("days", [365, -365, 30, -30])
def test_a_clock_that_jumps_deletes_nothing_and_brings_nothing_back(home: Home, days: int) -> None:
    gone, kept = home.keep(days=1), home.keep(days=20)
    home.sweeper.sweep()
    home.clock.pass_time(days=2)
    home.sweeper.sweep()
    home.clock.pass_time(days=days)
    for _ in range(3):
        with pytest.raises(ClockDoubted, match="unhear clock accept"):
            home.sweeper.sweep()
    assert [r.id for r in home.catalogue.recordings()] == [kept] != [gone]
    home.clock.pass_time(days=-days)
    assert home.sweeper.sweep() == []
    assert [r.id for r in home.catalogue.recordings()] == [kept]


def test_a_short_absence_is_believed_when_the_clock_runs_on(home: Home) -> None:
    home.keep(days=1)
    home.sweeper.sweep()
    home.clock.pass_time(days=40)
    with pytest.raises(ClockDoubted):
        home.sweeper.sweep()
    home.clock.pass_time(days=PROVEN_AFTER.days)
    assert len(home.sweeper.sweep()) == 1
    assert home.catalogue.recordings() == []


def test_a_guardian_may_say_that_the_clock_is_right(home: Home) -> None:
    home.keep(days=1)
    home.sweeper.sweep()
    home.clock.pass_time(days=400)
    with pytest.raises(ClockDoubted):
        home.sweeper.sweep()
    home.sweeper.accept_clock()
    assert [r.statement["scope"] for r in home.sweeper.sweep()] == ["expired"]


@given(st.lists(st.integers(-500, 500), max_size=20))
def test_no_single_jump_is_ever_believed(jumps: list[int]) -> None:
    now, mark = NOON, ClockMark(NOON)
    for jump in jumps:
        now = NOON + timedelta(days=jump)
        before = mark
        mark, trusted = judge(mark, now)
        if trusted and before.doubted is None:
            assert now - before.believed <= AHEAD_MAX
        if trusted:
            assert abs(now - before.believed) <= PROVEN_MAX


def test_a_late_copy_reopens_the_case(home: Home) -> None:
    trace = home.keep()
    payload = home.blobs.get(home.id, trace)
    first = home.forgetter.forget(home.id, Scope(recordings=frozenset([trace])))
    home.clock.pass_time(days=1)
    assert home.sweeper.sweep() == []
    home.blobs.put(home.id, trace, payload)
    home.clock.pass_time(days=6)
    (second,) = home.sweeper.sweep()
    assert not home.blobs.has(home.id, trace)
    assert second.statement["reopens"] == first.statement["id"]
    assert any("late copy" in sentence for sentence in verify(second, home.ledger.key).proves)


def test_the_looks_end_and_leave_no_ids_behind(home: Home) -> None:
    trace = home.keep()
    receipt = home.forgetter.forget(home.id, Scope(recordings=frozenset([trace])))
    erasure = bytes.fromhex(str(receipt.statement["id"]))
    for days in (1, 6, 11, 12):
        with home.db.reading() as transaction:
            assert list(transaction.sweep(home.id, erasure)) == [trace]
        home.clock.pass_time(days=days)
        assert home.sweeper.sweep() == []
    with home.db.reading() as transaction:
        assert list(transaction.sweep(home.id, erasure)) == []
        row = transaction.erasure(home.id, erasure)
    assert row is not None
    assert row.look_day == 0
