"""Somebody rings: the rooms hear it, guardians' browsers are told, and the camera films."""

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from queue import Queue
from typing import Any

import pytest

from tests.home import NOON, PASSPHRASE, SetClock
from tests.house.test_ringing import Silent
from tests.skills.spoken_house import Loudspeaker
from unhear import clock
from unhear.capture.film import Piece
from unhear.house import shared as shared_module
from unhear.house.at_the_door import HouseDoor
from unhear.house.filming import Filming
from unhear.house.house import House
from unhear.house.setup import SetupPlan, set_up
from unhear.house.turn import Assistant
from unhear.house.watched import CameraState
from unhear.household.alerts import AlertKind, Subscription
from unhear.household.cameras import Camera, Mode
from unhear.household.limits import Bedtime, Limit
from unhear.household.words import DeviceId, PersonKind, Seen
from unhear.settings import CameraSettings, SatelliteSettings, Settings

PATIENCE = 60
FRONT, GARDEN = DeviceId("front door"), DeviceId("garden")
CAMERAS = (
    CameraSettings(name=FRONT, address="rtsp://a.example", doorbell=True, speaker="porch"),
    CameraSettings(name=GARDEN, address="rtsp://b.example", room="the garden"),
)
NURSERY = SatelliteSettings(name="nursery", address="127.0.0.1:1", person="Mia")
THERE = "Somebody is at the door."


@dataclass
class Lens:
    """A camera at work, which notes that its button was pressed."""

    pressed: int = 0
    state: CameraState = CameraState.CONNECTED
    filming: bool = False

    def rang(self) -> None:
        self.pressed += 1

    def live(self) -> object:
        raise AssertionError

    def picture(self) -> bytes | None:
        raise AssertionError


@dataclass
class Others:
    """Something else that is told."""

    told: list[tuple[str, DeviceId]] = field(default_factory=list)

    def rang(self, camera: DeviceId) -> None:
        self.told.append(("rang", camera))

    def moved(self, camera: DeviceId) -> None:
        self.told.append(("moved", camera))

    def seen(self, camera: DeviceId) -> None:
        self.told.append(("seen", camera))


@dataclass
class Stage:
    """A house with two cameras and three rooms, at noon."""

    house: House
    clock: SetClock
    lens: Lens = field(default_factory=Lens)
    others: Others = field(default_factory=Others)
    pushed: Queue[dict[str, str]] = field(default_factory=Queue)
    heard: dict[str, list[str]] = field(default_factory=dict)

    def send(self, _to: Subscription, message: bytes, _stays_seconds: int) -> None:
        self.pushed.put(json.loads(message))

    def join(self, device: str) -> None:
        told = self.heard.setdefault(device, [])
        self.house.rooms.join(DeviceId(device), Loudspeaker(), told=told.append)

    def next(self) -> dict[str, str]:
        return self.pushed.get(timeout=PATIENCE)


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Stage]]:
    stages: list[Stage] = []
    monkeypatch.setattr(shared_module, "choose_synthesiser", lambda _: Silent())

    def made(**wanted: Any) -> Stage:
        settings = Settings(
            house=tmp_path, **{"cameras": CAMERAS, "satellites": (NURSERY,), **wanted}
        )
        set_up(settings, SetupPlan("Testers", "Ada", children=("Mia",)), PASSPHRASE)
        now = SetClock()
        monkeypatch.setattr(clock, "now", now)
        stage = Stage(House(settings), now)
        stages.append(stage)
        house = stage.house
        ada = house.household.people[0].id
        browser = Subscription(b"b", ada, "https://p.example", b"", b"", frozenset(AlertKind), NOON)
        house.household = house.family.set_subscription(browser)
        house.__dict__["push"] = stage
        house.cameras.watch(FRONT, stage.lens)  # type: ignore[arg-type] # nobody looks live
        house.door.tell(stage.others)
        for device in ("kitchen", "nursery", "porch"):
            stage.join(device)
        return stage

    yield made
    for stage in stages:
        with closing(stage.house):
            pass


@pytest.fixture
def stage(make: Callable[..., Stage]) -> Stage:
    return make()


def filmed(stage: Stage, *seen: Seen) -> None:
    """Let a camera film a clip, piece by piece, that shows this one after the other."""
    house = stage.house
    on = Camera(FRONT, on=True, on_since=NOON)
    house.household = house.cameras.decide(on)
    first, *more = seen
    filming = Filming(FRONT, house.clips, lambda: house.household, house.door.noticed)
    clip = filming.begin(frozenset({first}), stage.clock())
    clip.add(Piece(b"film", 0.0, 2.0))
    for one in more:
        clip.saw(one)
    clip.end()


def test_who_rings_is_heard_in_the_rooms_told_to_browsers_and_filmed(stage: Stage) -> None:
    stage.house.door.rang(FRONT)
    assert stage.heard == {"kitchen": [THERE], "nursery": [THERE], "porch": []}
    assert stage.next() == {
        "kind": "rang",
        "path": "/today",
        "at": NOON.isoformat(),
        "room": "front door",
    }
    assert stage.lens.pressed == 1
    assert stage.others.told == [("rang", FRONT)]


def test_presses_in_a_row_are_one_ring_whoever_tells_of_them(stage: Stage) -> None:
    for _ in range(3):
        stage.house.door.rang(FRONT)
        stage.clock.pass_time(seconds=3)
    assert stage.lens.pressed == 1
    stage.clock.pass_time(seconds=10)
    stage.house.door.rang(FRONT)
    assert stage.lens.pressed == 2
    stage.house.door.rang(DeviceId("no such camera"))
    assert stage.others.told == [("rang", FRONT)] * 2


