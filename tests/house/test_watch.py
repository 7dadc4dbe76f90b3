"""What guardians want to be told is noticed, once: questions, devices that went, trouble."""

import shutil
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.home import NOON, PASSPHRASE, SetClock
from unhear import clock as clocks
from unhear.answer.synthesiser import Speech
from unhear.house.alerting import Alerting
from unhear.house.changes import Outcome, Word
from unhear.house.house import House
from unhear.house.news import Wrong, tell_decisions, tell_what_is_wrong
from unhear.house.setup import SetupPlan, set_up
from unhear.house.watch import AWAY_AFTER, Watch
from unhear.household.alerts import Alert, AlertKind, Subscription
from unhear.household.consent import Choice, Waiting
from unhear.household.family import Device
from unhear.household.retention import DeviceKind
from unhear.household.words import DeviceId, PersonId, Purpose
from unhear.keep import identity as identities
from unhear.keep.notices import Told
from unhear.service.duties import CHECK_EVERY, DECISIONS_EVERY
from unhear.settings import Settings

KITCHEN = DeviceId("kitchen-1")


class Usage(NamedTuple):
    """How full a disk is."""

    total: int
    used: int
    free: int


class Silent:
    """A speaker that nobody hears."""

    def play(self, _speech: Speech) -> None:
        """Play nothing."""

    def stop(self) -> None:
        """Stop nothing."""


@dataclass
class Stage:
    house: House
    clock: SetClock
    told: list[Alert] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.watch = Watch(self.house)
        self.looked = self.checked = self.since = self.clock()
        self.wrong = Wrong()

    def after(self, time: timedelta) -> list[tuple[AlertKind, str | None, PersonId | None]]:
        """Let time pass; answer what is told then."""
        self.clock.pass_time(seconds=time.total_seconds())
        self.told.clear()
        self.look()
        return [(one.kind, one.room, one.whom) for one in self.told]

    def look(self) -> None:
        """Look at what is due, as processes at work do."""
        self.watch.look_for_devices()
        now = self.clock()
        if now - self.looked >= DECISIONS_EVERY:
            self.looked, self.since = now, tell_decisions(self.house, self.since)
        if now - self.checked >= CHECK_EVERY:
            self.checked, self.wrong = now, tell_what_is_wrong(self.house, self.wrong)


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    monkeypatch.setattr(identities, "SCRYPT_LOG_N", 4)
    settings = Settings(house=tmp_path / "house")
    set_up(settings, SetupPlan("Testers", "Ada", children=("Mia",)), PASSPHRASE)
    clock = SetClock()
    monkeypatch.setattr(clocks, "now", clock)
    with closing(House(settings)) as house:
        stage = Stage(house, clock)
        monkeypatch.setattr(Alerting, "tell", lambda _self, alert: stage.told.append(alert))
        ada = house.household.people[0].id
        kinds = frozenset(AlertKind)
        house.household = house.family.set_subscription(
            Subscription(b"id", ada, "https://fcm.googleapis.com/x", b"", b"", kinds, NOON)
        )
        yield stage


def test_a_device_that_is_gone_for_long_is_told_once(stage: Stage) -> None:
    stage.watch.expect(KITCHEN, "kitchen")
    mouth = stage.house.rooms.join(KITCHEN, Silent(), room="kitchen")  # type: ignore[arg-type]
    assert stage.after(timedelta(days=1)) == []
    stage.house.rooms.leave(KITCHEN, mouth)
    assert stage.after(AWAY_AFTER - timedelta(seconds=1)) == []
    assert stage.after(timedelta(seconds=1)) == [(AlertKind.AWAY, "kitchen", None)]
    assert stage.after(timedelta(minutes=20)) == []
    stage.house.rooms.join(KITCHEN, Silent(), room="kitchen")  # type: ignore[arg-type]
    assert stage.after(timedelta(minutes=20)) == []


def test_who_is_asked_or_told_something_learns_of_it_once(stage: Stage) -> None:
    house = stage.house
    ada, mia = (person.id for person in house.household.people)
    assert stage.after(DECISIONS_EVERY) == []
    word = Word(
        mia, Told("lapsed", {"purpose": "keep", "name": "Mia", "why": "the child came of age"})
    )
    house.changes.make(lambda now: Outcome(now, words=(word,)))
    assert stage.after(DECISIONS_EVERY) == [(AlertKind.DECISION, None, ada)]
    assert stage.after(DECISIONS_EVERY) == []
    choice = Choice(mia, (Purpose.KEEP,), ada)
    asked = Waiting("reference", choice, "email", "ada@home.example", stage.clock(), "version")
    house.changes.make(lambda now: Outcome(replace(now, waiting=(asked,))))
    assert stage.after(DECISIONS_EVERY) == [(AlertKind.DECISION, None, ada)]
    assert stage.after(DECISIONS_EVERY) == []


def test_what_was_asked_before_is_no_news(stage: Stage) -> None:
    old = Word(stage.house.household.people[1].id, Told("text", {"text": "Old."}))
    stage.house.changes.make(lambda now: Outcome(now, words=(old,)))
    stage.clock.pass_time(seconds=1)
    stage.since = stage.clock()
    assert stage.after(DECISIONS_EVERY) == []


def test_trouble_that_lasts_is_told_once_until_it_was_well(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    trouble = (AlertKind.TROUBLE, None, None)
    free = {"free": 1 << 40}
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: Usage(1 << 41, 0, free["free"]))
    assert stage.after(CHECK_EVERY) == []
    free["free"] = 1 << 20
    assert stage.after(CHECK_EVERY) == []
    assert stage.after(CHECK_EVERY) == [trouble]
    assert stage.after(CHECK_EVERY) == []
    free["free"] = 1 << 40
    assert stage.after(CHECK_EVERY) == []
    free["free"] = 1 << 20
    assert stage.after(CHECK_EVERY) == []
    assert stage.after(CHECK_EVERY) == [trouble]


def test_a_browser_that_is_a_camera_is_missed_until_it_is_removed(stage: Stage) -> None:
    house, shelf = stage.house, DeviceId("shelf")
    stage.look()
    house.household = house.family.set_device(Device(shelf, DeviceKind.CAMERA, "hall"))
    assert stage.after(AWAY_AFTER / 2) == []
    assert stage.after(AWAY_AFTER) == [(AlertKind.AWAY, "hall", None)]
    house.household = house.cameras.remove(shelf)
    assert stage.after(AWAY_AFTER) == []
    house.household = house.family.set_device(Device(shelf, DeviceKind.CAMERA, "hall"))
    assert stage.after(AWAY_AFTER) == []
    house.household = house.cameras.remove(shelf)
    assert stage.after(AWAY_AFTER) == []
