"""A voice device at the level of ESPHome's native API: real frames over TCP, in plain text.

Source: https://developers.esphome.io/architecture/api/protocol_details/ (plaintext frames: a zero
byte, the length and the type as varints, then the protobuf message).
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aioesphomeapi import api_pb2
from aioesphomeapi.core import MESSAGE_TYPE_TO_PROTO
from aioesphomeapi.model import VoiceAssistantFeature as Feature
from google.protobuf.message import Message

from unhear.capture.sound import Pcm

pb: Any = api_pb2
NUMBERS = {proto: number for number, proto in MESSAGE_TYPE_TO_PROTO.items()}
SPEAKER = Feature.VOICE_ASSISTANT | Feature.API_AUDIO | Feature.SPEAKER
MEDIA_PLAYER = Feature.VOICE_ASSISTANT | Feature.API_AUDIO | Feature.ANNOUNCE
SHOWS_TIMERS = SPEAKER | Feature.TIMERS
PIECE_BYTES = 1_024
TIMES_SAID = 3
"""How often a device says it, as people do who are not heard."""


@dataclass
class Device:
    """Hears `sound` when it is subscribed to; notes the events and the sound it gets.

    Where it is asked to listen on it hears `more`. One that is not `alive` answers nothing more.
    """

    sound: Pcm
    more: Pcm | None = None
    alive: bool = True
    has_choice: bool = True
    features: int = int(SPEAKER)
    flags: int = 0
    connections: int = 0
    events: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    played: bytes = b""
    active: list[str] = field(default_factory=lambda: ["okay_nabu"])
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    announced: "asyncio.Queue[str]" = field(default_factory=asyncio.Queue)
    timers: "asyncio.Queue[Any]" = field(default_factory=asyncio.Queue)
    subscribed: asyncio.Event = field(default_factory=asyncio.Event)
    asked: bool = False

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one connection."""
        self.connections += 1
        self._writer = writer
        try:
            while True:
                message = await read_message(reader)
                if self.alive:
                    await self._answer(message)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    def send(self, message: Message) -> None:
        """Send a message."""
        self._writer.write(frame(message))

    def ask(self, sound: Pcm) -> None:
        """Begin a request, as after the wake word."""
        self.sound = sound
        self.ended.clear()
        self.send(pb.VoiceAssistantRequest(start=True, flags=self.flags))

    async def _answer(self, message: Message) -> None:
        answers: dict[type[Message], Callable[[], Message]] = {
            pb.HelloRequest: lambda: pb.HelloResponse(
                api_version_major=1, api_version_minor=12, name="device"
            ),
            pb.AuthenticationRequest: pb.AuthenticationResponse,
            pb.PingRequest: pb.PingResponse,
            pb.DisconnectRequest: pb.DisconnectResponse,
            pb.DeviceInfoRequest: lambda: pb.DeviceInfoResponse(
                name="device", voice_assistant_feature_flags=self.features
            ),
        }
        if self.has_choice:
            answers[pb.VoiceAssistantConfigurationRequest] = self._configuration
        if (answer := answers.get(type(message))) is not None:
            self.send(answer())
        elif isinstance(message, pb.SubscribeVoiceAssistantRequest):
            self.subscribed.set()
            if len(self.sound):
                self.ask(self.sound)
        elif isinstance(message, pb.VoiceAssistantResponse):
            await self._speak()
        else:
            self._note(message)

    def _note(self, message: Message) -> None:
        if isinstance(message, pb.VoiceAssistantEventResponse):
            self._told(message.event_type, {d.name: d.value for d in message.data})
        elif isinstance(message, pb.VoiceAssistantAudio):
            self.played += message.data
        elif isinstance(message, pb.VoiceAssistantTimerEventResponse):
            self.timers.put_nowait(message)
        elif isinstance(message, pb.VoiceAssistantSetConfiguration):
            self.active = list(message.active_wake_words)
        elif isinstance(message, pb.VoiceAssistantAnnounceRequest):
            self.announced.put_nowait(message.media_id)
            self.send(pb.VoiceAssistantAnnounceFinished(success=True))

    def _told(self, kind: int, data: dict[str, str]) -> None:
        self.events.append((kind, data))
        if kind == pb.VOICE_ASSISTANT_INTENT_END:
            self.asked = data.get("continue_conversation") == "1"
        elif kind == pb.VOICE_ASSISTANT_RUN_END and self.asked and self.more is not None:
            sound, self.more, self.asked = self.more, None, False
            self.ask(sound)
        elif kind == pb.VOICE_ASSISTANT_RUN_END:
            self.ended.set()

    def _configuration(self) -> Message:
        words = [
            pb.VoiceAssistantWakeWord(id=id_, wake_word=word)
            for id_, word in (("okay_nabu", "Okay Nabu"), ("alexa", "Alexa"))
        ]
        return pb.VoiceAssistantConfigurationResponse(
            available_wake_words=words, active_wake_words=self.active, max_active_wake_words=1
        )

    async def _speak(self) -> None:
        for _ in range(TIMES_SAID if self.flags else 1):
            await self.stream(self.sound)

    async def stream(self, sound: Pcm) -> None:
        """Send sound until the request ends."""
        data = sound.tobytes()
        for start in range(0, len(data), PIECE_BYTES):
            if self.ended.is_set():
                return
            self.send(pb.VoiceAssistantAudio(data=data[start : start + PIECE_BYTES]))
            await self._writer.drain()


def frame(message: Message) -> bytes:
    """Answer a message as it goes over the wire."""
    body: bytes = message.SerializeToString()
    return b"\0" + varint(len(body)) + varint(NUMBERS[type(message)]) + body


def varint(number: int) -> bytes:
    """Answer a number as protobuf writes it."""
    written = bytearray()
    while number > 0x7F:
        written.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*written, number])


async def read_message(reader: asyncio.StreamReader) -> Message:
    """Answer the next message."""
    await reader.readexactly(1)
    length, number = await read_varint(reader), await read_varint(reader)
    message: Message = MESSAGE_TYPE_TO_PROTO[number]()
    message.ParseFromString(await reader.readexactly(length))
    return message


async def read_varint(reader: asyncio.StreamReader) -> int:
    """Answer a number as protobuf writes it."""
    number, shift = 0, 0
    while True:
        byte = (await reader.readexactly(1))[0]
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            return number
        shift += 7
