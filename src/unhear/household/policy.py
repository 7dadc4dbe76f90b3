"""Decide what may happen to something that was heard.

Every decision carries its reasons as sentences, so that "why did you keep this?" has an answer.
"""

from dataclasses import dataclass
from datetime import datetime

from unhear.household.family import Household
from unhear.household.words import DeviceId, PersonId, PersonKind, Purpose


@dataclass(frozen=True, slots=True)
class Decision:
    """What may be done: always answered; kept until `keep_until`, or forgotten at once (None)."""

    keep_until: datetime | None
    purposes: tuple[Purpose, ...]
    reasons: tuple[str, ...]

    @property
    def keeps(self) -> bool:
        """Whether the recording stays after the answer."""
        return self.keep_until is not None


def decide(
    household: Household, speaker: PersonId, heard_at: datetime, device: DeviceId
) -> Decision:
    """Answer what the household's consents allow for words `speaker` said to a device.

    A voice that is not known to be an adult's counts as a child's wherever children live.
    """
    if device in household.unrecorded:
        return forget_now("Somebody told this device to stop recording.")
    person = household.person(speaker)
    if person is None and household.has_children:
        return forget_now(
            "I do not know this voice, and children live here, so it counts as a child's."
        )
    consent = household.consent(speaker, Purpose.KEEP, heard_at)
    if consent is None:
        whose = "this voice" if person is None else _whose(person.kind)
        return forget_now(f"No guardian has consented to keeping recordings of {whose}.")
    kind = None if person is None else person.kind
    stay = household.retention.duration(Purpose.KEEP, kind, household.device_kind(device))
    return Decision(
        keep_until=heard_at + stay,
        purposes=(Purpose.RESPOND, Purpose.KEEP),
        reasons=(
            f"A guardian consented ({consent.method}) on {consent.given_at:%Y-%m-%d}.",
            f"The household keeps such recordings for {stay.days} "
            f"day{'s' if stay.days != 1 else ''}.",
        ),
    )


def forget_now(reason: str) -> Decision:
    """Answer the decision that nothing stays, for `reason`."""
    return Decision(
        keep_until=None,
        purposes=(Purpose.RESPOND,),
        reasons=(reason, "It was answered and forgotten."),
    )


def _whose(kind: PersonKind) -> str:
    return "a child" if kind is PersonKind.CHILD else f"this {kind.value}"
