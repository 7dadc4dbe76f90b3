"""A device that was told to stop recording answers, keeps nothing, and says so."""

from tests.house.dictated import Room
from unhear.house.house import House
from unhear.household.words import UNKNOWN_PERSON, DeviceId


def test_nothing_is_kept_until_recording_is_started_again(room: Room) -> None:
    room.say("what is two plus two")
    assert room.kept == 1
    assert room.say("stop recording").startswith("From now on I keep nothing of what is said here.")
    assert room.say("what is two plus three") == "That is 5."
    assert room.kept == 1
    assert "Somebody told this device to stop recording." in room.say("why did you do that")
    assert room.say("start recording again").startswith("From now on I keep here again")
    room.say("what is two plus two")
    assert room.kept == 2


def test_other_devices_keep_on_and_a_restart_changes_nothing(room: Room) -> None:
    room.say("off the record")
    other = room.assistant.read("what is 1 plus 1", DeviceId("hall"), UNKNOWN_PERSON, None)
    assert other.reply.text == "That is 2."
    reopened = House(room.house.settings)
    assert reopened.household.unrecorded == {DeviceId("kitchen")}
    reopened.close()


def test_words_that_were_not_kept_are_forgotten_as_well(room: Room) -> None:
    room.say("stop recording")
    room.say("add milk to my shopping list")
    assert room.say("forget what I just said").startswith("I had kept no recording of that.")
    assert room.say("read my shopping list") == "Your shopping list is empty."
