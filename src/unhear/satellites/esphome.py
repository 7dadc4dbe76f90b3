"""Voice devices that speak ESPHome's native API, such as Home Assistant Voice and its relatives.

The house connects to the device, subscribes to its voice assistant and gets the microphone's sound
over the API. What it answers goes to the device's speaker over the API where it has one, otherwise
as the address of a WAV file that its media player fetches.

Source: https://esphome.io/components/voice_assistant.html and `api.proto` of ESPHome.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import astuple, dataclass
from functools import partial
from socket import socket

import numpy as np
from aioesphomeapi.client import APIClient
from aioesphomeapi.core import TimeoutAPIError
from aioesphomeapi.host_resolver import async_resolve_host
from aioesphomeapi.model import VoiceAssistantAudioSettings, VoiceAssistantCommandFlag

from unhear.capture.sound import Pcm
from unhear.house.voice import Stream, VoiceSession, Ways
from unhear.satellites.esphome_speaker import EsphomeSpeaker
from unhear.satellites.places import (
    CONNECT_SECONDS_MAX,
    Place,
    Wait,
    expect_taking,
    stay_connected,
)
from unhear.satellites.speech_files import SpeechFiles

# What the library says of a malformed message holds what was sent: sound, or words.
logging.getLogger("aioesphomeapi").setLevel(logging.CRITICAL + 1)
# It answers a device that is gone already, and the event loop warns of every answer.
logging.getLogger("asyncio").setLevel(logging.ERROR)

AUDIO_BYTES_MAX = 1 << 13
"""A quarter of a second of sound; a device sends a few hundredths at a time."""

WAITING_MAX = 1_000
"""Half a minute of sound may wait. A device that sends more than is worked on is given up."""

PING_EVERY_SECONDS = 10.0
"""How often a quiet device is asked whether it is there; it counts as gone after 4.5 times that."""

CONFIGURATION_SECONDS_MAX = 5.0
API_AUDIO_PORT = 0
"""What is answered to a device that is to send its sound over the API, not to a port."""


@dataclass(frozen=True, slots=True)
class EsphomeWays:
    """What ESPHome devices share beside what all satellites do."""

    ways: Ways
    files: SpeechFiles
    wait: Wait = asyncio.sleep


class Flooded(Exception):
    """A device sent more than anybody says."""


class EsphomeSatellite:
    """One device; connects, and connects again whenever it is gone."""

    def __init__(self, place: Place, shared: EsphomeWays, key: str | None = None) -> None:
        """`key` is the device's noise encryption key, in base64, where it has one."""
        self._place = place
        self._shared = shared
        self._key = key

    async def run(self) -> None:
        """Serve the device until cancelled."""
        await stay_connected(self._converse, self._shared.wait)

    async def _converse(self) -> None:
        """Serve one connection until it ends; raises what ended it."""
        place, gone = self._place, asyncio.Event()
        connection = await _connect(place)
        client = APIClient(
            place.host,
            place.port,
            None,
            client_info="unhear",
            noise_psk=self._key,
            keepalive=PING_EVERY_SECONDS,
        )

        async def stopped(_expected: bool) -> None:  # noqa: FBT001 - the library's signature
            gone.set()

        client.start_connection_from_socket(connection, stopped, log_errors=False)
        try:
            await client.finish_connection()
            info = await client.device_info()
            version = client.api_version
            features = 0 if version is None else info.voice_assistant_feature_flags_compat(version)
            conversation = _Conversation(client, place, self._shared, features)
            try:
                await conversation.subscribe()
                await conversation.last(gone)
            finally:
                conversation.close()
        finally:
            await client.disconnect(force=True)


