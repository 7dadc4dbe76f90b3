"""Several processes serve the devices of one house: each is served by one, and by another after it.

The satellites are real connections, the processes real, and what is said is put into the mouth of
the one recogniser that all of them ask.
"""

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.cli.program import unhear
from tests.ports import free_port
from tests.satellites.serving import Background
from tests.satellites.wyoming_device import WyomingDevice
from tests.service.processes import Slow, made, process, recogniser, spoken, until
from unhear.capture.sound import Pcm
from unhear.house.house import House
from unhear.house.setup import SetupPlan
from unhear.settings import Settings, read_settings

PLAN = SetupPlan("Testers", "Ada", children=("Mia",))
"""With a child, so that what an unknown voice asks to remember is in memory alone."""

pytestmark = [pytest.mark.speech, pytest.mark.slow]

HANDED_OVER_SECONDS = 30.0
"""A second until it is noticed, one until it is connected, and what a very busy machine needs."""

NAMES = ("attic", "hall")


@pytest.fixture(scope="module")
def sound() -> Pcm:
    return spoken("What is two plus two?")


@contextmanager
def satellites() -> Iterator[tuple[Background, dict[str, WyomingDevice], str]]:
    """Answer two satellites, and the settings that name them."""
    devices = {name: WyomingDevice() for name in NAMES}
    with Background() as background, ExitStack() as stack:
        settings = 'page = ""\n'
        for name, device in devices.items():
            port = free_port()

            async def serve(port: int = port, device: WyomingDevice = device) -> asyncio.Server:
                return await asyncio.start_server(device.serve, "127.0.0.1", port)

            server = background.do(serve())
            stack.callback(background.loop.call_soon_threadsafe, server.close)
            settings += f'[[satellites]]\nname = "{name}"\naddress = "127.0.0.1:{port}"\n'
        yield background, devices, settings


def kept(house: Path) -> int:
    return len(list((house / "data" / "payloads").rglob("*.payload")))


def asks(background: Background, device: WyomingDevice, sound: Pcm) -> None:
    device.answered.clear()
    background.do(device.ask(sound))


def connections(devices: dict[str, WyomingDevice]) -> list[int]:
    return [one.connections for one in devices.values()]


def test_what_a_killed_process_served_another_serves_and_answers_each_request_once(
    tmp_path: Path, sound: Pcm
) -> None:
    words = Slow()
    with satellites() as (background, devices, named), recogniser(words) as address:
        house = made(tmp_path, f'speech = ["{address}"]\n{named}')
        with process(house, "ears") as first, process(house, "ears") as second:
            until(lambda: connections(devices) == [1, 1])
            assert {first.serves() for _ in NAMES} == {
                f"satellite {name} in the {name}, at {address_of(house, name)}" for name in NAMES
            }, "the first has them all, for what they do together"
            words.next.put("what is two plus two")
            asks(background, devices["attic"], sound)
            until(devices["attic"].answered.is_set)
            until(lambda: kept(house) == 1)
            words.go_on.clear()
            words.asked.clear()
            asks(background, devices["attic"], sound)
            assert words.asked.wait(60), "it is being recognised"
            first.popen.kill()
            took = until(lambda: connections(devices) == [2, 2])
            assert took < HANDED_OVER_SECONDS
            words.next.put("what the dead one was asked")
            words.go_on.set()
            until(words.next.empty)
            words.next.put("what is two plus three")
            asks(background, devices["attic"], sound)
            until(devices["attic"].answered.is_set)
            until(lambda: kept(house) == 2)
            assert connections(devices) == [2, 2], "nobody else has them"
            assert second.stop() == 0
        assert kept(house) == 2, "what was said as it was killed is lost, and nothing is kept twice"


