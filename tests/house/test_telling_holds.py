"""Every guardian is told of a legal hold and of its end, save of one that is sealed by order."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.home import PASSPHRASE
from unhear.forget.snapshot import snapshot
from unhear.house.house import House
from unhear.house.setup import SetupPlan, set_up
from unhear.house.told import told_text
from unhear.household.hold import Hold
from unhear.household.scope import Scope
from unhear.household.words import DeviceId, PersonKind
from unhear.keep.notices import notices
from unhear.settings import Settings

REASON = "district court, file 12 C 345/26"


@pytest.mark.parametrize("sealed", [False, True])
def test_guardians_are_told_unless_an_authority_ordered_otherwise(
    tmp_path: Path, *, sealed: bool
) -> None:
    settings = Settings(house=tmp_path / "house")
    set_up(settings, SetupPlan("Home", "Ada"), PASSPHRASE)
    house = House(settings)
    house.family.add("Sam", PersonKind.GUARDIAN)
    now = house.clock()
    hold = Hold(
        Scope(device=DeviceId("kitchen")),
        REASON,
        "N. N.",
        now,
        now + timedelta(days=9),
        by_order=sealed,
    )
    placed = house.holds.ask(hold)
    assert _told(house) == []
    house.holds.agree(placed, "M. M.")
    in_force = _told(house)
    house.holds.lift(placed)
    told = _told(house)
    house.close()
    assert [len(in_force), len(told)] == ([0, 0] if sealed else [2, 4])
    assert all(REASON in text and f"{hold.expires_at:%Y-%m-%d}" in text for text in told)


def _told(house: House) -> list[str]:
    found = snapshot(
        house.database, house.keeper, lambda tx, tree: notices(tx, tree, house.household.id)
    )
    return [told_text(one.told, "en") for one in found]
