"""One process of a house has its devices, another the console: both houses real, on one database.

The camera is one that tests hold, the line between the two is sealed, and the console's browser is
real where what it does matters.
"""

import json
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import expect
from pydantic import SecretStr
from websockets import Origin
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from tests import back_ends
from tests.back_ends import POSTGRESQL, SQLITE
from tests.house.test_rooms import Box, Words
from tests.satellites.serving import Background
from tests.service.processes import until
from tests.web.browser import browser
from tests.web.consoles import API, Console, console
from tests.web.films import jpeg
from tests.web.test_live import AT_THE_EDGE, LEFT_WITHIN, Watched, _camera, _look
from unhear.house.cameras import camera_item
from unhear.house.house import WATCHED, House
from unhear.house.rooms_of import RoomsOf
from unhear.house.watched import Call, CallWrong, CameraElsewhere, CameraState
from unhear.household.cameras import Area
from unhear.household.family import Device
from unhear.household.retention import DeviceKind
from unhear.household.words import DeviceId
from unhear.service.answering import Answering, answering_at
from unhear.service.asking import Asking
from unhear.service.devices_here import DevicesHere, Serves
from unhear.service.others import Others
from unhear.service.sealing import HomeKey
from unhear.settings import CameraSettings
from unhear.web import security

DOOR, HALL, SHELF = DeviceId("front door"), DeviceId("hall"), DeviceId("shelf")
TOKEN = "b" * 32
CAMERA = CameraSettings(
    name=DOOR,
    address="rtsp://127.0.0.1:1/door",
    doorbell=True,
    speaker=HALL,
    press_token=SecretStr(TOKEN),
)
SATELLITES: list[DeviceId] = []
"""What every process with devices says that it serves."""

PATIENCE = 60.0
RATE_HZ = 48_000


