"""The restore drill tells a house that forgets from one that does not."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.copies.houses import forget, keep, kept, new_house
from unhear.clock import random_bytes
from unhear.forget.errors import RootGone
from unhear.house import drill as drills
from unhear.house.drill import rehearse
from unhear.house.house import House
from unhear.house.restore import Restored, restore
from unhear.household.scope import Scope
from unhear.household.words import HouseholdId, TraceId
from unhear.stores.copies.target import Target
from unhear.stores.errors import StoreBusy


@pytest.fixture
def house(tmp_path: Path) -> House:
    return new_house(tmp_path / "house")


def put_again(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let what is deleted in copies stay there."""
    monkeypatch.setattr(Target, "delete", lambda *_: None)


def hold_old_roots(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let another keep the root keys that are destroyed, and put one back."""
    destroy, put = house.keeper.destroy, house.keeper.put

    def back(root_id: bytes) -> None:
        with suppress(RootGone):  # destroyed already
            put(random_bytes(16), house.keeper.get(root_id))
        destroy(root_id)

    monkeypatch.setattr(house.keeper, "destroy", back)


def lose_canaries(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Forget the canary that stays, too."""
    planted: list[TraceId] = []
    plant, ask = drills._canary, house.forgetter.forget

    def planting(where: House) -> TraceId:
        planted.append(plant(where))
        return planted[-1]

    def forget_all(household: HouseholdId, _scope: Scope) -> None:
        ask(household, Scope(recordings=frozenset(planted[-2:])))

    monkeypatch.setattr(drills, "_canary", planting)
    monkeypatch.setattr(house.forgetter, "forget", forget_all)


def cut_the_copy(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cut every piece of the database short."""
    put = Target.put

    def cut(target: Target, name: str, content: bytes) -> None:
        put(target, name, content[:-1] if name.endswith(".pages") else content)

    monkeypatch.setattr(Target, "put", cut)


@pytest.mark.parametrize("mistake", [put_again, hold_old_roots, lose_canaries, cut_the_copy])
def test_a_house_with_a_mistake_fails(
    house: House,
    monkeypatch: pytest.MonkeyPatch,
    mistake: Callable[[House, pytest.MonkeyPatch], None],
) -> None:
    assert rehearse(house).result == "passed"
    mistake(house, monkeypatch)
    assert rehearse(house).result == "failed"


def test_only_canaries_travel(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    trace = keep(house)
    sent: list[str] = []
    put = Target.put

    def seen(target: Target, name: str, content: bytes) -> None:
        sent.append(name)
        put(target, name, content)

    monkeypatch.setattr(Target, "put", seen)
    rehearse(house)
    assert len([name for name in sent if name.endswith(".payload")]) == 2
    assert not any(trace.hex() in name for name in sent)
    assert kept(house) == {trace}


def disturb(house: House, monkeypatch: pytest.MonkeyPatch, times: int) -> None:
    """Forget something else between a drill's last backup and its restore."""
    left = [times]

    def forgetting(*arguments: Any) -> Restored:
        if left[0]:
            left[0] -= 1
            forget(house, keep(house))
        return restore(*arguments)

    monkeypatch.setattr(drills, "restore", forgetting)


def test_it_is_done_again_when_something_else_was_forgotten_meanwhile(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    disturb(house, monkeypatch, times=2)
    assert rehearse(house).result == "passed"
    assert kept(house) == set()


def test_it_gives_up_when_that_never_ends(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    disturb(house, monkeypatch, times=99)
    with pytest.raises(StoreBusy, match="again later"):
        rehearse(house)
    assert house.last_drill() is None
    assert kept(house) == set()