def test_where_somebody_rests_nothing_is_said(stage: Stage) -> None:
    house = stage.house
    mia = house.household.people[-1].id
    house.household = house.family.set_limit(Limit(mia, bedtime=Bedtime(11 * 60, 13 * 60)))
    house.door.rang(FRONT)
    assert stage.heard == {"kitchen": [THERE], "nursery": [], "porch": []}
    house.household = house.family.set_listening(DeviceId("kitchen"), on=False)
    stage.clock.pass_time(seconds=60)
    house.door.rang(FRONT)
    assert stage.heard == {"kitchen": [THERE], "nursery": [], "porch": []}
    stage.clock.pass_time(seconds=3 * 3600)
    house.door.rang(FRONT)
    assert stage.heard["nursery"] == [THERE]


def test_a_child_who_may_ask_nothing_of_the_door_hears_that_somebody_is_there(
    stage: Stage,
) -> None:
    house = stage.house
    house.household = house.family.set_limit(Limit(PersonKind.CHILD, skills=frozenset()))
    house.door.rang(FRONT)
    assert stage.heard["nursery"] == [THERE]


def test_of_several_doors_it_is_said_which_in_the_houses_language(
    make: Callable[..., Stage],
) -> None:
    back = CameraSettings(name="back", address="rtsp://c.example", doorbell=True, room="Hof")
    stage = make(cameras=(*CAMERAS, back), language="de")
    stage.house.door.rang(DeviceId("back"))
    assert stage.heard["kitchen"] == ["Jemand hat an der Tür geklingelt: Hof."]
    assert stage.next()["room"] == "Hof"


def test_a_person_on_film_is_told_once_in_a_while_with_the_films_name(stage: Stage) -> None:
    filmed(stage, Seen.MOTION, Seen.PERSON)
    (clip,) = stage.house.catalogue.recordings()
    told = stage.next()
    assert (told["kind"], told["room"], told["clip"]) == ("seen", "front door", clip.id.hex())
    assert stage.others.told == [("moved", FRONT), ("moved", FRONT), ("seen", FRONT)]
    filmed(stage, Seen.PERSON)
    stage.clock.pass_time(seconds=301)
    stage.house.door.rang(FRONT)
    filmed(stage, Seen.PERSON)
    assert stage.next()["kind"] == "rang"
    stage.clock.pass_time(seconds=301)
    filmed(stage, Seen.MOTION)
    filmed(stage, Seen.PERSON)
    assert stage.next()["kind"] == "seen"
    stage.house.alerting.close()
    assert stage.pushed.empty()


def test_who_rang_is_answered_at_the_door_alone(stage: Stage) -> None:
    house = stage.house
    assert house.door.reply(FRONT, "parcel")
    assert stage.heard == {
        "kitchen": [],
        "nursery": [],
        "porch": ["Please leave the parcel at the door. Thank you."],
    }
    assert not house.door.answer("Hello", GARDEN)
    with pytest.raises(KeyError):
        house.door.reply(FRONT, "no such reply")
    with pytest.raises(KeyError):
        house.door.reply(DeviceId("nowhere"), "parcel")


def test_an_answer_is_for_who_rang_last_and_never_said_inside(make: Callable[..., Stage]) -> None:
    back = CameraSettings(
        name="back", address="rtsp://c.example", doorbell=True, speaker="yard", room="yard"
    )
    stage = make(cameras=(*CAMERAS, back))
    door = stage.house.door
    assert not door.answer("Nobody knows where.")
    door.rang(FRONT)
    stage.clock.pass_time(seconds=20)
    door.rang(DeviceId("back"))
    assert not door.answer("The yard's speaker is away.")
    stage.join("yard")
    assert door.answer("Hello")
    assert stage.heard["yard"] == ["Hello"]
    stage.clock.pass_time(seconds=301)
    assert not door.answer("Too late.")
    assert stage.heard["porch"] == []


def test_what_is_too_long_ago_is_forgotten(stage: Stage) -> None:
    door = stage.house.door
    door.rang(FRONT)
    filmed(stage, Seen.PERSON)
    door.drop_old()
    assert door._rang_at
    stage.clock.pass_time(seconds=301)
    door.drop_old()
    assert (door._rang_at, door._seen_at) == ({}, {})


def test_the_skills_see_rings_by_the_film_that_is_kept(stage: Stage) -> None:
    house = stage.house
    seen = HouseDoor(house)
    filmed(stage, Seen.MOTION)
    filmed(stage, Seen.PERSON, Seen.RING)
    stage.clock.pass_time(seconds=60)
    assert seen.rings(NOON) == [NOON]
    assert seen.rings(NOON + timedelta(seconds=1)) == []
    assert seen.cameras() == [FRONT, GARDEN]
    assert seen.outside(DeviceId("porch"))
    assert not seen.outside(DeviceId("kitchen"))
    seen.live_as(Mode.AWAY)
    assert house.family.read().mode is Mode.AWAY


def test_a_cameras_film_of_a_time_is_deleted_by_voice_with_a_receipt(stage: Stage) -> None:
    house = stage.house
    filmed(stage, Seen.PERSON, Seen.RING)
    stage.clock.pass_time(seconds=4 * 3600)
    filmed(stage, Seen.MOTION)
    ada = house.household.people[0].id
    with closing(Assistant(house)) as assistant:
        said = [
            assistant.read(words, DeviceId("kitchen"), ada, None).reply.text
            for words in ("who rang", "delete what the front door saw this afternoon", "who rang")
        ]
    assert said == [
        "Somebody rang today at 12:00 p.m. I do not know who it was.",
        "Done. I deleted 2 recordings: front door. There is a receipt.",
        "I have kept nothing of anybody ringing today.",
    ]
    assert house.catalogue.recordings() == []
