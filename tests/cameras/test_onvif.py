"""Cameras describe themselves, and tell what they notice, over ONVIF; a stranger learns nothing."""

import asyncio
import importlib
import logging
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from pydantic import SecretStr

from tests.cameras.simulated_onvif import SimulatedOnvif, answering_probes, serving
from unhear.cameras import onvif_events
from unhear.cameras.onvif import OnvifDevice, describe
from unhear.cameras.onvif_discovery import Found, discover
from unhear.cameras.onvif_events import OnvifEvents
from unhear.cameras.soap import Login, OnvifAway, OnvifRefused
from unhear.house.watched import CameraState
from unhear.household.words import DeviceId
from unhear.settings import CameraSettings

PATIENCE = 60
FRONT = DeviceId("front door")
VISITOR = "tns1:RuleEngine/MyRuleDetector/Visitor"
MOTION = "tns1:RuleEngine/CellMotionDetector/Motion"
WIRED = "tns1:Device/Trigger/DigitalInput"
WRONG = "not the password at all"


@pytest.fixture
def camera() -> Iterator[SimulatedOnvif]:
    with serving(SimulatedOnvif()) as camera:
        yield camera


def login(camera: SimulatedOnvif, password: str | None = None) -> Login:
    return Login("127.0.0.1", camera.port, camera.user, password or camera.password)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not condition():  # noqa: ASYNC110 - it is another thread's
            await asyncio.sleep(0.01)


@dataclass
class Told:
    """What the house was told."""

    rung: list[DeviceId] = field(default_factory=list)
    movements: int = 0

    def rang(self, camera: DeviceId) -> None:
        self.rung.append(camera)

    def moved(self, camera: DeviceId) -> None:  # noqa: ARG002 - there is one
        self.movements += 1


@asynccontextmanager
async def hearing(
    camera: SimulatedOnvif, told: Told, *, doorbell: bool = False
) -> AsyncIterator[OnvifEvents]:
    events = OnvifEvents(FRONT, login(camera), told, doorbell=doorbell)
    task = asyncio.create_task(events.run())
    try:
        await until(lambda: events.state is CameraState.CONNECTED)
        yield events
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def test_a_camera_says_where_its_film_is_and_what_it_notices(camera: SimulatedOnvif) -> None:
    assert asyncio.run(describe(login(camera))) == OnvifDevice(
        main="rtsp://127.0.0.1:8554/main?a=1",
        sub="rtsp://127.0.0.1:8554/sub?a=1",
        snapshot="http://127.0.0.1/snap/main",
        has_doorbell=True,
        notices_motion=True,
    )


def test_a_plain_camera_of_old_is_understood_too() -> None:
    plain = SimulatedOnvif(knows=frozenset(), profiles=(("only", 640, 480),))
    with serving(plain):
        device = asyncio.run(describe(login(plain)))
    assert "GetCapabilities" in plain.asked
    assert device == OnvifDevice("rtsp://127.0.0.1:8554/only?a=1", None, None, False, False)  # noqa: FBT003


