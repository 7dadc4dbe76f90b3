"""What was said to a device, or typed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from unhear.capture.sound import RATE_HZ, Pcm
from unhear.household.speech import Intent
from unhear.household.words import DeviceId, PersonId, TraceId, Utterance
from unhear.learn.labelled import Vector


@dataclass(frozen=True, slots=True)
class Request:
    """Words that were heard or typed; typed ones have no sound and are never kept.

    `wake` is what the sound was like that woke the device for it, where that is known.
    """

    text: str
    pcm: Pcm | None
    heard_at: datetime
    device: DeviceId
    person: PersonId
    wake: Vector | None = None

    def utterance(self, trace: TraceId, intents: Sequence[Intent]) -> Utterance:
        """Answer what is noted of it as the recording `trace`, understood as `intents`."""
        return Utterance(
            of=trace,
            heard_at=self.heard_at,
            device=self.device,
            person=self.person,
            seconds=0.0 if self.pcm is None else len(self.pcm) / RATE_HZ,
            intent=f"{intents[0].skill}.{intents[0].name}" if intents else None,
        )
