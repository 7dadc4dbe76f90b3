"""Nobody is signed in to a house that was brought back, though somebody was when it was copied."""

from pathlib import Path

import pytest

from tests.copies.houses import bring_back, lose_the_disk, new_house
from unhear.house.backup import backup
from unhear.house.sign_ins import Entering
from unhear.stores.copies.target import Target


@pytest.mark.parametrize("horizon_days", [0, 7])
def test_who_was_signed_in_when_it_was_copied_is_so_no_more(
    tmp_path: Path, horizon_days: int
) -> None:
    target = Target(str(tmp_path / "target"))
    house = new_house(tmp_path / "house", horizon_days=horizon_days)
    ada = house.household.people[0].id
    entering = Entering(ada, "passphrase", bytes(32), ("Firefox", "Linux"))
    token, house.household = house.sign_ins.open(entering)
    soon = house.clock()
    house.passing.put(b"pairing/ABCD2345", b"a tablet", soon.replace(year=soon.year + 1))
    made = backup(house, target)
    sign_in = house.sign_ins.of(token)
    assert sign_in is not None
    house.sign_ins.close(sign_in)
    lose_the_disk(house)
    again, _ = bring_back(house, target, at=made if horizon_days else None)
    assert again.sign_ins.of(token) is None
    assert again.sign_ins.all() == []
    assert again.passing.read(b"pairing/ABCD2345") is None
    assert again.household.browser(bytes(32)) is not None, "what tells of no sign-in stays"
    again.close()
