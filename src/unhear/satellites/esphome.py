"""Voice devices that speak ESPHome's native API, such as Home Assistant Voice and its relatives.

The house connects to the device, subscribes to its voice assistant and gets the microphone's sound
over the API. What it answers goes to the device's speaker over the API where it has one, otherwise
as the address of a WAV file that its media player fetches.

Source: https://esphome.io/components/voice_assistant.html and `api.proto` of ESPHome.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import numpy as np
from aioesphomeapi.client import APIClient
from aioesphomeapi.core import APIConnectionError
from aioesphomeapi.model import (
    VoiceAssistantAudioSettings,
    VoiceAssistantCommandFlag,
    VoiceAssistantFeature,
)
from aioesphomeapi.model import VoiceAssistantEventType as Type

from unhear.answer.synthesiser import Speech
from unhear.capture.sound import RATE_HZ, Pcm
from unhear.engines.audio_files import read_sound
from unhear.engines.speech_files import speech_wav
from unhear.house.pacing import Pace
from unhear.house.turn import Turn
from unhear.house.voice import Stream, VoiceSession, Ways
from unhear.satellites.speech_files import SpeechFiles
from unhear.satellites.wyoming_satellite import BACKOFF_SECONDS, Place

log = logging.getLogger(__name__)

AUDIO_BYTES_MAX = 1 << 16
"""Two seconds of sound; a device sends a few hundredths at a time."""

PIECES_WAITING_MAX = 1_000
"""Half a minute of sound may wait; more is taken in when there is room."""

PIECE_FRAMES = 512
"""What devices take at a time."""

ANSWER_SECONDS_MAX = 30.0
API_AUDIO_PORT = 0
"""What is answered to a device that is to send its sound over the API, not to a port."""


@dataclass(frozen=True, slots=True)
class EsphomeWays:
    """What ESPHome devices share beside what all satellites do."""

    ways: Ways
    files: SpeechFiles
    wait: Callable[[float], Awaitable[None]] = asyncio.sleep


class EsphomeSatellite:
    """One device; connects, and connects again whenever it is gone."""

    def __init__(self, place: Place, shared: EsphomeWays, key: str | None = None) -> None:
        """`key` is the device's noise encryption key, in base64, where it has one."""
        self._place = place
        self._shared = shared
        self._key = key

    async def run(self) -> None:
        """Serve the device until cancelled; what goes wrong is logged by its kind."""
        failures = 0
        while True:
            try:
                await self._converse()
                failures = 0
            except (APIConnectionError, OSError, TimeoutError) as error:
                log.warning(
                    "satellite away",
                    extra={"device": self._place.device, "error": type(error).__name__},
                )
                failures += 1
            await self._shared.wait(BACKOFF_SECONDS[min(failures, len(BACKOFF_SECONDS) - 1)])

    async def _converse(self) -> None:
        place, gone = self._place, asyncio.Event()
        client = APIClient(place.host, place.port, None, client_info="unhear", noise_psk=self._key)

        async def stopped(_expected: bool) -> None:  # noqa: FBT001 - the library's signature
            gone.set()

        await client.connect(on_stop=stopped, log_errors=False)
        conversation: _Conversation | None = None
        try:
            info = await client.device_info()
            version = client.api_version
            features = 0 if version is None else info.voice_assistant_feature_flags_compat(version)
            conversation = _Conversation(client, place, self._shared, features)
            await conversation.subscribe()
            await gone.wait()
        finally:
            if conversation is not None:
                conversation.close()
            await client.disconnect(force=True)


