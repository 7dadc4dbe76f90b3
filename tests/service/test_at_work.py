"""What cannot be done while stores or keeper are away, or there is no household, is done later."""

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from tests.answer.test_prepared import Typewriter
from tests.home import PASSPHRASE, PLAN
from unhear.answer.prepared import AT_START
from unhear.forget.errors import KeeperFailed
from unhear.house import shared
from unhear.house.setup import set_up
from unhear.service import at_work
from unhear.service.at_work import AtWork, Process, Role
from unhear.service.life import Life, Stage
from unhear.service.roles import work
from unhear.settings import Settings
from unhear.web.home import Home


def test_what_is_due_waits_while_the_keeper_is_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(at_work, "ACCOUNTS_EVERY", timedelta(0))
    monkeypatch.setattr(at_work, "TICK_SECONDS", 0.01)
    monkeypatch.setattr(at_work, "_warm", lambda _house: None)
    settings = Settings(house=tmp_path / "house")
    set_up(settings, PLAN, PASSPHRASE)
    home, failed, done = Home(settings), list[Exception](), list[bool]()

    def tick() -> None:
        done.append(len(done) > 2)
        if not done[-1]:
            raise KeeperFailed("the keeper is away")

    monkeypatch.setattr(home, "tick", tick)
    caplog.set_level(logging.WARNING)

    async def serve(answers: ThreadPoolExecutor) -> None:
        process = Process(
            {Role.WEB}, answers, lambda _: None, lambda _, error: failed.append(error)
        )
        one = AtWork(home, process)
        await asyncio.to_thread(home.begin, asyncio.get_running_loop())
        await asyncio.to_thread(home.open)
        await one.begin()
        async with asyncio.timeout(60):
            while not (failed or (done and done[-1])):  # noqa: ASYNC110 - it tells nobody
                await asyncio.sleep(0.01)
        await one.rest()
        await one.close()

    with ThreadPoolExecutor(1) as answers:
        asyncio.run(serve(answers))
    assert not failed
    told = [one.message for one in caplog.records if one.name == at_work.log.name]
    assert told == ["what is due was not done"] * 3


@pytest.mark.parametrize(
    ("roles", "prepares"), [({Role.WEB}, False), ({Role.WEB, Role.EARS}, True)]
)
def test_replies_are_prepared_where_somebody_can_be_answered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, roles: set[Role], *, prepares: bool
) -> None:
    monkeypatch.setattr(at_work, "TICK_SECONDS", 0.01)
    monkeypatch.setattr(at_work, "_warm", lambda house: house.synthesiser.warm())
    voice = Typewriter()
    monkeypatch.setattr(shared, "choose_synthesiser", lambda _: voice)
    settings = Settings(house=tmp_path / "house")
    set_up(settings, PLAN, PASSPHRASE)
    home, ticks = Home(settings), list[object]()
    monkeypatch.setattr(at_work, "ACCOUNTS_EVERY", timedelta(0))
    monkeypatch.setattr(home, "tick", lambda: ticks.append(None))

    async def serve(answers: ThreadPoolExecutor) -> None:
        one = AtWork(home, Process(roles, answers, lambda _: None, lambda *_: None))
        await asyncio.to_thread(home.begin, asyncio.get_running_loop())
        await asyncio.to_thread(home.open)
        await one.begin()
        async with asyncio.timeout(60):
            while len(ticks) < AT_START:  # noqa: ASYNC110 - it tells nobody
                await asyncio.sleep(0.01)
        await one.rest()
        await one.close()

    with ThreadPoolExecutor(1) as answers:
        asyncio.run(serve(answers))
    assert (len(voice.asked) > AT_START) is prepares


def test_a_household_that_another_process_makes_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(at_work, "_warm", lambda _house: None)
    settings, life = Settings(house=tmp_path / "house", page="127.0.0.1:0"), Life()

    async def stage(wanted: Stage) -> None:
        async with asyncio.timeout(60):
            while life.stage is not wanted:  # noqa: ASYNC110 - it tells nobody
                await asyncio.sleep(0.01)

    async def serve() -> None:
        working = asyncio.create_task(work(settings, lambda _: None, {Role.WEB}, life))
        await stage(Stage.NO_HOUSEHOLD)
        await asyncio.to_thread(set_up, settings, PLAN, PASSPHRASE)
        await stage(Stage.READY)
        life.leave()
        await working

    asyncio.run(serve())