def test_one_that_is_told_to_stop_answers_first_and_another_takes_what_rests_meanwhile(
    tmp_path: Path, sound: Pcm
) -> None:
    words = Slow()
    with satellites() as (background, devices, named), recogniser(words) as address:
        house = made(tmp_path, f'speech = ["{address}"]\n{named}')
        with process(house, "ears") as old, process(house, "ears") as new:
            until(lambda: connections(devices) == [1, 1])
            words.go_on.clear()
            words.next.put("what is two plus two")
            asks(background, devices["attic"], sound)
            assert words.asked.wait(60)
            old.popen.terminate()
            until(lambda: old.ready() == (503, "leaving"))
            until(lambda: devices["hall"].connections == 2)
            assert devices["attic"].connections == 1
            assert old.popen.poll() is None
            words.go_on.set()
            until(devices["attic"].answered.is_set)
            assert old.popen.wait(60) == 0
            until(lambda: devices["attic"].connections == 2)
            assert kept(house) == 1
            assert new.ready() == (200, "")


def test_told_twice_it_stops_at_once(tmp_path: Path, sound: Pcm) -> None:
    words = Slow()
    with satellites() as (background, devices, named), recogniser(words) as address:
        house = made(tmp_path, f'speech = ["{address}"]\n{named}')
        with process(house, "ears") as one:
            until(lambda: connections(devices) == [1, 1])
            words.go_on.clear()
            asks(background, devices["attic"], sound)
            assert words.asked.wait(60)
            one.popen.terminate()
            until(lambda: one.ready() == (503, "leaving"))
            one.popen.terminate()
            until(lambda: one.ready()[0] == 0)
            words.go_on.set()
            assert one.popen.wait(60) == 0


def address_of(house: Path, name: str) -> str:
    (one,) = (one for one in read_settings(house).satellites if one.name == name)
    return one.address


def handled(port: int, text: str) -> str:
    """Answer what a house says to words that another program read."""
    from wyoming.asr import Transcript as Words  # noqa: PLC0415
    from wyoming.client import AsyncTcpClient  # noqa: PLC0415

    async def ask() -> str:
        async with AsyncTcpClient("127.0.0.1", port) as client:
            await client.write_event(Words(text).event())
            event = await client.read_event()
            assert event is not None
            return str(event.data["text"])

    return asyncio.run(ask())


def test_what_one_process_forgets_another_has_in_mind_no_more_a_second_later(
    tmp_path: Path,
) -> None:
    port = free_port()
    with recogniser(Slow()) as address:
        house = made(
            tmp_path, f'speech = ["{address}"]\nprovide = "127.0.0.1:{port}"\npage = ""\n', PLAN
        )
        with process(house, "ears"):
            handled(port, "remember that I am allergic to walnuts")
            assert "walnuts" in handled(port, "what do you know about walnuts")
            assert "walnuts" in handled(port, "say that again")
            unhear(house, "forget", "--everything")
            took = until(lambda: "walnuts" not in handled(port, "say that again"))
            assert "don't know" in handled(port, "what do you know about walnuts")
            assert took < HANDED_OVER_SECONDS


def test_of_two_workers_one_does_what_is_due_and_the_other_after_it(tmp_path: Path) -> None:
    house = made(tmp_path, 'mirror = "mirror"\n'.replace('mirror"', f'{tmp_path}/mirror"', 1))
    with process(house, "worker") as first, process(house, "worker") as second:
        until(lambda: drilled(house) is not None)
        at = drilled(house)
        assert held_by(house) == first.popen.pid
        first.popen.kill()
        until(lambda: held_by(house) == second.popen.pid, HANDED_OVER_SECONDS)
        assert second.stop() == 0
        assert drilled(house) == at, "the drill was done, and is not due again"


def drilled(house: Path) -> object:
    one = House(Settings(house=house))
    drill = one.last_drill()
    one.close()
    return drill


def held_by(house: Path) -> int:
    """Answer which process has the lease of the duties, as the kernel tells it."""
    from hashlib import sha256  # noqa: PLC0415

    file = house / "leases" / f"{sha256(b'duties').hexdigest()[:32]}.lock"
    inode = f":{file.stat().st_ino}"
    for line in Path("/proc/locks").read_text().splitlines():
        fields = line.split()
        if fields[1] == "FLOCK" and fields[3] == "WRITE" and fields[5].endswith(inode):
            return int(fields[4])
    return 0
