"""The door by voice: when and how often, never who; nobody is obeyed in front of it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.skills.conversation import HOUSEHOLD, KITCHEN, NOW, SKILLS, ListDoor, Talk
from unhear.household.cameras import Mode
from unhear.household.scope import Scope
from unhear.household.speech import CONFIRMED, Intent
from unhear.household.words import UNKNOWN_PERSON, DeviceId, Person, PersonId, PersonKind

ADA, MIA = PersonId("ada"), PersonId("mia")
FAMILY = replace(
    HOUSEHOLD,
    people=(
        Person(ADA, "Ada", PersonKind.GUARDIAN),
        Person(MIA, "Mia", PersonKind.CHILD),
    ),
)
FRONT, GARDEN = DeviceId("front door"), DeviceId("Garden Camera")


def rung(*hours: float) -> ListDoor:
    """Answer a door where somebody rang so many hours ago."""
    return ListDoor(rung=[NOW - timedelta(hours=one) for one in hours])


@pytest.mark.parametrize(
    ("hours", "answer"),
    [
        ((), "I have kept nothing of anybody ringing today."),
        ((30,), "I have kept nothing of anybody ringing today."),
        ((5,), "Somebody rang today at 10:09 a.m. I do not know who it was."),
        (
            (5, 2),
            "Somebody rang 2 times today, at 10:09 a.m. and 1:09 p.m. I do not know who it was.",
        ),
        (
            (6, 5, 3, 2, 1),
            "Somebody rang 5 times today, last at 12:09 p.m., 1:09 p.m. and 2:09 p.m. "
            "I do not know who it was.",
        ),
    ],
)
def test_who_rang_is_answered_by_when_and_how_often(hours: tuple[float, ...], answer: str) -> None:
    assert Talk(door=rung(*hours)).say("Who rang today?") == answer


def test_the_last_ring_may_be_days_ago() -> None:
    assert "yesterday at 9:09 a.m." in Talk(door=rung(30)).say("When did it last ring?")
    assert Talk().say("Who is at the door?") == "I have kept nothing of anybody ringing."


def test_today_begins_at_the_houses_midnight() -> None:
    night = datetime(2026, 7, 1, 1, 0, tzinfo=ZoneInfo("Europe/Berlin"))
    door = ListDoor(rung=[datetime(2026, 6, 30, 21, 30, tzinfo=UTC)])
    assert Talk(now=night, door=door).say("Who rang today?").startswith("I have kept nothing")
    door.rung.append(datetime(2026, 6, 30, 22, 30, tzinfo=UTC))
    assert Talk(now=night, door=door).say("Who rang today?").startswith("Somebody rang today at")


def test_who_is_there_is_answered() -> None:
    talk = Talk()
    assert talk.say("Tell them to leave the parcel.") == "I said it at the door."
    talk.say("Tell him that we are coming.")
    talk.say("Tell the visitor to come back later.")
    assert talk.door.said == [
        "Please leave the parcel at the door. Thank you.",
        "One moment please, we are coming.",
        "Nobody can come to the door right now. Please come back later.",
    ]
    talk.door.speaks = False
    assert talk.say("Tell them to wait") == "I cannot be heard at the door now."


@pytest.mark.parametrize(
    ("said", "mode"),
    [
        ("We are back home", Mode.HOME),
        ("We're leaving now.", Mode.AWAY),
        ("Good night!", Mode.NIGHT),
        ("Set the house to away mode", Mode.AWAY),
    ],
)
def test_how_the_household_lives_is_said(said: str, mode: Mode) -> None:
    talk = Talk()
    assert talk.say(said).endswith("The cameras do now what is set for it.")
    assert talk.door.mode is mode


def test_a_house_without_cameras_says_so_and_still_wishes_good_night() -> None:
    talk = Talk(door=ListDoor(named=()))
    assert talk.say("Who rang today?").startswith("This house has no camera")
    assert talk.say("Good night") == "Good night."
    assert talk.say("Delete the front door's recordings").startswith("This house has no camera")


def test_before_the_door_nobody_is_told_or_obeyed() -> None:
    talk = Talk(door=replace(rung(1), before=[KITCHEN]), person=ADA, household=FAMILY)
    for said in ("Who rang today?", "We are home", "Tell them to leave the parcel"):
        assert talk.say(said) == "I cannot tell you that here."
    assert talk.say("Delete the front door's recordings") == "I cannot do that here."
    assert (talk.door.mode, talk.door.said, talk.privacy.asked) == (None, [], [])


@pytest.mark.parametrize(
    ("said", "scope"),
    [
        (
            "Delete the front door's recordings from this morning.",
            Scope(
                device=FRONT,
                since=NOW.replace(hour=5, minute=0, second=0),
                until=NOW.replace(hour=12, minute=0, second=0),
            ),
        ),
        (
            "Delete the recordings of the garden from yesterday",
            Scope(
                device=GARDEN,
                since=datetime(2026, 3, 13, tzinfo=UTC),
                until=datetime(2026, 3, 14, tzinfo=UTC),
            ),
        ),
        (
            "Delete what the front door saw today",
            Scope(device=FRONT, since=datetime(2026, 3, 14, tzinfo=UTC)),
        ),
        ("Delete the garden camera's films", Scope(device=GARDEN)),
    ],
)
def test_a_cameras_film_is_deleted_by_its_name(said: str, scope: Scope) -> None:
    talk = Talk(person=ADA, household=FAMILY)
    assert "I had kept no such recording" in talk.say(said)
    assert talk.privacy.asked == [scope]


def test_all_cameras_are_meant_by_all() -> None:
    talk = Talk(person=ADA, household=FAMILY)
    talk.say("Delete everything the cameras recorded in the last hour")
    talk.say("Delete the recordings of all cameras")
    assert [scope.device for scope in talk.privacy.asked] == [FRONT, GARDEN] * 2


def test_an_unknown_camera_is_not_guessed() -> None:
    talk = Talk(person=ADA, household=FAMILY)
    said = talk.say("Delete the cellar's recordings")
    assert said == "I know no camera of that name. There is front door and Garden Camera."
    assert talk.privacy.asked == []


def test_a_child_has_no_film_deleted_and_an_unknown_voice_is_asked_back() -> None:
    talk = Talk(person=MIA, household=FAMILY)
    assert talk.say("Delete the front door's recordings").startswith("Only adults")
    talk.person = UNKNOWN_PERSON
    asked = talk.reply("Delete the front door's recordings")
    assert asked.question is not None
    assert not asked.keep
    assert talk.privacy.asked == []
    meant = asked.question.intent
    for yes, scopes in ((0, []), (1, [Scope(device=FRONT)])):
        confirmed = Intent(meant.skill, meant.name, {**meant.slots, CONFIRMED: yes})
        assert not SKILLS.answer(confirmed, talk._context("privacy")).keep
        assert talk.privacy.asked == scopes
