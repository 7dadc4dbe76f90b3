"""What travels between the rooms while one request is answered."""

from collections.abc import Mapping
from dataclasses import dataclass, field

SlotValue = str | int | float


@dataclass(frozen=True, slots=True)
class Transcript:
    """Words a recogniser heard.

    `speech_probability` (0 to 1) is how sure the recogniser is that this was speech at all;
    `mean_log_probability` is the average natural-log probability of the decoded tokens.
    """

    text: str
    speech_probability: float = 1.0
    mean_log_probability: float = 0.0


@dataclass(frozen=True, slots=True)
class Intent:
    """What somebody wants: the skill asked for, the name of the request, and its slots."""

    skill: str
    name: str
    slots: Mapping[str, SlotValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reply:
    """What the assistant says. `keep=False` when the request itself must leave no recording."""

    text: str
    keep: bool = True
