"""A house on PostgreSQL and a bucket, all its roles in this process, and a clock that runs fast."""

import asyncio
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event, Thread
from time import monotonic
from unittest.mock import patch

import pytest
from tests.cli.program import PASSPHRASE
from tests.ports import free_port
from tests.servers import Server
from tests.stores.buckets import new_bucket, seaweed, sign_in
from wyoming.event import async_read_event, async_write_event
from wyoming.info import Attribution, Describe, Info, Satellite

from unhear import clock
from unhear.house.house import House
from unhear.house.setup import SetupPlan, set_up
from unhear.service.life import Life
from unhear.service.roles import work
from unhear.settings import read_settings

BEGIN_SECONDS_MAX = 60
STAYS_SECONDS = 1.5
SATELLITES = 2
PLAN = SetupPlan("Soak", "Ada", keep=True)


@dataclass(frozen=True, slots=True)
class FastClock:
    """A clock that runs `speed` times as fast as time passes."""

    speed: float
    real: datetime
    began: float

    def __call__(self) -> datetime:
        """Answer its present moment."""
        return self.real + timedelta(seconds=(monotonic() - self.began) * self.speed)

    @property
    def hours(self) -> float:
        """Answer how many of its hours passed."""
        return (self() - self.real).total_seconds() / 3600


@dataclass(frozen=True, slots=True)
class World:
    """What is at work, and where."""

    house: House
    """Another of the same house, for the load."""

    clock: FastClock
    database: str
    console: str
    temporary: Path


@contextmanager
def world(speed: float) -> Iterator[World]:
    """Let a house be at work in this process while the block runs."""
    with ExitStack() as stack:
        temporary = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="unhear-soak-")))
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="unhear-soak-")))
        database = _servers(stack, folder)
        stack.enter_context(patch.object(tempfile, "tempdir", str(temporary)))
        fast = FastClock(speed, clock.now(), monotonic())
        stack.enter_context(patch.object(clock, "now", fast))
        port, ports = free_port(), [free_port() for _ in range(SATELLITES)]
        named = "".join(
            f'[[satellites]]\nname = "room{one}"\naddress = "127.0.0.1:{one}"\n' for one in ports
        )
        # Nobody speaks: of speech nothing is measured, and nobody recognises it.
        settings = (
            f'database = "{database}"\npayloads = "s3://soak/house"\npage = "127.0.0.1:{port}"\n'
            f'speech = ["127.0.0.1:{free_port()}"]\nwake_engine = "micro"\n{named}'
        )
        home = folder / "house"
        home.mkdir()
        (home / "settings.toml").write_text(settings)
        set_up(read_settings(home), PLAN, PASSPHRASE)
        stack.enter_context(_running(home, ports))
        house = House(read_settings(home))
        stack.callback(house.close)
        yield World(house, fast, database, f"http://localhost:{port}", temporary)


def _servers(stack: ExitStack, folder: Path) -> str:
    """Start both servers, and answer the address of the database."""
    server = Server()
    server.make()
    server.start()
    stack.callback(server.remove)
    bucket = seaweed(folder)
    stack.callback(bucket.stop)
    sign_in(stack.enter_context(pytest.MonkeyPatch.context()), bucket.url)
    new_bucket(bucket.url, "soak", versioned=True)
    return server.address


@contextmanager
def _running(home: Path, ports: list[int]) -> Iterator[None]:
    """Do all that a house does, in a thread, as `unhear run` does."""
    loop, life, begun = asyncio.new_event_loop(), Life(), Event()
    ended: list[BaseException] = []

    async def run() -> None:
        async with asyncio.TaskGroup() as tasks:
            comers = [tasks.create_task(_come_and_go(port)) for port in ports]
            served = tasks.create_task(work(read_settings(home), lambda _: None, life=life))
            while not (served.done() or life.stage == "ready"):  # noqa: ASYNC110 - it tells nobody
                await asyncio.sleep(0.05)
            begun.set()
            await served
            for one in comers:
                one.cancel()

    def runs() -> None:
        try:
            loop.run_until_complete(run())
        except BaseException as error:  # noqa: BLE001 - told by the thread that waits
            ended.append(error)
        finally:
            begun.set()

    thread = Thread(target=runs, name="house")
    thread.start()
    try:
        if not begun.wait(BEGIN_SECONDS_MAX) or ended:
            raise RuntimeError("the house did not begin") from (ended[0] if ended else None)
        yield
    finally:
        loop.call_soon_threadsafe(life.leave)
        thread.join()
        loop.close()
    if ended:
        raise RuntimeError("the house ended by itself") from ended[0]


async def _come_and_go(port: int) -> None:
    """Be a satellite that is connected for a while, goes, and comes again."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        known = Attribution("unhear", "")
        satellite = Satellite("soak", known, installed=True, description=None, version=None)
        try:
            async with asyncio.timeout(STAYS_SECONDS):
                while (event := await async_read_event(reader)) is not None:
                    if Describe.is_type(event.type):
                        await async_write_event(Info(satellite=satellite).event(), writer)
        except (TimeoutError, ConnectionError):
            return
        finally:
            writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", port) as server:
        await server.serve_forever()
