"""Where the house asks back, a device that can listens on without a wake word."""

import asyncio

import numpy as np
import pytest
from aioesphomeapi.model import VoiceAssistantEventType as Type

from tests.satellites.esphome_device import MEDIA_PLAYER, SPEAKER, Device, pb
from tests.satellites.quick import Words, spoken
from tests.satellites.rooms import NotedAssistant
from tests.satellites.serving import esphome, until
from unhear.capture.sound import RATE_HZ
from unhear.house.house import House
from unhear.house.voice import Ways
from unhear.household.words import DeviceId
from unhear.satellites import esphome as satellites

PATIENCE = 60


def replies(ways: Ways) -> list[str]:
    assert isinstance(ways.assistant, NotedAssistant)
    turns = ways.assistant.turns
    return [turns.get_nowait()[1].reply.text for _ in range(turns.qsize())]


@pytest.mark.parametrize("features", [SPEAKER, MEDIA_PLAYER])
def test_a_device_that_is_asked_back_listens_on(
    made: tuple[House, Words], ways: Ways, features: int
) -> None:
    made[1].next.put("set a timer")
    made[1].next.put("ten minutes")
    device = Device(spoken(), more=spoken(), features=int(features))

    async def talk() -> None:
        async with esphome(device.serve, ways), asyncio.timeout(PATIENCE):
            await device.ended.wait()

    asyncio.run(talk())
    asked, set_ = replies(ways)
    assert asked.startswith("For how long?")
    assert set_ == "Timer set for 10 minutes."
    ends = [data for kind, data in device.events if kind == Type.VOICE_ASSISTANT_INTENT_END]
    assert [data["continue_conversation"] for data in ends] == ["1", "0"]
    texts = [data["text"] for kind, data in device.events if kind == Type.VOICE_ASSISTANT_TTS_START]
    assert texts == [asked, set_]


def test_where_nobody_answers_the_device_is_let_go(made: tuple[House, Words], ways: Ways) -> None:
    made[1].next.put("set a timer")
    device = Device(spoken(), more=np.zeros(RATE_HZ * 6, np.int16))

    async def talk() -> None:
        async with esphome(device.serve, ways), asyncio.timeout(PATIENCE):
            await device.ended.wait()
            device.played = b""
            made[0].rooms.say("hello", DeviceId("hall"))
            await until(lambda: device.played)

    asyncio.run(talk())
    assert len(replies(ways)) == 1


def test_what_is_stopped_at_the_device_is_not_answered_and_holds_up_nothing(
    made: tuple[House, Words], ways: Ways
) -> None:
    device = Device(spoken()[: RATE_HZ // 2])

    async def talk() -> None:
        async with esphome(device.serve, ways), asyncio.timeout(PATIENCE):
            await until(lambda: device.events)
            device.send(pb.VoiceAssistantRequest(start=False))
            made[0].rooms.say("hello", DeviceId("hall"))
            await until(lambda: device.played)

    asyncio.run(talk())
    assert Type.VOICE_ASSISTANT_RUN_END not in [kind for kind, _ in device.events]
    assert replies(ways) == []


def test_a_device_with_no_choice_of_wake_words_is_served(
    made: tuple[House, Words], ways: Ways, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(satellites, "CONFIGURATION_SECONDS_MAX", 0.01)
    made[1].next.put("what is two plus two")
    device = Device(spoken(), has_choice=False)

    async def talk() -> None:
        async with esphome(device.serve, ways), asyncio.timeout(PATIENCE):
            await device.ended.wait()

    asyncio.run(talk())
    assert device.connections == 1
    assert replies(ways) == ["That is 4."]
