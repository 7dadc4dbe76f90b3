"""Parts of a house on servers fail under load, one after the other, and nothing is lost by it."""

import pytest
from bench.faults.faults import FAULTS, NEEDS_CABLE
from bench.faults.load import Load
from bench.faults.trial import Outcome, trial
from bench.faults.world import World, world

from unhear.household.scope import Scope

AWAY_SECONDS, AROUND_SECONDS = 3.0, 2.0
ELSEWHERE = {"ears killed"}
"""Tested with a satellite that hears."""

pytestmark = [pytest.mark.slow, pytest.mark.tools, pytest.mark.timeout(900)]


def test_whatever_fails_nothing_is_lost_resurrected_or_in_clear() -> None:
    with world() as (made, load):
        for name, fault in FAULTS.items():
            if name in ELSEWHERE or (name in NEEDS_CABLE and not made.has_cable):
                continue
            outcome = trial(made, load, fault, AWAY_SECONDS, AROUND_SECONDS)
            assert outcome.ok, (name, outcome)
            assert outcome.after > 0, (name, outcome)
        assert_it_would_be_seen(made, load)


def assert_it_would_be_seen(made: World, load: Load) -> None:
    """Lose a recording that was kept."""

    def loses(_made: World, _seconds: float) -> None:
        journal = load.journal
        kept = min(journal.kept.keys() - journal.asked, key=lambda one: journal.kept[one])
        load.house.forgetter.forget(load.house.household.id, Scope(recordings=frozenset([kept])))

    outcome: Outcome = trial(made, load, loses, 0, AROUND_SECONDS)
    assert not outcome.ok
    assert outcome.lost == 1
