"""Which homes a process has, how they are spread over several, and that few are open at a time."""

import asyncio
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.cli.program import PASSPHRASE
from tests.service.processes import PLAN
from unhear.house.setup import set_up
from unhear.house.shared import Shared
from unhear.service import houses as houses_module
from unhear.service.at_work import AtWork, Process, Role
from unhear.service.homes import HomesInFolder
from unhear.service.houses import HomeGone, Houses
from unhear.service.spread import Place, spread
from unhear.settings import Settings, SettingsWrong
from unhear.stores.leases import FileLeases


def write(folder: Path, name: str, settings: str = "") -> None:
    (folder / name).mkdir(exist_ok=True)
    (folder / name / "settings.toml").write_text(settings)


def test_homes_come_and_go_and_one_that_is_wrong_is_none(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "notes").mkdir()
    write(tmp_path, ".hidden")
    write(tmp_path, "a", 'origin = "https://A.example"')
    homes = HomesInFolder(tmp_path)
    assert list(homes.all) == ["a"]
    known = homes.all["a"]
    write(tmp_path, "b", "nonsense = 1")
    homes.look()
    assert list(homes.all) == ["a"]
    assert caplog.records[-1].getMessage() == "a home's settings are wrong"
    write(tmp_path, "b", 'origin = "https://b.example:8443"')
    homes.look()
    assert homes.all["a"] is known, "what did not change is not read again"
    assert (homes.at("a.example"), homes.at("b.example:8443"), homes.at("b.example")) == (
        "a",
        "b",
        None,
    )
    (tmp_path / "a" / "settings.toml").unlink()
    homes.look()
    assert (list(homes.all), homes.at("a.example")) == (["b"], None)


def test_a_name_that_two_homes_claim_is_neither_s(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write(tmp_path, name, 'origin = "https://one.example"')
    assert HomesInFolder(tmp_path).at("one.example") is None


def test_every_process_knows_a_folder_by_one_name_and_no_other_folder(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    assert HomesInFolder(tmp_path).id == HomesInFolder(tmp_path).id
    assert HomesInFolder(tmp_path).id != HomesInFolder(tmp_path / "other").id
    with pytest.raises(SettingsWrong, match="no folder"):
        HomesInFolder(tmp_path / "missing")


@pytest.mark.parametrize("places", [1, 2, 3, 7])
def test_each_process_has_as_many_homes_and_few_change_hands(places: int) -> None:
    homes = [f"home {number}" for number in range(100)]
    before, after = spread(homes, range(places)), spread(homes, range(places + 1))
    for whose in (before, after):
        assert set(whose) == set(homes)
        assert max(Counter(whose.values()).values()) <= -(-100 // (len(set(whose.values()))))
    moved = sum(before[home] != after[home] for home in homes)
    assert moved <= 2.2 * 100 / (places + 1)


def test_two_processes_share_homes_and_one_has_all_after_the_other(tmp_path: Path) -> None:
    homes = [f"home {number}" for number in range(9)]
    one, other = (Place(FileLeases(tmp_path / "leases")) for _ in range(2))
    assert one.homes(homes) == set(homes)
    theirs = other.homes(homes)
    ours = one.homes(homes)
    assert ours | theirs == set(homes)
    assert not ours & theirs
    assert sorted(map(len, (ours, theirs))) == [4, 5]
    other.leave()
    assert one.homes(homes) == set(homes)


@pytest.fixture
def houses(tmp_path: Path) -> Houses:
    for name in ("a", "b"):
        write(tmp_path, name)
        set_up(Settings(house=tmp_path / name), PLAN, PASSPHRASE)
    write(tmp_path, "unmade")
    roles = {Role.WORKER}
    process = Process(roles, ThreadPoolExecutor(), lambda _: None, lambda _home, _error: None)
    return Houses(HomesInFolder(tmp_path), process, Shared())


def test_few_homes_are_open_and_none_that_is_used_is_closed(
    houses: Houses, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(houses_module, "OPEN_ENOUGH", 1)
    a, b = houses.home("a"), houses.home("b")

    async def visit() -> None:
        async with houses.use("a") as used:
            async with houses.use("b"):
                assert a.ready
                assert b.ready
            async with houses.use("a") as again:
                assert again is used
        await houses.tick()
        assert (a.ready, b.ready) == (True, False), "it was not used for longest"
        async with houses.use("b"):
            assert not a.ready, "nobody uses it, and there is no room"
        monkeypatch.setattr(houses_module, "IDLE_SECONDS", -1)
        await houses.tick()
        assert not b.ready
        assert houses.home("a") is a, "who is signed in there is known still"

    asyncio.run(visit())


def test_a_home_that_changed_is_opened_anew_and_one_that_is_gone_is_not(
    houses: Houses, tmp_path: Path
) -> None:
    async def visit() -> None:
        async with houses.use("a") as before:
            pass
        write(tmp_path, "a", 'time_zone = "Europe/Berlin"')
        houses.homes.look()
        async with houses.use("a") as after:
            assert after is not before
            assert after.home.house.settings.time_zone == "Europe/Berlin"
        (tmp_path / "a" / "settings.toml").unlink()
        houses.homes.look()
        with pytest.raises(HomeGone):
            async with houses.use("a"):
                pass
        await houses.tick()
        assert not after.home.ready
        async with houses.use("unmade", unmade=True) as unmade:
            assert not unmade.begun
        await houses.close()

    asyncio.run(visit())


def test_who_comes_to_a_home_that_is_over_waits_until_nobody_has_it(houses: Houses) -> None:
    async def visit() -> AtWork:
        async with houses.use("a") as at_work:
            assert not at_work.over
            return at_work

    async def give_up() -> None:
        async with houses.use("a") as before, houses.use("a"):
            before.give_up()
            comes = [asyncio.create_task(visit()) for _ in range(2)]
            await asyncio.wait(comes, timeout=1)
            assert not any(one.done() for one in comes)
        first, second = await asyncio.gather(*comes)
        assert first is second
        assert first is not before
        first.give_up()
        await houses.tick()
        assert not houses.home("a").ready, "nobody needs it now"
        await houses.close()

    asyncio.run(give_up())


def test_a_home_whose_settings_name_other_stores_is_given_up_though_somebody_has_it(
    houses: Houses, tmp_path: Path
) -> None:
    async def change() -> None:
        async with houses.use("a") as used, houses.use("b") as other:
            write(tmp_path, "a", 'database = "postgresql://elsewhere/unhear"')
            houses.homes.look()
            await houses.tick()
            assert (used.over, other.over) == (True, False)
        await houses.close()

    asyncio.run(change())
