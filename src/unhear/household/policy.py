"""Decide what may happen to something that was heard.

Every decision carries its reasons as sentences, so that "why did you keep this?" has an answer.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from unhear.household.consent import Consent
from unhear.household.family import Household
from unhear.household.words import DeviceId, PersonId, PersonKind, Purpose, Utterance

ASKED_FIRST = frozenset({PersonKind.CHILD, PersonKind.GUEST})
"""Of whom skills write nothing down without consent."""

UNWRITTEN_FOR = timedelta(days=7)
"""How long what may not be written down stays in memory at most, where it was asked for."""


@dataclass(frozen=True, slots=True)
class Remembering:
    """How skills may remember something: for how long, and `written` down or in memory alone."""

    stay: timedelta
    written: bool = True


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
        return forget_now(_why_not(household, speaker))
    kind = None if person is None else person.kind
    stay = household.retention.duration(Purpose.KEEP, kind, household.device_kind(device))
    return Decision(
        keep_until=heard_at + stay,
        purposes=(Purpose.RESPOND, Purpose.KEEP),
        reasons=(
            f"{_who(household, consent)} consented ({consent.method}) on "
            f"{consent.given_at:%Y-%m-%d}.",
            f"The household keeps such recordings for {stay.days} "
            f"day{'s' if stay.days != 1 else ''}.",
        ),
    )


def decide_film(household: Household, device: DeviceId, began_at: datetime) -> Decision:
    """Answer what a guardian decided about what a camera films."""
    camera = household.camera(device)
    if device in household.unrecorded:
        return forget_now("Somebody told this camera to stop recording.")
    if not camera.on or camera.on_since is None:
        return forget_now("No guardian has switched this camera on.")
    return Decision(
        keep_until=began_at + timedelta(days=camera.days),
        purposes=(Purpose.RESPOND, Purpose.KEEP),
        reasons=(
            f"A guardian switched this camera on on {camera.on_since:%Y-%m-%d}.",
            f"What it films stays for {camera.days} day{'s' if camera.days != 1 else ''}.",
        ),
    )


def forget_now(reason: str) -> Decision:
    """Answer the decision that nothing stays, for `reason`."""
    return Decision(
        keep_until=None,
        purposes=(Purpose.RESPOND,),
        reasons=(reason, "It was answered and forgotten."),
    )


def remembering(
    household: Household, speaker: PersonId, heard_at: datetime, device: DeviceId
) -> Remembering:
    """Answer how skills may remember what `speaker` said to a device.

    For grown people who live here that is part of answering. What a child or guest says, or a
    voice that counts as a child's, is written down with consent to `personalise` alone.
    """
    known = household.person(speaker)
    kind = None if known is None else known.kind
    about = (kind, household.device_kind(device))
    asks_first = household.has_children if kind is None else kind in ASKED_FIRST
    if not asks_first:
        return Remembering(household.retention.duration(Purpose.RESPOND, *about))
    stay = household.retention.duration(Purpose.PERSONALISE, *about)
    if household.consent(speaker, Purpose.PERSONALISE, heard_at) is not None:
        return Remembering(stay)
    return Remembering(min(stay, UNWRITTEN_FOR), written=False)


def teaching(household: Household, spoken: Utterance, purpose: Purpose) -> timedelta | None:
    """Answer for how long what was said may teach the house something; None for not at all.

    Nothing that a device hears which was told not to record, and nothing without the speaker's
    consent to that purpose: a voice that nobody was named for has given none.
    """
    person = household.person(spoken.person)
    if spoken.device in household.unrecorded or person is None:
        return None
    if household.consent(spoken.person, purpose, spoken.heard_at) is None:
        return None
    device = household.device_kind(spoken.device)
    return household.retention.duration(purpose, person.kind, device)


def _why_not(household: Household, speaker: PersonId) -> str:
    person = household.person(speaker)
    whose = "this voice" if person is None else _whose(person.kind)
    given = household.given(speaker, Purpose.KEEP)
    lapsed = next((c.lapsed for c in given if c.lapsed is not None), None)
    if household.objection(speaker, Purpose.KEEP) is not None:
        return f"Somebody who may decide it said no to keeping recordings of {whose}."
    if lapsed is not None:
        return f"The consent to keeping recordings of {whose} has lapsed: {lapsed}."
    if given:
        return f"Not every guardian has consented to keeping recordings of {whose}."
    return f"No guardian has consented to keeping recordings of {whose}."


def _who(household: Household, consent: Consent) -> str:
    by = None if consent.by is None else household.person(consent.by)
    themselves = by is not None and by.kind is not PersonKind.GUARDIAN
    return "The speaker" if themselves else "A guardian"


def _whose(kind: PersonKind) -> str:
    return "a child" if kind is PersonKind.CHILD else f"this {kind.value}"
