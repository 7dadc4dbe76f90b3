"""What travels between the rooms while one request is answered."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from unhear.household.words import TraceId

SlotValue = str | int | float

CONFIRMED = "confirmed"
"""The slot of an intent that was asked back about: 1 for yes, 0 for no."""


@dataclass(frozen=True, slots=True)
class Transcript:
    """Words a recogniser heard.

    `speech_probability` (0 to 1) is how sure the recogniser is that this was speech at all;
    `mean_log_probability` is the average natural-log probability of the decoded tokens. `aided`
    says that words learned here helped to hear it: nothing may be learned of it in turn.
    """

    text: str
    speech_probability: float = 1.0
    mean_log_probability: float = 0.0
    aided: bool = False


@dataclass(frozen=True, slots=True)
class Intent:
    """What somebody wants: the skill asked for, the name of the request, and its slots."""

    skill: str
    name: str
    slots: Mapping[str, SlotValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Question:
    """What the assistant asks back: the next words on the device are the `slot` of `intent`.

    They may be one of the slots `others` in its place, or one after the other: "on Friday at six".
    """

    intent: Intent
    slot: str
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reply:
    """What the assistant says. `keep=False` when the request itself must leave no recording.

    With a `question` the device listens on without a wake word.
    """

    text: str
    keep: bool = True
    question: Question | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """One thing a skill remembers: sealed under a key of its own, so that it can be forgotten.

    It is erased, too, when somebody asks for the recording it came of to be forgotten.
    """

    id: TraceId
    data: Mapping[str, str]
    made_at: datetime