class Hand(Watched):
    """A camera that notes its button, and ends when it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.rings = 0

    def rang(self) -> None:
        self.rings += 1


@dataclass
class TwoProcesses:
    """A house twice: `served` has the console, each of `ears` has devices."""

    served: Console
    ears: list[House]
    cookie: str

    def look(self, path: str = "") -> ClientConnection:
        url = self.served.url.replace("http:", "ws:") + f"/live/front%20door{path}"
        headers = {"cookie": self.cookie}
        return connect(url, origin=Origin(self.served.url), additional_headers=headers)

    def press(self) -> int:
        with closing(self.served.client(authorization=f"Bearer {TOKEN}")) as button:
            return button.post(f"{API}/doorbells/{DOOR}/press").status_code


@pytest.fixture
def two(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, back_end: None
) -> Iterator[Callable[..., TwoProcesses]]:
    """Answer what makes the two, with so many that have devices, or may."""
    assert back_end is None
    monkeypatch.setattr(security, "PROOFS_PER_MINUTE", 1_000)
    back_ends.CURRENT.prepare(tmp_path / "house")
    with console(tmp_path, cameras=(CAMERA,)) as served, Background() as background:
        opened: list[House] = []
        addresses = [f"unix:{tmp_path}/ears-{number}" for number in range(2)]
        console_address = f"unix:{tmp_path}/web"

        def make(count: int = 1) -> TwoProcesses:
            for address in addresses[:count]:
                house = House(served.house.settings)
                house.rooms._synthesiser = Words
                opened.append(house)
                background.enter(_answering(house, address))
            served.house.beyond = Others(Asking(addresses[:count], _key(served.house)))
            background.enter(_answering(served.house, console_address, None))
            for number, house in enumerate(opened):
                others = [one for at, one in enumerate(addresses[:count]) if at != number]
                house.beyond = Others(Asking([*others, console_address], _key(house)))
            served.house.rooms._synthesiser = Words
            served.home.bell = served.house.door
            served.keep()
            with closing(served.guardian()) as ada:
                cookie = ada.headers["cookie"]
            return TwoProcesses(served, opened, cookie)

        yield make
        background.do(background._stack.aclose())
        for house in opened:
            house.close()


def _key(house: House) -> HomeKey:
    return HomeKey(house.settings.log_key_file, house.household.id)


@asynccontextmanager
async def _answering(
    house: House, address: str, serves: Serves | None = SATELLITES.copy
) -> AsyncIterator[None]:
    answering = Answering()
    with answering.answering_for(DevicesHere(house, _key(house), serves)):
        async with answering_at(answering, address):
            yield


def looked_at(two: TwoProcesses) -> bool:
    """Whether it is stated that the camera was looked at."""
    return camera_item(DOOR) in {item for *_, item in two.served.house.looks._stated}


@pytest.mark.parametrize("back_end", [SQLITE, POSTGRESQL], indirect=True)
def test_a_camera_of_another_process_is_seen_and_who_is_before_it_hears_of_it_first(
    two: Callable[..., TwoProcesses],
) -> None:
    both = two(2)
    camera, box = Watched(), Box()
    both.ears[1].cameras.watch(DOOR, camera)
    both.ears[0].rooms.join(HALL, box)
    with both.look() as page:
        first = page.recv(PATIENCE)
        assert isinstance(first, bytes)
        assert first[4:8] == b"ftyp"
        said = [box.played.get(timeout=PATIENCE).pcm.size for _ in range(2)]
        assert len(WATCHED["en"]) in said, "the voice has as many frames as the text has letters"
        assert looked_at(both)
        got = first + b"".join(page.recv(PATIENCE) for _ in range(len(camera.pieces) - 1))  # type: ignore[misc] # bytes
        assert got == b"".join(camera.pieces)
        assert both.ears[1].cameras.told(DOOR).seen_live
    assert camera.left.wait(LEFT_WITHIN), "when the page is gone nobody follows any more"
    until(lambda: not both.ears[1].cameras.told(DOOR).seen_live)
    with closing(both.served.guardian()) as ada:
        told = ada.get(f"{API}/receipts", params={"kind": "look"}).json()["receipts"]
        picture = ada.get(f"{API}/cameras/{DOOR}/picture")
    assert [one["statement"]["how"] for one in told] == ["seen live"]
    assert picture.content == jpeg(1)


def knows_of_the_hall(house: House) -> bool:
    with suppress(CameraElsewhere):
        return not house.speakers.has(HALL)
    return False


def test_nobody_is_seen_whom_nobody_can_tell(two: Callable[..., TwoProcesses]) -> None:
    both = two(2)
    camera = Watched()
    both.ears[1].cameras.watch(DOOR, camera)
    dead = [f"unix:{both.served.house.settings.house}/nobody"]
    beyond = both.served.house.beyond
    assert isinstance(beyond, Others)
    beyond._asking._addresses = [*beyond._asking._addresses, *dead]
    with both.look() as page, pytest.raises(ConnectionClosed, match="cameras-elsewhere"):
        page.recv(PATIENCE)
    assert not camera.left.is_set(), "it was never followed"
    SATELLITES.append(HALL)
    try:
        until(lambda: knows_of_the_hall(both.served.house))
        with both.look() as page:
            assert page.recv(PATIENCE), "who serves the speaker says that it is away"
    finally:
        SATELLITES.clear()


@pytest.mark.tools
def test_a_camera_that_its_process_leaves_is_looked_for_again_and_seen_where_it_is_then(
    two: Callable[..., TwoProcesses],
) -> None:
    both = two(2)
    first, second = both.ears
    left, taken = Watched(), Watched()
    first.cameras.watch(DOOR, left)
    with browser() as opened:
        page = _camera(opened, both.served, DOOR)
        first.rooms.join(HALL, Box())
        _look(page)
        page.wait_for_function(AT_THE_EDGE)
        first.cameras.unwatch(DOOR)
        left.over.set()
        expect(page.locator("video")).to_be_hidden()
        second.cameras.watch(DOOR, taken)
        page.wait_for_function(AT_THE_EDGE)
        page.get_by_role("button", name="Stop looking").click()
        assert taken.left.wait(PATIENCE)


def test_what_the_page_says_is_heard_at_the_speaker_and_ends_with_it(
    two: Callable[..., TwoProcesses],
) -> None:
    both = two()
    (ears,) = both.ears
    box = Box()
    with both.look("/talk") as page:
        page.send(json.dumps({"rate": RATE_HZ}))
        with pytest.raises(ConnectionClosed, match="nobody can be spoken"):
            page.recv(PATIENCE)
    assert not looked_at(both), "nobody was heard"
    ears.rooms.join(HALL, box)
    until(lambda: both.served.house.speakers.has(HALL))
    voice = np.arange(0, 30_000, 10, dtype=np.int16)
    with both.look("/talk") as page:
        page.send(json.dumps({"rate": RATE_HZ}))
        assert json.loads(page.recv(PATIENCE)) == {"ready": True}
        assert looked_at(both)
        for _ in range(3):
            page.send(voice.astype("<i2").tobytes())
        assert box.played.get(timeout=PATIENCE).pcm.size, "a chime"
        heard = [box.played.get(timeout=PATIENCE) for _ in range(3)]
    assert all(one.rate_hz == RATE_HZ for one in heard)
    assert np.array_equal(np.concatenate([one.pcm for one in heard]), np.tile(voice, 3))
    reply = next(iter(ears.door.replies()))
    assert both.served.house.door.reply(DOOR, reply)
    said = [box.played.get(timeout=PATIENCE).pcm.size for _ in range(2)]
    assert len(ears.door.replies()[reply]) in said, "and nothing of the voice comes any more"


def test_a_press_rings_where_the_camera_is_and_once(two: Callable[..., TwoProcesses]) -> None:
    both = two(2)
    camera, boxes = Hand(), [Box(), Box()]
    for house, box in zip(both.ears, boxes, strict=True):
        house.rooms.join(DeviceId("kitchen"), box)
    assert both.press() == 204, "it is between two processes: somebody hears of it"
    assert boxes[0].played.get(timeout=PATIENCE).pcm.size
    both.ears[1].cameras.watch(DOOR, camera)
    assert [both.press(), both.press()] == [204, 204]
    assert boxes[1].played.get(timeout=PATIENCE).pcm.size
    assert camera.rings == 1, "two presses within seconds are one ring"


def heard(box: Box) -> int:
    """Answer how much a speaker played that is said with a chime before it."""
    return [box.played.get(timeout=PATIENCE).pcm.size for _ in range(2)][1]


def test_an_announcement_reaches_the_rooms_of_every_process_once(
    two: Callable[..., TwoProcesses],
) -> None:
    both = two(2)
    page, attic, kitchen, tablet = Box(), Box(), Box(), Box()
    web, (first, second) = both.served.house, both.ears
    web.rooms.join(DeviceId("browser"), page, room="study")
    web.rooms.join(DeviceId("tablet"), tablet, room="kitchen")
    first.rooms.join(DeviceId("k"), kitchen, room="kitchen")
    second.rooms.join(DeviceId("a"), attic, room="attic")
    here = RoomsOf(first.rooms, first.speakers, DeviceId("k"))
    until(lambda: here.names() == ["attic", "kitchen", "study"])
    assert here.announce("dinner is ready") == ["attic", "study"]
    assert heard(page) == heard(attic) == len("dinner is ready")
    there = RoomsOf(web.rooms, web.speakers, DeviceId("browser"))
    until(lambda: there.names() == ["attic", "kitchen", "study"])
    assert there.announce("I come", "kitchen") == ["kitchen"]
    assert heard(tablet) == len("I come"), "its own device in a room is nearest"
    first.rooms.leave(DeviceId("k"), first.rooms._places[DeviceId("k")].mouth)
    assert all(box.played.empty() for box in (page, attic, kitchen, tablet))


def test_who_rings_is_told_of_in_every_room_but_where_somebody_rests_or_stands_at_the_door(
    two: Callable[..., TwoProcesses],
) -> None:
    both = two(2)
    boxes = {name: Box() for name in ("study", "bed", HALL, "kitchen")}
    web, (first, second) = both.served.house, both.ears
    for house, room in ((web, "study"), (web, "bed"), (second, HALL), (second, "kitchen")):
        house.rooms.join(DeviceId(room), boxes[room], room=room)
    for house in (first, web, second):
        house.household = house.family.set_listening(DeviceId("bed"), on=False)
    first.cameras.watch(DOOR, Hand())
    until(lambda: len(first.speakers.rooms()) == len(boxes))
    assert both.press() == 204
    assert heard(boxes["study"]) == heard(boxes["kitchen"])
    assert boxes["bed"].played.empty()
    assert boxes[HALL].played.empty()


@dataclass
class Filming:
    """A browser that films, as tests hold it."""

    answer: str = "v=0 an answer"
    hears: bool = False
    over: bool = False
    closed: bool = False

    def close(self) -> None:
        self.closed = True


class Shelf(Watched):
    """A camera that waits for browsers; what they say is noted."""

    def __init__(self) -> None:
        super().__init__()
        self.offers: list[tuple[str, bool]] = []
        self.call_now = Filming()

    def call(self, offer: str, *, hears: bool) -> Call:
        if not offer:
            raise CallWrong("it offers no film")
        self.offers.append((offer, hears))
        self.call_now.hears = hears
        return self.call_now


@pytest.mark.parametrize("back_end", [SQLITE, POSTGRESQL], indirect=True)
def test_a_phone_films_for_a_camera_of_another_process(two: Callable[..., TwoProcesses]) -> None:
    both = two()
    (ears,), house = both.ears, both.served.house
    house.household = house.family.set_device(Device(SHELF, DeviceKind.CAMERA, "hall"))
    house.household = house.cameras.decide(replace(house.cameras.decided(SHELF), hears=True))
    assert ears.household.camera(SHELF).hears, "what is decided is obeyed there before it is told"
    shelf = Shelf()
    ears.cameras.watch(SHELF, shelf, shelf)
    offer = "v=0 an offer " * 2_000
    call = house.cameras.call(SHELF, offer)
    assert (call.answer, call.hears, call.over) == ("v=0 an answer", True, False)
    assert shelf.offers == [(offer, True)]
    shelf.call_now.over = True
    until(lambda: call.over)
    until(lambda: shelf.call_now.closed)
    shelf.call_now = Filming()
    house.cameras.call(SHELF, offer).close()
    until(lambda: shelf.call_now.closed)
    with pytest.raises(CallWrong, match="it offers no film"):
        house.cameras.call(SHELF, "")


def test_what_is_decided_is_obeyed_at_once(two: Callable[..., TwoProcesses]) -> None:
    both = two(2)
    house = both.served.house
    private = (Area(0, 0, 0.5, 1),)
    house.household = house.cameras.decide(replace(house.cameras.decided(DOOR), private=private))
    for ears in both.ears:
        assert ears.household.camera(DOOR).private == private


def test_of_cameras_is_told_what_their_process_knows(two: Callable[..., TwoProcesses]) -> None:
    both = two()
    camera = Watched()
    cameras = both.served.house.cameras
    assert cameras.state(DOOR) is CameraState.AWAY, "all were asked, and nobody has it"
    both.ears[0].cameras.watch(DOOR, camera)
    until(lambda: cameras.state(DOOR) is CameraState.CONNECTED)
    assert not cameras.filming(DOOR)
    camera.filming = True
    until(lambda: cameras.filming(DOOR))
