"""Ask the peers' Wyoming servers, and time them. Runs in the peers' own environment.

    python peer_client.py ASR_URI TTS_URI < REQUESTS > ANSWERS

REQUESTS: one JSON line each, {"file": wav, "reply": text}. ANSWERS: one JSON line each,
{"heard": text, "recognise": seconds, "first_speech": seconds}.
"""

import asyncio
import json
import sys
import wave
from time import perf_counter
from typing import Any

from wyoming.asr import Transcribe, Transcript
from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.client import AsyncClient
from wyoming.tts import Synthesize

CHUNK_FRAMES = 1024


async def recognise(uri: str, file: str) -> tuple[str, float]:
    """Stream a file in; answer its words and the seconds from its end to the transcript."""
    async with AsyncClient.from_uri(uri) as client:
        with wave.open(file, "rb") as wav:
            rate, width, channels = wav.getframerate(), wav.getsampwidth(), wav.getnchannels()
            await client.write_event(Transcribe(language="en").event())
            await client.write_event(AudioStart(rate, width, channels).event())
            while data := wav.readframes(CHUNK_FRAMES):
                await client.write_event(AudioChunk(rate, width, channels, data).event())
        started = perf_counter()
        await client.write_event(AudioStop().event())
        while True:
            event = await client.read_event()
            if event is None:
                raise ConnectionError("the peer's recogniser hung up")
            if Transcript.is_type(event.type):
                return Transcript.from_event(event).text, perf_counter() - started


async def first_speech(uri: str, text: str) -> float:
    """Answer the seconds from the text to the first sound of it."""
    async with AsyncClient.from_uri(uri) as client:
        started = perf_counter()
        await client.write_event(Synthesize(text).event())
        while True:
            event = await client.read_event()
            if event is None:
                raise ConnectionError("the peer's voice hung up")
            if AudioChunk.is_type(event.type):
                return perf_counter() - started


async def main(asr: str, tts: str) -> None:
    """Answer every request of standard input."""
    for line in sys.stdin:
        request: dict[str, Any] = json.loads(line)
        heard, seconds = await recognise(asr, request["file"])
        spoken = await first_speech(tts, request["reply"])
        answer = {"heard": heard, "recognise": seconds, "first_speech": spoken}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
