"""Teaching a voice: sentences that somebody says in the browser. Their sound is not kept."""

from collections.abc import Mapping
from typing import Annotated

import numpy as np
from fastapi import APIRouter
from pydantic import AfterValidator, Field

from unhear.capture.sound import Pcm
from unhear.engines.resampling import RATES_HZ, Resampling
from unhear.household.words import UNKNOWN_PERSON
from unhear.web.api.consents import NO_SUCH_PERSON, known_person
from unhear.web.api.fields import Bytes, Taken
from unhear.web.microphone import BROWSER
from unhear.web.signed_in import Guardian

router = APIRouter(prefix="/learning", tags=["learning"])

SENTENCES_MAX = 12
SENTENCE_BYTES_MAX = 800_000
"""Eight seconds at 48 kHz; the console stops recording there."""

ROOMY: Mapping[str, int] = {"/api/v1/learning/voice": 6 << 20}
"""Five such sentences in base64url are more than other operations take."""


def _is_pcm(content: bytes) -> bytes:
    if len(content) % 2 or len(content) > SENTENCE_BYTES_MAX:
        raise ValueError("a sentence is 16-bit samples, and not that many")
    return content


class Lesson(Taken):
    """Sentences that a person said, each as 16-bit mono samples (little-endian) at `rate` Hz."""

    person: str
    rate: Annotated[int, Field(ge=RATES_HZ.start, lt=RATES_HZ.stop)]
    sentences: Annotated[
        tuple[Annotated[Bytes, AfterValidator(_is_pcm)], ...], Field(max_length=SENTENCES_MAX)
    ]


@router.post("/voice", status_code=204)
def teach(signed: Guardian, lesson: Lesson) -> None:
    """Learn whose a voice is, from five sentences or more; with consent to `identify`.

    They are made into numbers in memory, which are kept; the sound goes no further.
    """
    person = known_person(signed, lesson.person)
    if person == UNKNOWN_PERSON:
        raise NO_SUCH_PERSON
    sounds = [_at_our_rate(one, lesson.rate) for one in lesson.sentences]
    signed.house.voices.enrol(person, BROWSER, sounds)


def _at_our_rate(content: bytes, rate_hz: int) -> Pcm:
    return Resampling(rate_hz).feed(np.frombuffer(content, "<i2").astype(np.int16))
