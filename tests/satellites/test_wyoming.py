"""The real Wyoming satellite speaks with the house, and other programs use what it offers."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import numpy as np
import pytest
from wyoming.asr import Transcribe, Transcript
from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.client import AsyncTcpClient
from wyoming.event import Event
from wyoming.handle import Handled, NotHandled
from wyoming.info import Describe, Info
from wyoming.intent import NotRecognized, Recognize
from wyoming.tts import Synthesize
from wyoming.wake import Detect, Detection

from tests.needs import need
from tests.ports import free_port
from tests.satellites.rooms import NotedAssistant, made_house, said, said_to_wake, ways_of
from unhear.answer.synthesiser import Speech
from unhear.capture.sound import RATE_HZ, Pcm
from unhear.engines.audio_files import read_sound
from unhear.engines.choose import choose_wake
from unhear.engines.speech_files import speech_wav
from unhear.house.house import House
from unhear.house.voice import Ways
from unhear.household.scope import Scope
from unhear.household.words import UNKNOWN_PERSON, DeviceId
from unhear.satellites.places import Place
from unhear.satellites.wyoming_provider import Provider, provide
from unhear.satellites.wyoming_satellite import WyomingSatellite

pytestmark = [pytest.mark.speech, pytest.mark.slow]

ROOT = Path(__file__).parents[2]
SATELLITE = ROOT / ".venv-satellite" / "bin" / "python"
HERE = Path(__file__).parent
PATIENCE = 90
SPEAKER_RATE_HZ = 22_050


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with made_house(tmp_path_factory.mktemp("wyoming")) as house:
        yield house


@pytest.fixture
def ways(house: House) -> Iterator[Ways]:
    with ways_of(house) as ways:
        yield ways


@contextmanager
def satellite(sound: Pcm, folder: Path, name: str, *more: str) -> Iterator[tuple[int, Path]]:
    """Run a real satellite that hears `sound` again and again; yields its port and what plays."""
    need(SATELLITE.exists(), "wyoming-satellite, in .venv-satellite")
    raw, played, port = folder / f"{name}.raw", folder / f"{name}.played", free_port()
    raw.write_bytes(sound.tobytes())
    microphone = f"{sys.executable} {HERE / 'microphone.py'} {raw} 2.5"
    loudspeaker = f"{sys.executable} {HERE / 'loudspeaker.py'} {played}"
    process = subprocess.Popen(
        [
            SATELLITE, "-m", "wyoming_satellite", "--uri", f"tcp://127.0.0.1:{port}",
            "--name", name, "--no-zeroconf", "--mic-command", microphone,
            "--snd-command", loudspeaker, "--snd-command-rate", str(SPEAKER_RATE_HZ), *more,
        ],
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield port, played
    finally:
        process.terminate()
        process.wait(PATIENCE)


@asynccontextmanager
async def served(*satellites: WyomingSatellite) -> AsyncIterator[None]:
    """Serve satellites while the block runs."""
    tasks = [asyncio.create_task(one.run()) for one in satellites]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _soon(_: float) -> None:
    """Connect again at once, so that a test need not wait."""
    await asyncio.sleep(0.05)


def place(name: str, port: int) -> Place:
    return Place(DeviceId(name), "127.0.0.1", port, f"{name} room", UNKNOWN_PERSON)


async def next_turn(ways: Ways) -> tuple[str, str]:
    """Wait for an answer; answer which device gave it, and its words."""
    assert isinstance(ways.assistant, NotedAssistant)
    device, turn = await asyncio.to_thread(ways.assistant.turns.get, True, PATIENCE)  # noqa: FBT003 - block
    return device, turn.reply.text


def heard(house: House, played: Path) -> str:
    pcm = np.frombuffer(played.read_bytes(), np.int16)
    sound = read_sound(speech_wav([Speech(pcm, SPEAKER_RATE_HZ)]))
    return house.recogniser.transcribe(sound).text


def test_a_real_satellite_is_woken_here_answered_and_played(
    house: House, ways: Ways, tmp_path: Path
) -> None:
    sound = said_to_wake(house, "What is twelve plus seven?")

    async def talk() -> str:
        async with served(WyomingSatellite(place("kitchen", port), ways, wait=_soon)):
            answer = (await next_turn(ways))[1]
            # A turn is noted before it is played, and of that nothing can be awaited.
            while not await asyncio.to_thread(played_19):  # noqa: ASYNC110
                await asyncio.sleep(0.05)
            return answer

    def played_19() -> bool:
        enough = played.exists() and played.stat().st_size > SPEAKER_RATE_HZ
        return enough and "19" in heard(house, played)

    with satellite(sound, tmp_path, "kitchen") as (port, played):
        assert "19" in asyncio.run(asyncio.wait_for(talk(), PATIENCE))
    assert len(house.catalogue.recordings(Scope())) >= 1


def test_of_two_satellites_that_hear_the_same_request_one_answers(
    house: House, ways: Ways, tmp_path: Path
) -> None:
    sound = said_to_wake(house, "What is three plus four?")

    async def talk() -> None:
        async with served(
            WyomingSatellite(place("hall", one), ways, wait=_soon),
            WyomingSatellite(place("study", other), ways, wait=_soon),
        ):
            assert (await next_turn(ways))[0] == "hall"

    with (
        satellite(sound, tmp_path, "hall") as (one, _),
        satellite(sound // 4, tmp_path, "study") as (other, _),
    ):
        asyncio.run(talk())
    assert isinstance(ways.assistant, NotedAssistant)
    assert ways.assistant.turns.empty()


@asynccontextmanager
async def client_of(ways: Ways) -> AsyncIterator[AsyncTcpClient]:
    provider = Provider(
        ways.assistant, lambda: choose_wake("micro", ["alexa"]), DeviceId("others"), UNKNOWN_PERSON
    )
    async with provide(provider, "127.0.0.1", 0) as port, AsyncTcpClient("127.0.0.1", port) as one:
        yield one


async def tell(client: AsyncTcpClient, *events: Event) -> Event:
    for event in events:
        await client.write_event(event)
    async with asyncio.timeout(PATIENCE):
        answer = await client.read_event()
    assert answer is not None
    return answer


def sound_events(pcm: Pcm) -> list[Event]:
    parts = np.array_split(pcm, max(len(pcm) // 1024, 1))
    return [
        AudioStart(rate=RATE_HZ, width=2, channels=1).event(),
        *(AudioChunk(RATE_HZ, 2, 1, part.tobytes()).event() for part in parts),
        AudioStop().event(),
    ]


def test_other_programs_have_speech_recognised_and_it_is_kept_like_any(
    house: House, ways: Ways
) -> None:
    before = len(house.catalogue.recordings(Scope()))

    async def use() -> str:
        async with client_of(ways) as client:
            info = Info.from_event(await tell(client, Describe().event()))
            assert [len(part) for part in (info.asr, info.tts, info.wake, info.intent, info.handle)]
            events = sound_events(said(house, "Add honey to my shopping list."))
            return Transcript.from_event(await tell(client, Transcribe().event(), *events)).text

    assert "honey" in asyncio.run(use()).casefold()
    assert len(house.catalogue.recordings(Scope())) == before + 1


def test_other_programs_are_spoken_for_woken_and_answered(house: House, ways: Ways) -> None:
    async def use() -> None:
        async with client_of(ways) as client:
            started = await tell(client, Synthesize(text="Good morning.").event())
            assert AudioStart.is_type(started.type)
            frames = 0
            while not AudioStop.is_type((event := await client.read_event() or started).type):
                frames += len(AudioChunk.from_event(event).audio) // 2
            assert frames > SPEAKER_RATE_HZ // 2
            asked = await tell(client, Recognize(text="what time is it").event())
            assert asked.data["name"] == "time_and_date.time"
            asked = await tell(client, Recognize(text="flurb the gonk").event())
            assert NotRecognized.is_type(asked.type)
            handled = await tell(client, Transcript(text="what is 2 plus 2").event())
            assert Handled.from_event(handled).text == "That is 4."
            handled = await tell(client, Transcript(text="flurb the gonk").event())
            assert NotHandled.is_type(handled.type)
            sound = sound_events(said_to_wake(house, "Hello."))
            woken = await tell(client, Detect().event(), *sound)
            assert Detection.from_event(woken).name == "alexa"

    asyncio.run(use())


@pytest.mark.parametrize(
    "sent",
    [
        b"no json\n",
        b'{"type": "audio-chunk", "payload_length": 99999999999}\n',
        b'{"type": "audio-chunk", "data": {"rate": 0, "width": 0}, "payload_length": 4}\nabcd',
        b'{"type": "audio-chunk", "data": {"rate": 16000}, "payload_length": 3}\nabc',
        b'{"type": "synthesize"}\n',
        b'{"type": "transcript", "data": {"text": 7}}\n',
        b'{"type": "recognize", "data": {"text": null}}\n',
    ],
)
def test_malformed_events_end_their_connection_and_no_other(ways: Ways, sent: bytes) -> None:
    async def use() -> None:
        provider = Provider(
            ways.assistant, lambda: choose_wake("micro", ["alexa"]), DeviceId("x"), UNKNOWN_PERSON
        )
        async with provide(provider, "127.0.0.1", 0) as port:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(sent)
            writer.write_eof()
            async with asyncio.timeout(PATIENCE):
                await reader.read()
            writer.close()
            async with AsyncTcpClient("127.0.0.1", port) as client:
                assert Info.is_type((await tell(client, Describe().event())).type)

    asyncio.run(use())
