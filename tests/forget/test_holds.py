"""A legal hold needs two people, an expiry and a reason; what it held back goes when it ends."""

from datetime import timedelta

import pytest

from tests.home import Home
from unhear.forget.database import HoldState
from unhear.forget.errors import HeldBack, HoldWrong
from unhear.household.hold import Hold
from unhear.household.scope import Scope
from unhear.household.words import PersonId, TraceId

REASON = "district court, file 12 C 345/26"


def _hold(home: Home, trace: TraceId, days: int = 10) -> bytes:
    now = home.clock()
    hold_id = home.holds.ask(
        Hold(
            scope=Scope(recordings=frozenset([trace])),
            reason=REASON,
            asked_by="Sam",
            asked_at=now,
            expires_at=now + timedelta(days=days),
        )
    )
    home.holds.agree(hold_id, "Robin")
    return hold_id


def _kept(home: Home) -> set[TraceId]:
    return {recording.id for recording in home.catalogue.recordings()}


def test_what_is_held_stays_and_the_rest_goes_at_once(home: Home) -> None:
    held, other = home.keep(), home.keep()
    _hold(home, held)
    with pytest.raises(HeldBack, match="rest is"):
        home.forgetter.forget(home.id, Scope())
    assert _kept(home) == {held}
    assert not home.blobs.has(home.id, other)
    assert home.sweeper.sweep() == []
    assert _kept(home) == {held}


def test_the_erasure_completes_by_itself_when_the_hold_expires(home: Home) -> None:
    held = home.keep(days=60)
    home.keep(days=60)
    _hold(home, held, days=10)
    with pytest.raises(HeldBack):
        home.forgetter.forget(home.id, Scope())
    home.clock.pass_time(days=10)
    (receipt, *_) = home.sweeper.sweep()
    assert receipt.statement["count"] == "2-9"
    assert _kept(home) == set()
    assert [placed.state for placed in home.holds.all()] == [HoldState.ENDED]


def test_a_lifted_hold_lets_the_erasure_finish(home: Home) -> None:
    held = home.keep()
    hold_id = _hold(home, held)
    with pytest.raises(HeldBack):
        home.forgetter.forget(home.id, Scope(recordings=frozenset([held])))
    home.holds.lift(hold_id)
    (receipt,) = home.forgetter.resume(home.id)
    assert receipt.statement["scope"] == "recording"
    assert _kept(home) == set()
    with pytest.raises(HoldWrong, match="over"):
        home.holds.lift(hold_id)


def test_what_is_held_does_not_expire(home: Home) -> None:
    held, other = home.keep(days=2), home.keep(days=2)
    _hold(home, held, days=9)
    home.clock.pass_time(days=3)
    home.sweeper.sweep()
    assert _kept(home) == {held} != {other}
    home.clock.pass_time(days=7)
    assert [r.statement["scope"] for r in home.sweeper.sweep()] == ["expired"]
    assert _kept(home) == set()


def test_a_whole_household_waits_for_its_hold(home: Home) -> None:
    held = home.keep(days=90)
    home.keep()
    _hold(home, held)
    with pytest.raises(HeldBack):
        home.forgetter.forget(home.id, Scope(household=True))
    assert _kept(home) == {held}
    assert home.household.name == "Home"
    home.clock.pass_time(days=11)
    (receipt, *_) = home.sweeper.sweep()
    assert receipt.statement["scope"] == "household"


def test_one_person_cannot_place_a_hold_alone(home: Home) -> None:
    now, trace = home.clock(), home.keep()
    hold = Hold(
        scope=Scope(recordings=frozenset([trace])),
        reason=REASON,
        asked_by="Sam",
        asked_at=now,
        expires_at=now + timedelta(days=5),
    )
    hold_id = home.holds.ask(hold)
    with pytest.raises(HoldWrong, match="two people"):
        home.holds.agree(hold_id, " sam ")
    home.forgetter.forget(home.id, Scope(recordings=frozenset([trace])))
    assert _kept(home) == set()


@pytest.mark.parametrize(
    "wrong", [{"reason": "because"}, {"asked_by": " "}, {"days": 0}, {"days": 366}]
)
def test_a_hold_needs_a_reason_an_asker_and_an_end(home: Home, wrong: dict[str, object]) -> None:
    now = home.clock()
    fields = {"reason": REASON, "asked_by": "Sam", "days": 5} | wrong
    with pytest.raises(ValueError, match="hold"):
        Hold(
            scope=Scope(person=PersonId("mia")),
            reason=str(fields["reason"]),
            asked_by=str(fields["asked_by"]),
            asked_at=now,
            expires_at=now + timedelta(days=int(str(fields["days"]))),
        )


def test_holds_are_leaves_of_the_ledger_without_a_name(home: Home) -> None:
    hold_id = _hold(home, home.keep())
    home.holds.lift(hold_id)
    with home.db.reading() as transaction:
        *_, placed, ended = transaction.ledger_leaves(0, transaction.ledger_size())
    assert b'"kind":"hold"' in placed
    assert b'"how":"lifted"' in ended
    assert REASON.encode() not in placed
    assert b"Robin" not in placed
    assert REASON.encode() not in home.at_rest()


def test_late_copies_are_looked_for_after_what_a_hold_kept_back_is_gone(home: Home) -> None:
    held = home.keep(days=90)
    _hold(home, held, days=60)
    with pytest.raises(HeldBack):
        home.forgetter.forget(home.id, Scope(recordings=frozenset([held])))
    looked = []
    for day in range(1, 92):
        home.clock.pass_time(days=1)
        home.sweeper.sweep()
        with home.db.reading() as transaction:
            (row,) = transaction.erasures(home.id)
            looked.append(len(transaction.sweep(home.id, row.id)))
        assert not looked[-1] or day >= 60
    assert [day for day, left in enumerate(looked, 1) if left] == list(range(60, 90))