class _Conversation:
    """What one connection's messages mean."""

    def __init__(self, client: APIClient, place: Place, shared: EsphomeWays, features: int) -> None:
        self._client = client
        self._ways = shared.ways
        self._speaker = EsphomeSpeaker(client, place.host, shared.files, features)
        stream = Stream(
            place.device,
            place.person,
            self._speaker,
            wake=False,
            room=place.room,
            partial=self._speaker.understood,
            replied=self._speaker.replied,
            timers=self._speaker.timers,
        )
        self._session = VoiceSession(stream, self._ways)
        self._streams = False
        self._waiting: asyncio.Queue[Callable[[], None]] = asyncio.Queue(WAITING_MAX)
        self._flooded = asyncio.Event()
        self._unsubscribe: Callable[[], None] = _nothing

    async def subscribe(self) -> None:
        """Ask the device for its requests, and to wake at the house's word if it can."""
        self._unsubscribe = self._client.subscribe_voice_assistant(
            handle_start=self._start, handle_stop=self._stop, handle_audio=self._hear
        )
        word = self._ways.assistant.house.settings.wake_word
        try:
            known = await self._client.get_voice_assistant_configuration(CONFIGURATION_SECONDS_MAX)
        except TimeoutAPIError:
            return  # A device that has no choice of wake words does not answer.
        ids = [one.id for one in known.available_wake_words if _same(one.wake_word, word)]
        if ids and known.active_wake_words != ids:
            await self._client.set_voice_assistant_configuration(ids)

    async def last(self, gone: asyncio.Event) -> None:
        """Work on what the device sends until it is gone. Raises `Flooded`, and what goes wrong."""
        tasks = [
            asyncio.create_task(gone.wait()),
            asyncio.create_task(self._overflow()),
            asyncio.create_task(self._work()),
        ]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        for task in done:
            task.result()

    def close(self) -> None:
        """End: the connection is gone."""
        self._session.close()

    async def _start(
        self, _id: str, flags: int, _settings: VoiceAssistantAudioSettings, _phrase: str | None
    ) -> int:
        here = bool(flags & VoiceAssistantCommandFlag.USE_WAKE_WORD)
        self._do(partial(self._begin, here=here))
        return API_AUDIO_PORT

    def _begin(self, *, here: bool) -> None:
        self._session.attend(wake=here)
        self._speaker.begin(here=here)
        if not here:
            self._session.woken()
        self._streams = True

    async def _stop(self, aborted: bool) -> None:  # noqa: FBT001 - the library's signature
        if aborted:
            self._session.interrupt()
            self._do(self._abort)
        else:
            self._do(self._finish)

    def _abort(self) -> None:
        self._streams = False
        self._speaker.aborted()
        self._session.abort()

    def _finish(self) -> None:
        if self._streams:
            self._session.finish()

    async def _hear(self, data: bytes, _second: bytes | None) -> None:
        if len(data) > AUDIO_BYTES_MAX:
            self._give_up()
            return
        self._do(partial(self._feed, np.frombuffer(data[: len(data) // 2 * 2], np.int16)))

    def _feed(self, pcm: Pcm) -> None:
        if self._streams:
            self._session.feed(pcm)

    def _do(self, what: Callable[[], None]) -> None:
        """Do something after what came before it, in a thread: the library must not wait for it."""
        try:
            self._waiting.put_nowait(what)
        except asyncio.QueueFull:
            self._give_up()

    def _give_up(self) -> None:
        """Hear no more of the device, until the connection is ended.

        Tens of thousands of its messages may have been read already.
        """
        self._unsubscribe()
        self._unsubscribe = _nothing
        self._flooded.set()

    async def _work(self) -> None:
        while True:
            await asyncio.to_thread(await self._waiting.get())

    async def _overflow(self) -> None:
        await self._flooded.wait()
        raise Flooded


async def _connect(place: Place) -> socket:
    """Open a connection to the first address that takes one.

    Raises `OSError`, `TimeoutError`, and `APIConnectionError` for a name that nobody knows.
    """
    failed: Exception = OSError("no address")
    for address in await async_resolve_host([place.host], place.port):
        connection = socket(address.family, address.type, address.proto)
        connection.settimeout(0)
        try:
            async with asyncio.timeout(CONNECT_SECONDS_MAX):
                await asyncio.get_running_loop().sock_connect(connection, astuple(address.sockaddr))
            expect_taking(connection)
        except (OSError, TimeoutError) as error:
            connection.close()
            failed = error
        else:
            return connection
    raise failed


def _nothing() -> None:
    """Nothing is subscribed to."""


def _same(one: str, other: str) -> bool:
    """Whether two wake words are the same: "Hey Jarvis" is `hey_jarvis`."""
    return one.casefold().replace(" ", "_") == other.casefold().replace(" ", "_")