def test_a_wrong_password_is_told_clearly_and_stands_nowhere(
    camera: SimulatedOnvif, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with pytest.raises(OnvifRefused, match="does not take the user and password") as refused:
        asyncio.run(describe(login(camera, WRONG)))
    known = login(camera, WRONG)
    for text in (caplog.text, repr(refused.value), repr(known), str(refused.value.__context__)):
        assert WRONG not in text
    assert all(digest not in caplog.text for digest in camera.signed)


def test_the_right_password_stands_in_no_log_either(
    camera: SimulatedOnvif, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    asyncio.run(describe(login(camera)))
    assert camera.signed
    for secret in (camera.password, *camera.signed):
        assert secret not in caplog.text


@pytest.mark.parametrize("operation", ["GetProfiles", "GetStreamUri"])
def test_what_is_no_answer_counts_as_away(operation: str) -> None:
    with serving(SimulatedOnvif(garbles=operation)) as camera, pytest.raises(OnvifAway):
        asyncio.run(describe(login(camera)))


def test_a_camera_that_is_not_there_is_away(camera: SimulatedOnvif) -> None:
    with serving(SimulatedOnvif(profiles=())) as blind, pytest.raises(OnvifAway, match="no film"):
        asyncio.run(describe(login(blind)))
    gone = Login("127.0.0.1", blind.port)
    with pytest.raises(OnvifAway):
        asyncio.run(describe(gone))


def test_the_library_does_not_set_up_the_programs_log() -> None:
    program = """
import logging
from unhear.cameras.soap import _library
before = logging.root.level
_library()
assert (logging.root.handlers, logging.root.level) == ([], before)
"""
    subprocess.run([sys.executable, "-c", program], check=True)


@pytest.mark.parametrize(
    ("address", "host", "port"),
    [
        ("onvif://10.0.0.5", "10.0.0.5", 80),
        ("onvif://[fe80::1]:8000", "fe80::1", 8000),
        ("rtsp://10.0.0.5:554/live", "10.0.0.5", 80),
    ],
)
def test_a_camera_is_signed_in_to_as_the_settings_have_it(
    address: str, host: str, port: int
) -> None:
    named = CameraSettings(name="c", address=address, user="u", password=SecretStr("p"))
    assert Login.of(named) == Login(host, port, "u", "p")


@pytest.mark.parametrize(
    ("told", "used"),
    [
        ("rtsp://10.9.9.9:554/x?y=1", "rtsp://cam:554/x?y=1"),
        ("http://evil.example/steal", "http://cam/steal"),
        ("rtsp://user:secret@10.9.9.9/x", "rtsp://cam/x"),
        ("file:///etc/passwd", None),
        ("rtsp://x:port/", None),
        ("", None),
        (None, None),
    ],
)
def test_no_camera_sends_the_house_elsewhere(told: str | None, used: str | None) -> None:
    assert Login("cam").at_home(told) == used


def test_presses_and_motion_are_told_when_they_begin(camera: SimulatedOnvif) -> None:
    async def listen() -> None:
        async with hearing(camera, told):
            camera.tell(VISITOR, "true", "Initialized")
            camera.tell(VISITOR, "false")
            camera.tell(VISITOR, "true")
            camera.tell(VISITOR, "true")
            camera.tell(MOTION, "true", name="IsMotion")
            await until(lambda: told.movements == 1)
            camera.tell(WIRED, "true", name="LogicalState")
            camera.tell("tns1:VideoSource/Alarm", "Ring", operation="")
            camera.tell("tns1:Some/Other", "true")
            camera.tell("tns1:VideoSource/MotionAlarm", "1")
            await until(lambda: told.movements == 2)

    told = Told()
    asyncio.run(listen())
    assert told.rung == [FRONT, FRONT]
    assert camera.times("Unsubscribe") == 1
    assert camera.subscriptions == {}


def test_a_button_that_is_wired_to_a_doorbell_is_its_own(camera: SimulatedOnvif) -> None:
    async def listen() -> None:
        async with hearing(camera, told, doorbell=True):
            camera.tell(WIRED, "true", name="LogicalState")
            await until(lambda: told.rung == [FRONT])

    told = Told()
    asyncio.run(listen())


def test_after_a_power_cut_the_camera_is_subscribed_to_again(
    camera: SimulatedOnvif, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def listen() -> None:
        async with hearing(camera, told) as events:
            camera.tell(VISITOR, "true", "Initialized")
            camera.forget_subscriptions()
            await until(lambda: events.state is CameraState.AWAY)
            await until(lambda: events.state is CameraState.CONNECTED)
            camera.tell(VISITOR, "true", "Initialized")
            camera.tell(VISITOR, "false")
            camera.tell(VISITOR)
            await until(lambda: told.rung == [FRONT])

    monkeypatch.setattr(onvif_events, "AGAIN_FIRST_SECONDS", 0.1)
    told = Told()
    asyncio.run(listen())
    assert camera.times("CreatePullPointSubscription") == 2


def test_a_camera_that_is_gone_is_tried_again_and_later_each_time(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def listen() -> None:
        events = OnvifEvents(FRONT, login(camera), told)
        task = asyncio.create_task(events.run())
        await until(lambda: len(pauses) >= 7)
        with serving(camera):
            await until(lambda: events.state is CameraState.CONNECTED)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def sleep(seconds: float) -> None:
        if seconds >= 1:
            pauses.append(seconds)
        await really(0.01)

    really, pauses, told = asyncio.sleep, list[float](), Told()
    with serving(SimulatedOnvif()) as camera:
        pass
    monkeypatch.setattr(asyncio, "sleep", sleep)
    caplog.set_level(logging.WARNING)
    asyncio.run(listen())
    assert pauses[:7] == [1, 2, 4, 8, 16, 30, 30]


def test_a_camera_that_refuses_is_said_once_and_asked_seldom(
    camera: SimulatedOnvif, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def listen() -> None:
        events = OnvifEvents(FRONT, login(camera, WRONG), Told())
        task = asyncio.create_task(events.run())
        await until(lambda: camera.times("GetCapabilities") >= 3)
        assert events.state is CameraState.REFUSED
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    monkeypatch.setattr(onvif_events, "AGAIN_SECONDS_MAX", 0.05)
    asyncio.run(listen())
    said = [(record.getMessage(), vars(record)["why"]) for record in caplog.records]
    assert said == [
        (
            "a camera's events are not heard",
            "the camera does not take the user and password in the settings",
        )
    ]


def test_whatever_goes_wrong_it_listens_again(
    camera: SimulatedOnvif, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def listen() -> None:
        async with hearing(camera, told):
            camera.tell(VISITOR)
            await until(lambda: told.rung == [FRONT])

    def broken(_camera: DeviceId) -> None:
        monkeypatch.setattr(told, "moved", really)
        raise RuntimeError

    monkeypatch.setattr(onvif_events, "AGAIN_FIRST_SECONDS", 0.05)
    told = Told()
    really = told.moved
    monkeypatch.setattr(told, "moved", broken)
    camera.tell(MOTION)
    asyncio.run(listen())


@pytest.mark.slow
def test_a_subscription_is_renewed_before_it_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    async def listen() -> None:
        async with hearing(camera, told):
            await until(lambda: camera.times("Renew") >= 3)
            camera.tell(VISITOR)
            await until(lambda: told.rung == [FRONT])

    managers = importlib.import_module("onvif.managers")
    monkeypatch.setattr(managers, "MINIMUM_SUBSCRIPTION_SECONDS", 0.1)
    told = Told()
    with serving(SimulatedOnvif(granted=timedelta(seconds=3))) as camera:
        asyncio.run(listen())
    assert camera.times("CreatePullPointSubscription") == 1


MATCH = """<?xml version="1.0"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"
 xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing"
 xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery"><s:Header><a:RelatesTo>ID</a:RelatesTo>
</s:Header><s:Body><d:ProbeMatches><d:ProbeMatch><d:Scopes>onvif://www.onvif.org/type/x
 onvif://www.onvif.org/name/Front%20Door%3Cb%3E</d:Scopes><d:XAddrs>http://10.99.99.99:8000/onvif
</d:XAddrs></d:ProbeMatch></d:ProbeMatches></s:Body></s:Envelope>"""


def test_cameras_on_the_network_answer_a_probe() -> None:
    with answering_probes(MATCH, MATCH) as (where, probes):
        found = asyncio.run(discover(where, 0.5))
    assert found == [Found("onvif://127.0.0.1:8000", "Front Door b")]
    assert "NetworkVideoTransmitter" in probes[0]


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "<",
        "\x00" * 10,
        MATCH.replace("ID", "urn:uuid:another"),
        MATCH.replace("http://10.99.99.99:8000/onvif", ""),
        MATCH.replace("http://10.99.99.99:8000/onvif", "file:///etc/passwd http://[x http://y:z"),
        '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>'
        + MATCH.partition("?>")[2].replace("ID", "&b;"),
    ],
)
def test_what_is_no_camera_is_not_found(answer: str) -> None:
    with answering_probes(answer) as (where, _):
        assert asyncio.run(discover(where, 0.3)) == []
