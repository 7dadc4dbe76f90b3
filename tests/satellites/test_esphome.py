"""A device that speaks ESPHome's native API is heard, answered, announced to, and reconnected."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta

import httpx2
import numpy as np
import pytest
from aioesphomeapi.model import VoiceAssistantEventType as Type

from tests.home import SetClock
from tests.satellites.esphome_device import MEDIA_PLAYER, Device
from tests.satellites.rooms import made_house, said, said_to_wake, ways_of
from unhear.answer.synthesiser import Speech
from unhear.capture.sound import RATE_HZ, Pcm
from unhear.engines.audio_files import read_sound
from unhear.engines.speech_files import speech_wav
from unhear.house.house import House
from unhear.house.voice import Ways
from unhear.household.words import UNKNOWN_PERSON, DeviceId
from unhear.satellites.esphome import EsphomeSatellite, EsphomeWays
from unhear.satellites.places import Place
from unhear.satellites.speech_files import HELD, SpeechFiles, serve_speech

pytestmark = pytest.mark.speech

PATIENCE = 60
QUIET: Pcm = np.zeros(RATE_HZ * 3 // 2, np.int16)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with made_house(tmp_path_factory.mktemp("esphome")) as house:
        yield house


@pytest.fixture
def ways(house: House) -> Iterator[Ways]:
    with ways_of(house) as ways:
        yield ways


async def _soon(_: float) -> None:
    await asyncio.sleep(0.05)


@asynccontextmanager
async def served(device: Device, ways: Ways) -> AsyncIterator[asyncio.Server]:
    """Serve a device while the block runs."""
    server = await asyncio.start_server(device.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    files = SpeechFiles(ways.assistant.house.clock)
    place = Place(DeviceId("hall-1"), "127.0.0.1", port, "hall", UNKNOWN_PERSON)
    with serve_speech(files, "127.0.0.1", 0):
        satellite = EsphomeSatellite(place, EsphomeWays(ways, files, _soon))
        task = asyncio.create_task(satellite.run())
        try:
            yield server
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            server.close()


def kinds(device: Device) -> list[Type]:
    return [Type(kind) for kind, _ in device.events]


def test_a_device_that_woke_itself_is_answered_over_the_api(house: House, ways: Ways) -> None:
    device = Device(np.concatenate([QUIET, said(house, "Set a timer for ten minutes."), QUIET]))

    async def talk() -> None:
        async with served(device, ways), asyncio.timeout(PATIENCE):
            await device.ended.wait()

    asyncio.run(talk())
    order = [
        Type.VOICE_ASSISTANT_RUN_START,
        Type.VOICE_ASSISTANT_STT_START,
        Type.VOICE_ASSISTANT_STT_END,
        Type.VOICE_ASSISTANT_INTENT_START,
        Type.VOICE_ASSISTANT_INTENT_END,
        Type.VOICE_ASSISTANT_TTS_START,
        Type.VOICE_ASSISTANT_TTS_STREAM_START,
        Type.VOICE_ASSISTANT_TTS_STREAM_END,
        Type.VOICE_ASSISTANT_RUN_END,
    ]
    assert [kind for kind in kinds(device) if kind in order] == order
    sound = np.concatenate([QUIET, np.frombuffer(device.played, np.int16), QUIET])
    heard = house.recogniser.transcribe(read_sound(speech_wav([Speech(sound, RATE_HZ)])))
    assert "minutes" in heard.text.casefold()
    assert device.active == ["alexa"]


def test_the_wake_word_is_found_here_for_a_device_that_streams(house: House, ways: Ways) -> None:
    sound = np.concatenate([QUIET, said_to_wake(house, "What is three plus four?"), QUIET])
    device = Device(sound, flags=2)

    async def talk() -> None:
        async with served(device, ways), asyncio.timeout(PATIENCE):
            await device.ended.wait()

    asyncio.run(talk())
    assert Type.VOICE_ASSISTANT_WAKE_WORD_END in kinds(device)
    assert len(device.played) > RATE_HZ // 2


def test_a_device_without_a_speaker_fetches_the_answer_once(house: House, ways: Ways) -> None:
    device = Device(
        np.concatenate([QUIET, said(house, "What time is it?"), QUIET]), features=int(MEDIA_PLAYER)
    )

    async def talk() -> None:
        async with served(device, ways), asyncio.timeout(PATIENCE):
            await device.ended.wait()
            (url,) = [data["url"] for kind, data in device.events if data.get("url")]
            answers = [await asyncio.to_thread(httpx2.get, url) for _ in range(2)]
            assert [answer.status_code for answer in answers] == [200, 404]
            assert len(read_sound(answers[0].content)) > RATE_HZ // 2
            house.rooms.say("dinner is ready", DeviceId("hall-1"))
            announced = await device.announced.get()
            assert announced.startswith("http://127.0.0.1:")

    asyncio.run(talk())


def test_a_device_that_is_gone_is_connected_again(ways: Ways) -> None:
    device = Device(np.zeros(0, np.int16))

    async def talk() -> None:
        async with served(device, ways), asyncio.timeout(PATIENCE):
            while device.connections < 3:
                await asyncio.sleep(0.02)
                if device.connections:
                    device._writer.close()

    asyncio.run(talk())
    assert device.connections >= 3


@pytest.mark.parametrize(
    "sent",
    [
        b"\0\xff\xff\xff\xff\x7f\x5a",
        b"\0\x05\x5a\xff\xff\xff\xff\xff",
        b"\x01\x02\x03",
        b"GET / HTTP\r\n\r\n",
    ],
)
def test_what_is_no_message_ends_the_connection_and_is_tried_again(
    ways: Ways, sent: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    connections = 0
    again = asyncio.Event()

    async def noise(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        writer.write(sent)
        writer.close()
        if connections > 1:
            again.set()

    device = Device(np.zeros(0, np.int16))
    monkeypatch.setattr(device, "serve", noise)

    async def talk() -> None:
        async with served(device, ways), asyncio.timeout(PATIENCE):
            await again.wait()

    asyncio.run(talk())
    assert connections > 1


def test_an_answer_is_held_for_a_minute_at_most() -> None:
    clock = SetClock()
    files = SpeechFiles(clock)
    name = files.offer(b"RIFF", "127.0.0.1").rpartition("/")[2].removesuffix(".wav")
    assert len(name) == 32
    clock.pass_time(seconds=(HELD + timedelta(seconds=1)).total_seconds())
    assert files.take(name) is None
