"""What other processes decided is taken over, and never in place of what this one decided since."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.home import PASSPHRASE, PLAN
from unhear.house.elsewhere import Elsewhere
from unhear.house.house import House
from unhear.house.setup import set_up
from unhear.household.family import Household
from unhear.household.words import PersonKind
from unhear.settings import Settings
from unhear.stores import news


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setattr(news, "LOOK_SECONDS", 0)
    made = Settings(house=tmp_path / "house")
    set_up(made, PLAN, PASSPHRASE)
    return made


def test_what_another_process_decided_counts_here_too(settings: Settings) -> None:
    ours, theirs = House(settings), House(settings)
    elsewhere = Elsewhere(ours)
    decided = theirs.family.add("Ada", PersonKind.ADULT)
    elsewhere.tick()
    assert ours.household == theirs.family.read()
    assert ours.household.named("Ada") == decided
    ours.close()
    theirs.close()


def test_what_is_decided_here_during_a_look_is_not_undone_by_it(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, theirs = House(settings), House(settings)
    elsewhere = Elsewhere(ours)
    theirs.family.add("Ada", PersonKind.ADULT)
    look = elsewhere._look

    def slow() -> object:
        seen = look()
        ours.household = newer()
        return seen

    def newer() -> Household:
        return replace(ours.family.read(), name="Decided meanwhile")

    monkeypatch.setattr(elsewhere, "_look", slow)
    elsewhere.tick()
    assert ours.household.name == "Decided meanwhile"
    ours.close()
    theirs.close()