class _Conversation:
    """What one connection's messages mean."""

    def __init__(self, client: APIClient, place: Place, shared: EsphomeWays, features: int) -> None:
        self._client = client
        self._place = place
        self._ways = shared.ways
        self._speaker = EsphomeSpeaker(client, place.host, shared.files, features)
        self._session: VoiceSession | None = None
        self._here = False
        self._sound: asyncio.Queue[Pcm] = asyncio.Queue(PIECES_WAITING_MAX)
        self._feeding = asyncio.create_task(self._feed())

    async def subscribe(self) -> None:
        """Ask the device for its requests, and to wake at the house's word if it can."""
        self._client.subscribe_voice_assistant(
            handle_start=self._start, handle_stop=self._stop, handle_audio=self._hear
        )
        word = self._ways.assistant.house.settings.wake_word
        try:
            known = await self._client.get_voice_assistant_configuration(5.0)
        except TimeoutError:
            return  # A device that has no choice of wake words does not answer.
        ids = [one.id for one in known.available_wake_words if _same(one.wake_word, word)]
        if ids and known.active_wake_words != ids:
            await self._client.set_voice_assistant_configuration(ids)

    def close(self) -> None:
        """End: the connection is gone."""
        self._feeding.cancel()
        self._speaker.stop()
        if self._session is not None:
            self._session.close()

    async def _start(
        self, _id: str, flags: int, _settings: VoiceAssistantAudioSettings, _phrase: str | None
    ) -> int:
        here = bool(flags & VoiceAssistantCommandFlag.USE_WAKE_WORD)
        if self._session is None or here != self._here:
            if self._session is not None:
                self._session.close()
            self._here = here
            place = self._place
            stream = Stream(
                place.device,
                place.person,
                self._speaker,
                here,
                place.room,
                self._speaker.understood,
            )
            self._session = VoiceSession(stream, self._ways)
        self._speaker.begin(here=here)
        if not here:
            self._session.woken()
        return API_AUDIO_PORT

    async def _stop(self, aborted: bool) -> None:  # noqa: FBT001 - the library's signature
        if self._session is None:
            return
        if aborted:
            self._session.interrupt()
        else:
            self._session.finish()

    async def _hear(self, data: bytes, _second: bytes | None) -> None:
        """Queue the sound: the library may call this for the next piece while one is worked on."""
        if len(data) <= AUDIO_BYTES_MAX:
            await self._sound.put(np.frombuffer(data[: len(data) // 2 * 2], np.int16))

    async def _feed(self) -> None:
        """Feed the session piece by piece, in order."""
        loop = asyncio.get_running_loop()
        while True:
            pcm = await self._sound.get()
            if self._session is not None:
                await loop.run_in_executor(None, self._session.feed, pcm)


class EsphomeSpeaker:
    """A device's loudspeaker; called from threads, it sends from the event loop."""

    def __init__(self, client: APIClient, host: str, files: SpeechFiles, features: int) -> None:
        self._client = client
        self._host = host
        self._files = files
        self._streams = bool(features & VoiceAssistantFeature.SPEAKER)
        self._announces = bool(features & VoiceAssistantFeature.ANNOUNCE)
        self._loop = asyncio.get_running_loop()
        self._pace = Pace()
        self._words = ""
        self._here = False
        self._open = False
        self._speaking = False
        self._spoken: list[Speech] = []

    def begin(self, *, here: bool) -> None:
        """Tell that a request is awaited, from a wake word on that is to be heard here, or now."""
        self._here, self._open = here, True
        self._event(Type.VOICE_ASSISTANT_RUN_START)
        if here:
            self._event(Type.VOICE_ASSISTANT_WAKE_WORD_START)
        else:
            self._event(Type.VOICE_ASSISTANT_STT_START)

    def understood(self, words: str) -> None:
        """Note the words so far, to be told when the request is over."""
        self._words = words

    def woken(self) -> None:
        """Tell that the wake word was heard."""
        self._words = ""
        if self._here:
            self._event(Type.VOICE_ASSISTANT_WAKE_WORD_END)
            self._event(Type.VOICE_ASSISTANT_STT_START)

    def thinking(self) -> None:
        """Tell that the request is over."""
        self._event(Type.VOICE_ASSISTANT_STT_VAD_END)
        self._event(Type.VOICE_ASSISTANT_STT_END, text=self._words)
        self._event(Type.VOICE_ASSISTANT_INTENT_START)

    def say(self, speech: Speech) -> None:
        """Send a piece of speech as fast as it is played, or gather it for the device to fetch."""
        if not self._open and self._announces:
            self._announce(speech)
            return
        if not self._speaking:
            self._speaking = True
            self._event(Type.VOICE_ASSISTANT_INTENT_END)
            self._event(Type.VOICE_ASSISTANT_TTS_START, text="")
            if self._streams:
                self._event(Type.VOICE_ASSISTANT_TTS_STREAM_START)
        if not self._streams:
            self._spoken.append(speech)
            return
        self._pace.begin()
        pcm = read_sound(speech_wav([speech]))
        for piece in self._pace.pieces(Speech(pcm, RATE_HZ)):
            for start in range(0, len(piece.pcm), PIECE_FRAMES):
                data = piece.pcm[start : start + PIECE_FRAMES].tobytes()
                self._call(self._client.send_voice_assistant_audio, data)

    def stop(self) -> None:
        """Send no more of what is being said."""
        self._pace.stop()
        self._spoken = []
        if self._speaking and self._streams:
            self._event(Type.VOICE_ASSISTANT_TTS_STREAM_END)
        self._speaking = False

    def finished(self, turn: Turn | None) -> None:  # noqa: ARG002 - the same for every turn
        """Tell the end of the answer, and where to fetch it where it was not sent."""
        if self._spoken:
            url = self._files.offer(speech_wav(self._spoken), self._host)
            self._event(Type.VOICE_ASSISTANT_TTS_END, url=url)
        elif self._speaking:
            self._event(Type.VOICE_ASSISTANT_TTS_STREAM_END)
            self._event(Type.VOICE_ASSISTANT_TTS_END, url="")
        self._event(Type.VOICE_ASSISTANT_RUN_END)
        self._spoken, self._speaking, self._open = [], False, False

    def _announce(self, speech: Speech) -> None:
        """Have the device fetch what is said unasked; waits until it has played it."""
        url = self._files.offer(speech_wav([speech]), self._host)
        played = self._client.send_voice_assistant_announcement_await_response(
            url, ANSWER_SECONDS_MAX
        )
        asyncio.run_coroutine_threadsafe(played, self._loop).result(ANSWER_SECONDS_MAX)

    def _event(self, kind: Type, **data: str) -> None:
        self._call(self._client.send_voice_assistant_event, kind, data)

    def _call(self, send: Callable[..., None], *arguments: object) -> None:
        self._loop.call_soon_threadsafe(_sent, send, arguments)


def _sent(send: Callable[..., None], arguments: tuple[object, ...]) -> None:
    try:
        send(*arguments)
    except APIConnectionError:
        log.debug("device is gone")


def _same(one: str, other: str) -> bool:
    """Whether two wake words are the same: "Hey Jarvis" is `hey_jarvis`."""
    return one.casefold().replace(" ", "_") == other.casefold().replace(" ", "_")
