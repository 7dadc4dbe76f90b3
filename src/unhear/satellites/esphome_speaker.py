"""An ESPHome device's loudspeaker, and what it shows.

Source: `voice_assistant` of ESPHome (https://esphome.io/components/voice_assistant.html).
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress

from aioesphomeapi.client import APIClient
from aioesphomeapi.core import APIConnectionError
from aioesphomeapi.model import VoiceAssistantEventType as Type
from aioesphomeapi.model import VoiceAssistantFeature
from aioesphomeapi.model import VoiceAssistantTimerEventType as TimerType

from unhear.answer.synthesiser import Speech
from unhear.capture.sound import RATE_HZ
from unhear.engines.audio_files import read_sound
from unhear.engines.speech_files import speech_wav
from unhear.house.pacing import Pace
from unhear.house.timer_faces import Change, Face, TimerNews
from unhear.house.turn import Turn
from unhear.household.speech import Reply
from unhear.satellites.speech_files import SpeechFiles

PIECE_FRAMES = 512
"""What devices take at a time."""

PLAYED_SECONDS_MAX = 30.0
"""How long a device may take to play what it fetches."""

TIMER_TYPES = {
    Change.STARTED: TimerType.VOICE_ASSISTANT_TIMER_STARTED,
    Change.CANCELLED: TimerType.VOICE_ASSISTANT_TIMER_CANCELLED,
    Change.FINISHED: TimerType.VOICE_ASSISTANT_TIMER_FINISHED,
}


class EsphomeSpeaker:
    """Called from threads, it sends from the event loop."""

    def __init__(self, client: APIClient, host: str, files: SpeechFiles, features: int) -> None:
        self._client = client
        self._host = host
        self._files = files
        self._streams = bool(features & VoiceAssistantFeature.SPEAKER)
        self._announces = bool(features & VoiceAssistantFeature.ANNOUNCE)
        self._has_timers = bool(features & VoiceAssistantFeature.TIMERS)
        self._loop = asyncio.get_running_loop()
        self._pace = Pace()
        self._words = ""
        self._reply = Reply("")
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

    def aborted(self) -> None:
        """Note that the device ended its request itself, and awaits nothing more of it."""
        self._open = False

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
        self._reply = Reply("")
        self._event(Type.VOICE_ASSISTANT_STT_VAD_END)
        self._event(Type.VOICE_ASSISTANT_STT_END, text=self._words)
        self._event(Type.VOICE_ASSISTANT_INTENT_START)

    def replied(self, reply: Reply) -> None:
        """Note the answer, to be told when it begins."""
        self._reply = reply

    def say(self, speech: Speech) -> None:
        """Send a piece of speech as fast as it is played, or gather it for the device to fetch."""
        if not self._open and self._announces:
            self._announce(speech)
            return
        if not self._speaking:
            self._begin_to_speak()
        if self._streams:
            self._send(speech)
        elif self._open:
            self._spoken.append(speech)

    def stop(self) -> None:
        """Send no more of what is being said."""
        self._pace.stop()
        self._spoken = []
        if self._speaking and self._streams:
            self._event(Type.VOICE_ASSISTANT_TTS_STREAM_END)
        self._speaking = False

    def finished(self, turn: Turn | None) -> None:  # noqa: ARG002 - the same for every turn
        """Tell the end of the answer, and where to fetch it where it was not sent."""
        spoken, speaking, is_open = self._spoken, self._speaking, self._open
        # First, for the device may begin another request as soon as it is told of the end.
        self._spoken, self._speaking, self._open = [], False, False
        if spoken:
            url = self._files.offer(speech_wav(spoken), self._host)
            self._event(Type.VOICE_ASSISTANT_TTS_END, url=url)
        elif speaking:
            self._event(Type.VOICE_ASSISTANT_TTS_STREAM_END)
            self._event(Type.VOICE_ASSISTANT_TTS_END, url="")
        if is_open:
            self._event(Type.VOICE_ASSISTANT_RUN_END)

    @property
    def timers(self) -> Face | None:
        """What shows timers, if the device can."""
        return self._timer if self._has_timers else None

    def _timer(self, news: TimerNews) -> None:
        seconds, left = (round(time.total_seconds()) for time in (news.length, news.left))
        runs = news.change is Change.STARTED
        self._call(
            self._client.send_voice_assistant_timer_event,
            TIMER_TYPES[news.change],
            news.id,
            news.name,
            seconds,
            left,
            runs,
        )

    def _begin_to_speak(self) -> None:
        self._speaking = True
        asks = self._reply.question is not None
        # A device that is told so opens its microphone once more when it has played the answer.
        self._event(Type.VOICE_ASSISTANT_INTENT_END, continue_conversation="1" if asks else "0")
        self._event(Type.VOICE_ASSISTANT_TTS_START, text=self._reply.text)
        if self._streams:
            self._event(Type.VOICE_ASSISTANT_TTS_STREAM_START)

    def _send(self, speech: Speech) -> None:
        self._pace.begin()
        pcm = read_sound(speech_wav([speech]))
        for piece in self._pace.pieces(Speech(pcm, RATE_HZ)):
            for start in range(0, len(piece.pcm), PIECE_FRAMES):
                data = piece.pcm[start : start + PIECE_FRAMES].tobytes()
                self._call(self._client.send_voice_assistant_audio, data)

    def _announce(self, speech: Speech) -> None:
        """Have the device fetch what is said unasked; waits until it has played it."""
        url = self._files.offer(speech_wav([speech]), self._host)
        played = self._client.send_voice_assistant_announcement_await_response(
            url, PLAYED_SECONDS_MAX
        )
        asyncio.run_coroutine_threadsafe(played, self._loop).result(PLAYED_SECONDS_MAX)

    def _event(self, kind: Type, **data: str) -> None:
        self._call(self._client.send_voice_assistant_event, kind, data)

    def _call(self, send: Callable[..., None], *arguments: object) -> None:
        with suppress(RuntimeError):  # The event loop is closed: the house stops.
            self._loop.call_soon_threadsafe(_sent, send, arguments)


def _sent(send: Callable[..., None], arguments: tuple[object, ...]) -> None:
    with suppress(APIConnectionError):  # The device is gone.
        send(*arguments)
