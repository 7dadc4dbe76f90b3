"""Telling guardians' browsers: those who asked, in time, without a word of what was said."""

import json
from base64 import b64encode
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from queue import Queue

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.home import NOON, SetClock
from unhear.house import alerting as module
from unhear.house.alerting import (
    MESSAGE_BYTES,
    PATHS,
    PICTURE_BYTES_MAX,
    STAYS,
    Alerting,
    message_of,
)
from unhear.household.alerts import (
    ALWAYS,
    CHOSEN,
    SUBSCRIPTIONS_MAX,
    Alert,
    AlertKind,
    Subscription,
)
from unhear.household.family import Household
from unhear.household.words import HouseholdId, Person, PersonId, PersonKind, TraceId
from unhear.stores.errors import PushAway, PushGone, PushRefused

PATIENCE_SECONDS = 60
CLIP = TraceId(b"c" * 16)
ADA, JO, MIA = PersonId("ada"), PersonId("jo"), PersonId("mia")


def subscription(name: str, person: PersonId = ADA, *kinds: AlertKind) -> Subscription:
    chosen = frozenset(kinds or AlertKind)
    return Subscription(
        name.encode(), person, f"https://push.example/{name}", b"", b"", chosen, NOON
    )


def household(*subscriptions: Subscription) -> Household:
    people = (
        Person(ADA, "Ada", PersonKind.GUARDIAN, seen_day=0),
        Person(JO, "Jo", PersonKind.GUARDIAN, seen_day=0),
        Person(MIA, "Mia", PersonKind.CHILD, seen_day=0),
    )
    return Household(
        HouseholdId(b"h" * 16), "Testers", people, (), subscriptions=tuple(subscriptions)
    )


@dataclass
class Stage:
    """Alerting whose push service answers as it is told to."""

    household: Household
    clock: SetClock = field(default_factory=SetClock)
    sent: Queue[tuple[str, dict[str, str], int]] = field(default_factory=Queue)
    gone: Queue[Collection[bytes]] = field(default_factory=Queue)
    errors: list[Exception] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.alerting = Alerting(
            push=lambda: self,
            household=lambda: self.household,
            gone=self.gone.put,
            small=lambda jpeg, most: jpeg if len(jpeg) <= most else None,
            clock=self.clock,
        )

    def send(self, to: Subscription, message: bytes, stays_seconds: int) -> None:
        self.sent.put((to.id.decode(), json.loads(message), stays_seconds))
        if self.errors:
            raise self.errors.pop(0)

    def next(self) -> tuple[str, dict[str, str], int]:
        return self.sent.get(timeout=PATIENCE_SECONDS)

    def tell(self, kind: AlertKind, whom: PersonId | None = None) -> None:
        self.alerting.tell(Alert(kind, self.clock(), whom=whom))


@pytest.fixture
def stage() -> Iterator[Stage]:
    stage = Stage(household(subscription("phone")))
    yield stage
    stage.alerting.close()


def test_who_asked_for_it_is_told_and_nobody_else(stage: Stage) -> None:
    stage.household = household(
        subscription("phone", ADA, AlertKind.RINGING),
        subscription("tablet", ADA, AlertKind.TROUBLE),
        subscription("jos", JO),
        subscription("mias", MIA),
    )
    stage.alerting.rang("kitchen")
    told = [stage.next() for _ in range(2)]
    assert sorted(name for name, _, _ in told) == ["jos", "phone"]
    assert told[0][1] == {
        "kind": "ringing",
        "path": "/talk",
        "at": NOON.isoformat(),
        "room": "kitchen",
    }
    stage.tell(AlertKind.DECISION, whom=JO)
    assert stage.next()[0] == "jos"
    stage.alerting.close()
    assert stage.sent.empty()


def test_what_staff_and_strangers_do_is_told_whatever_else_was_chosen(stage: Stage) -> None:
    stage.household = household(
        subscription("phone", ADA, AlertKind.RINGING), subscription("mias", MIA)
    )
    for kind in sorted(ALWAYS):
        stage.tell(kind)
        name, told, _ = stage.next()
        page = "/access" if kind.startswith("staff") else "/sign-ins"
        assert (name, told["kind"], told["path"]) == ("phone", kind, page)
    assert not set(CHOSEN) & ALWAYS
    stage.alerting.close()
    assert stage.sent.empty()


