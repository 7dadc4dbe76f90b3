"""Requests about privacy are obeyed, answered truthfully and never kept."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from tests.skills.conversation import KITCHEN, Talk
from unhear.household.scope import Scope
from unhear.household.words import DeviceId, PersonId


def test_what_was_just_said_is_deleted_and_nothing_else() -> None:
    talk = Talk()
    talk.kept_recording(hours=2)
    talk.kept_recording(minutes=1)
    older, newest = talk.privacy.kept
    assert talk.say("Alexa, delete what I just said.") == (
        "Done. It is deleted everywhere, and there is a receipt."
    )
    assert talk.privacy.kept == [older]
    assert talk.privacy.asked == [Scope(recordings=frozenset([newest.trace]))]


def test_a_last_turn_that_was_kept_is_deleted_as_the_recording_it_is() -> None:
    talk = Talk()
    talk.kept_recording(seconds=20)
    talk.said_just_now(kept=True)
    (kept,) = talk.privacy.kept
    assert talk.say("delete that").startswith("Done.")
    assert talk.privacy.asked == [Scope(recordings=frozenset([kept.trace]))]


def test_an_older_recording_is_named_when_it_is_deleted() -> None:
    talk = Talk()
    talk.kept_recording(days=1)
    assert talk.say("delete what I just said") == (
        "Done. The newest recording I had kept, from yesterday at 3:09 p.m., is deleted "
        "everywhere, and there is a receipt."
    )


def test_what_was_not_kept_is_said_and_costs_no_older_recording() -> None:
    talk = Talk()
    talk.kept_recording(hours=2)
    talk.said_just_now(kept=False)
    assert talk.say("delete what I just said").startswith("I had kept no recording of that.")
    assert len(talk.privacy.kept) == 1
    assert talk.privacy.last is not None
    assert talk.privacy.asked == [Scope(device=KITCHEN, since=talk.privacy.last.heard_at)]
    assert "from today at 1:09 p.m." in talk.say("delete the last recording")
    assert talk.privacy.kept == []


def test_a_request_about_privacy_is_not_what_was_just_said() -> None:
    talk = Talk()
    talk.kept_recording(minutes=1)
    talk.said_just_now(kept=False, intent="privacy.heard")
    assert talk.say("forget that").startswith("Done.")
    assert talk.privacy.kept == []


def test_somebody_elses_turn_is_not_what_a_known_person_just_said() -> None:
    talk = Talk(person=PersonId("mia"))
    talk.said_just_now(kept=False)
    talk.person = PersonId("sam")
    talk.kept_recording(minutes=2)
    assert talk.say("delete what I just said").startswith("Done.")
    assert talk.privacy.kept == []


def test_nothing_to_delete_is_said_plainly() -> None:
    assert Talk().say("delete what I just said") == (
        "I had kept no recording, so there is none to delete."
    )


def test_today_begins_at_the_houses_midnight() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    talk = Talk(now=datetime(2026, 7, 1, 1, 0, tzinfo=berlin))
    talk.kept_recording(minutes=61)
    talk.kept_recording(minutes=59)
    assert talk.say("Delete everything I said today.") == (
        "Done. I deleted 1 recording from today, and what I remembered from it. There is a receipt."
    )
    assert [one.heard_at.day for one in talk.privacy.kept] == [30]
    assert talk.say("delete everything I said today").startswith("I had kept no recording of what")


def test_today_begins_at_the_first_of_two_midnights() -> None:
    havana = ZoneInfo("America/Havana")
    talk = Talk(now=datetime(2026, 11, 1, 0, 30, fold=1, tzinfo=havana))
    talk.say("delete everything I said today")
    since = talk.privacy.asked[0].since
    assert since is not None
    assert since.astimezone(UTC) == datetime(2026, 11, 1, 4, 0, tzinfo=UTC)


def test_a_known_person_deletes_their_own_words_wherever_they_were_said() -> None:
    talk = Talk(person=PersonId("mia"))
    talk.kept_recording(minutes=3)
    talk.person = PersonId("sam")
    talk.kept_recording(minutes=2)
    talk.kept_recording(days=3)
    assert talk.say("delete everything I said") == (
        "Done. I deleted 2 recordings from you, and what I remembered from them. "
        "There is a receipt."
    )
    assert [one.person for one in talk.privacy.kept] == ["mia"]
    assert talk.privacy.asked == [Scope(person=PersonId("sam"))]


def test_an_unknown_voice_deletes_what_this_device_heard() -> None:
    talk = Talk()
    talk.kept_recording(days=2)
    assert "1 recording on this device" in talk.say("delete everything you heard")
    assert talk.say("delete everything").startswith("I had kept no recording on this device.")
    assert talk.privacy.asked == [Scope(device=KITCHEN)] * 2


def test_what_was_heard_is_told_without_words() -> None:
    talk = Talk()
    assert talk.say("what have you heard") == "I have kept no recording on this device."
    for ago in (7, 3, 1, 0):
        talk.kept_recording(days=ago)
    assert talk.say("Tell me what you heard.") == (
        "I have kept 4 recordings on this device. The newest: today at 3:09 p.m. about timers, "
        "yesterday at 3:09 p.m. about timers and on Wednesday at 3:09 p.m. about timers. I cannot "
        "open the words; only your household can, with its passphrase."
    )
    assert talk.say("what did you hear today").startswith("I have kept 1 recording on this device.")


def test_why_is_answered_with_the_reasons_of_the_last_turn() -> None:
    talk = Talk()
    assert talk.say("why did you do that").startswith("I do not remember")
    talk.said_just_now(kept=False)
    assert talk.say("Why did you do that?") == (
        "I understood a request about timers. I did not keep it. No guardian has consented."
    )
    talk.said_just_now(kept=True, intent=None)
    assert talk.say("why did you say that").startswith(
        "I did not understand the request. I kept it sealed."
    )


def test_stop_and_start_listening() -> None:
    talk = Talk()
    talk.say("stop listening")
    assert not talk.privacy.listening
    talk.say("start listening")
    assert talk.privacy.listening


@pytest.mark.parametrize(
    "said",
    [
        "delete what I just said", "delete the last recording", "delete everything I said today",
        "delete everything you heard", "tell me what you heard", "what did you hear today",
        "why did you do that", "stop listening", "start listening",
    ],
)  # fmt: skip
def test_requests_about_privacy_are_never_kept(said: str) -> None:
    assert not Talk().reply(said).keep


def test_the_last_hour_is_deleted_and_nothing_older() -> None:
    talk = Talk()
    talk.kept_recording(minutes=90)
    talk.kept_recording(minutes=30)
    assert talk.say("delete everything I said in the last hour").startswith(
        "Done. I deleted 1 recording of the last hour"
    )
    assert len(talk.privacy.kept) == 1


def test_everything_in_this_room_is_deleted_whoever_spoke() -> None:
    talk = Talk(person=PersonId("ada"))
    talk.kept_recording(days=3)
    assert talk.say("forget everything in this room").startswith("Done. I deleted 1 recording of t")
    assert talk.privacy.asked == [Scope(device=KITCHEN), Scope(device=DeviceId("oven"))]


def test_a_device_sleeps_until_it_is_told_to_listen() -> None:
    talk = Talk()
    assert talk.say("go to sleep until 7 pm").startswith(
        "I have stopped listening here until today"
    )
    assert talk.privacy.until == datetime(2026, 3, 14, 19, tzinfo=UTC)
    talk.say("stop listening for two hours")
    assert talk.privacy.until == datetime(2026, 3, 14, 17, 9, 26, tzinfo=UTC)


def test_who_has_listened_is_told() -> None:
    talk = Talk()
    assert talk.say("who has listened to my recordings").startswith("Nobody has listened")
    context = talk._context("privacy")
    context.memory.remember({"opened": "00"})
    assert talk.say("who has listened to my recordings") == (
        "A recording was opened with your household's passphrase 1 time, last today at 3:09 p.m."
    )
