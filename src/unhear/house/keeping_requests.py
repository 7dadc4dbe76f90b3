"""What stays of a request that was answered: its sound and words, where a consent says so."""

import numpy as np

from unhear.capture.wave import wav_bytes
from unhear.forget.errors import Barred
from unhear.house.house import House
from unhear.house.request import Request
from unhear.household.policy import Decision, decide, forget_now
from unhear.household.speech import Reply, Transcript
from unhear.household.words import TraceId, Utterance


def keep_request(
    request: Request, transcript: Transcript, utterance: Utterance, reply: Reply, house: House
) -> tuple[Decision, TraceId | None]:
    """Keep what was said, or let it go; answer why, and the recording's id where it is kept."""
    decision = decide(house.household, request.person, request.heard_at, request.device)
    if request.pcm is None:
        return forget_now("It was typed, not spoken."), None
    if not reply.keep:
        return forget_now("A request about privacy is never kept itself."), None
    if decision.keep_until is None:
        return decision, None
    sealed = Utterance(
        of=utterance.of,
        heard_at=utterance.heard_at,
        device=utterance.device,
        person=utterance.person,
        seconds=utterance.seconds,
        purposes=decision.purposes,
        reasons=decision.reasons,
        intent=utterance.intent,
    )
    try:
        kept = house.catalogue.keep(
            wav=wav_bytes(np.ascontiguousarray(request.pcm)),
            transcript=transcript.text,
            utterance=sealed,
            keep_until=decision.keep_until,
        )
    except Barred:
        return forget_now("Somebody asked to forget it while it was being answered."), None
    return decision, kept