def test_what_a_service_cannot_take_now_is_tried_again_while_it_means_something(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LOOK_EVERY_SECONDS", 0.01)
    stage.errors = [PushAway("away"), PushAway("away", 3_600), PushAway("away", 86_400)]
    stage.tell(AlertKind.TROUBLE)
    assert stage.next()[2] == STAYS.total_seconds()
    stage.clock.pass_time(seconds=5)
    assert stage.next()[2] == STAYS.total_seconds() - 5
    stage.clock.pass_time(seconds=3_600)
    assert stage.next()[2] == STAYS.total_seconds() - 3_605
    stage.clock.pass_time(days=2)
    stage.tell(AlertKind.AWAY)
    assert stage.next()[1]["kind"] == "away"


def test_a_browser_that_is_subscribed_no_more_is_forgotten(stage: Stage) -> None:
    stage.errors = [PushGone("gone")]
    stage.tell(AlertKind.TROUBLE)
    assert stage.gone.get(timeout=PATIENCE_SECONDS) == [b"phone"]


def test_what_is_refused_or_breaks_ends_nothing_else(stage: Stage) -> None:
    stage.errors = [PushRefused("no"), RuntimeError("unforeseen")]
    for kind in (AlertKind.TROUBLE, AlertKind.DECISION, AlertKind.AWAY):
        stage.tell(kind)
    assert [stage.next()[1]["kind"] for _ in range(3)] == ["trouble", "decision", "away"]


def test_what_rang_is_not_told_once_anything_was_forgotten(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LOOK_EVERY_SECONDS", 0.01)
    stage.errors = [PushAway("away"), PushAway("away")]
    stage.alerting.rang("kitchen")
    stage.tell(AlertKind.TROUBLE)
    assert {stage.next()[1]["kind"] for _ in range(2)} == {"ringing", "trouble"}
    stage.alerting.forget([CLIP])
    stage.clock.pass_time(seconds=60)
    assert stage.next()[1]["kind"] == "trouble"
    stage.alerting.rang("kitchen")
    assert stage.next()[1]["kind"] == "ringing"


@pytest.mark.parametrize("kind", [AlertKind.RANG, AlertKind.SEEN])
def test_who_came_is_not_told_once_anything_was_forgotten(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, kind: AlertKind
) -> None:
    monkeypatch.setattr(module, "LOOK_EVERY_SECONDS", 0.01)
    stage.errors = [PushAway("away")]
    stage.tell(kind)
    assert stage.next()[1]["kind"] == kind
    stage.alerting.forget([CLIP])
    stage.clock.pass_time(seconds=60)
    stage.tell(AlertKind.TROUBLE)
    assert stage.next()[1]["kind"] == "trouble"
    stage.alerting.close()
    assert stage.sent.empty()


def test_who_is_seen_is_shown_where_a_guardian_chose_so_until_the_clip_is_forgotten(
    stage: Stage,
) -> None:
    shows = replace(subscription("phone", ADA, AlertKind.SEEN), pictures=True)
    stage.household = household(shows, subscription("tablet", ADA, AlertKind.SEEN))
    seen = Alert(AlertKind.SEEN, stage.clock(), "hall", clip=CLIP, picture=b"jpeg")
    stage.alerting.tell(seen)
    told = {name: fields for name, fields, _ in (stage.next(), stage.next())}
    assert told["phone"]["picture"] == b64encode(b"jpeg").decode()
    assert "picture" not in told["tablet"]

    stage.alerting.forget([CLIP])
    name, fields, _ = stage.next()
    assert (name, fields["clip"]) == ("phone", CLIP.hex())
    assert fields["gone"]
    assert "picture" not in fields
    stage.alerting.forget([CLIP])
    stage.alerting.close()
    assert stage.sent.empty()


@given(
    room=st.text(max_size=200),
    picture=st.one_of(st.none(), st.binary(max_size=PICTURE_BYTES_MAX)),
    gone=st.booleans(),
)
def test_a_message_is_as_long_as_any_other_and_fits(
    room: str, picture: bytes | None, *, gone: bool
) -> None:
    alert = Alert(AlertKind.SEEN, NOON, room, clip=CLIP, gone=gone)
    assert len(message_of(alert)) == len(message_of(Alert(AlertKind.AWAY, NOON)))
    shown = message_of(alert, picture, pictures=True)
    assert len(shown) == len(message_of(Alert(AlertKind.AWAY, NOON), pictures=True))
    assert len(shown) <= 4_096 - 103


def test_only_so_many_wait(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "WAITING_MAX", 3)
    monkeypatch.setattr(module, "LOOK_EVERY_SECONDS", 0.01)
    stage.household = household(*(subscription(str(number)) for number in range(5)))
    stage.errors = [PushAway("away")] * 3
    stage.tell(AlertKind.TROUBLE)
    assert {stage.next()[0] for _ in range(3)} == {"0", "1", "2"}
    stage.clock.pass_time(seconds=60)
    assert {stage.next()[0] for _ in range(3)} == {"0", "1", "2"}
    stage.alerting.close()
    assert stage.sent.empty()


def test_a_message_is_always_as_long_and_names_its_page() -> None:
    alerts = [Alert(kind, NOON) for kind in AlertKind]
    rooms = ["kitchen", "ü" * 500, '"' * 500, "\x00\n\\" * 500, "👩‍👧" * 500]
    clip = TraceId(b"c" * 16)
    alerts += [Alert(AlertKind.RANG, NOON, room, clip=clip) for room in rooms]
    assert {len(message_of(alert)) for alert in alerts} == {MESSAGE_BYTES}
    for alert in alerts:
        told = json.loads(message_of(alert))
        assert told["path"] == PATHS[alert.kind]
        assert told.get("clip") == (None if alert.clip is None else alert.clip.hex())


def test_one_guardian_has_only_so_many_browsers_and_each_once() -> None:
    now = household(subscription("jos", JO))
    for number in range(SUBSCRIPTIONS_MAX + 2):
        added = replace(subscription(str(number)), added_at=NOON + timedelta(days=number))
        now = now.with_subscription(added)
    names = [one.id.decode() for one in now.subscriptions]
    assert names == ["jos", *map(str, range(2, SUBSCRIPTIONS_MAX + 2))]
    moved = replace(subscription("new"), endpoint="https://push.example/5")
    assert now.with_subscription(moved).subscription(b"5") is None
    assert [one.person for one in now.without_person(ADA).subscriptions] == [JO]
