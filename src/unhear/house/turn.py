"""One request, the whole way: heard, understood, answered; then kept or forgotten."""

import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from time import monotonic

import numpy as np

from unhear.answer.skill import LastTurn, SkillContext
from unhear.answer.synthesiser import Speech
from unhear.capture.sound import Capture
from unhear.capture.wave import wav_bytes
from unhear.forget.errors import Barred
from unhear.forget.traces import new_trace_id
from unhear.house.conversation import Taken
from unhear.house.ears import Ears
from unhear.house.house import House
from unhear.house.privacy import HousePrivacy
from unhear.house.request import Request
from unhear.house.rooms import RoomsOf
from unhear.household.policy import Decision, decide, forget_now
from unhear.household.speech import Intent, Reply, Transcript
from unhear.household.words import DeviceId, PersonId, Purpose, TraceId, Utterance

log = logging.getLogger(__name__)

PRIVACY_SKILL = "privacy"
ASK_SKILL = "ask"


class Silenced(Exception):
    """Raised by a `Sayer` when the rest of the answer is not wanted any more."""


ASLEEP = forget_now("This device was told to stop listening.")

Sayer = Callable[[Speech], None]
"""Takes each piece of the answer as soon as it is ready."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What became of one request. `seconds` says how long each stage took.

    `kept` is the recording's id, or None where nothing stays.
    """

    transcript: Transcript
    intent: Intent | None
    reply: Reply
    decision: Decision
    kept: TraceId | None
    seconds: dict[str, float]


class Assistant:
    """Answers requests for a house; safe to use from several threads."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._ears = Ears(self._recognise)

    @property
    def house(self) -> House:
        """The house it answers for."""
        return self._house

    def foresee(self, capture: Capture, partial: Callable[[str], None] | None = None) -> None:
        """Begin to recognise what will be the request if the speaker's pause lasts.

        `hear` uses the work when it is given the very same capture; otherwise it was in vain.
        `partial` is told the words, from another thread.
        """
        self._ears.foresee(capture, partial)

    def whole(self, text: str) -> bool:
        """Answer whether `text` is a request after which nobody waits for more words.

        One about privacy never is: "delete everything" may go on with "I said today".
        """
        intent = self._house.grammar.whole(text)
        return intent is not None and intent.skill != PRIVACY_SKILL

    def hear(
        self,
        capture: Capture,
        person: PersonId,
        say: Sayer,
        replied: Callable[[str], None] | None = None,
    ) -> Turn:
        """Answer spoken words, handing each piece of speech to `say` before anything is kept.

        `replied` is told the answer in writing, before its first piece.
        """
        started = monotonic()
        transcript = self._ears.hear(capture)
        recognised = monotonic() - started
        request = Request(transcript.text, capture.pcm, capture.heard_at, capture.device, person)
        return self._answer(request, transcript, say, {"recognise": recognised}, replied)

    def _recognise(self, capture: Capture) -> Transcript:
        hints = self._house.grammar.vocabulary()
        return self._house.recogniser.transcribe(capture.pcm, hints=hints)

    def close(self) -> None:
        """Stop recognising."""
        self._ears.close()

    def take(self, capture: Capture, person: PersonId) -> Transcript:
        """Recognise spoken words for another program; they are kept or forgotten like any.

        Where it then has them read, they are answered as the request that was heard.
        """
        transcript = self._ears.hear(capture)
        request = Request(transcript.text, capture.pcm, capture.heard_at, capture.device, person)
        house = self._house
        house.household = house.family.seen(person)
        intents = self._understand(request, transcript)
        utterance = request.utterance(new_trace_id(), intents)
        if not self._may_answer(request.device, intents[0] if intents else None):
            decision, kept = ASLEEP, None
        else:
            private = any(intent.skill == PRIVACY_SKILL for intent in intents)
            decision, kept = self._keep(request, transcript, utterance, Reply("", keep=not private))
        taken = Taken(transcript.text, utterance, decision, kept)
        house.conversation.expect(house.household.id, taken)
        return transcript

    def read(self, text: str, device: DeviceId, person: PersonId, say: Sayer | None) -> Turn:
        """Answer typed words, or those that `take` heard; aloud, unless `say` is None."""
        taken = self._house.conversation.claim(self._house.household.id, device, text)
        if taken is None:
            request = Request(text, None, self._house.clock(), device, person)
        else:
            heard = taken.utterance
            request = Request(text, None, heard.heard_at, device, heard.person)
        return self._answer(request, Transcript(text), say, {}, taken=taken)

    def tick(self) -> None:
        """Let every skill do what has fallen due."""
        device = DeviceId(self._house.settings.device)
        request = Utterance(
            of=new_trace_id(),
            heard_at=self._house.clock(),
            device=device,
            person=PersonId("unknown"),
        )
        self._wake_devices()
        self._house.conversation.drop_old()
        self._house.skills.tick(lambda skill: self._context(request, skill))
        self._house.rooms.tick()

    def _wake_devices(self) -> None:
        """Let devices listen again that were told to sleep until now."""
        house = self._house
        for device, at in house.household.wakes:
            if at <= house.clock():
                house.household = house.family.set_listening(device, on=True)

    def _answer(
        self,
        request: Request,
        transcript: Transcript,
        say: Sayer | None,
        seconds: dict[str, float],
        replied: Callable[[str], None] | None = None,
        *,
        taken: Taken | None = None,
    ) -> Turn:
        self._house.household = self._house.family.seen(request.person)
        started = monotonic()
        intents = self._understand(request, transcript)
        intent = intents[0] if intents else None
        seconds["understand"] = monotonic() - started
        trace = new_trace_id() if taken is None else taken.utterance.of
        utterance = request.utterance(trace, intents)
        if not self._may_answer(request.device, intent):
            return Turn(transcript, intent, Reply("", keep=False), ASLEEP, None, seconds)
        started = monotonic()
        reply = self._reply_to_all(request, utterance, intents)
        seconds["answer"] = monotonic() - started
        if replied is not None:
            replied(reply.text)
        if say is not None:
            self._say(reply, say, seconds)
        started = monotonic()
        if taken is None:
            decision, kept = self._keep(request, transcript, utterance, reply)
        else:
            decision, kept = taken.decision, taken.kept
        seconds["keep"] = monotonic() - started
        last = LastTurn(
            intent=utterance.intent,
            reply=reply.text,
            reasons=decision.reasons,
            kept=kept is not None,
            heard_at=request.heard_at,
            person=request.person,
            wanted=intents[-1] if intents else None,
            question=reply.question,
        )
        self._house.conversation.remember(self._house.household.id, request.device, trace, last)
        return Turn(transcript, intent, reply, decision, kept, seconds)

    def _understand(self, request: Request, transcript: Transcript) -> Sequence[Intent]:
        """Answer what is wanted, in order.

        Where something was asked back, the words may be the answer; what nobody here understands
        goes to the skill that asks elsewhere, if it was set and consented to.
        """
        grammar, house = self._house.grammar, self._house
        intents = grammar.interpret_all(transcript.text)
        if intents:
            return intents
        last = house.conversation.last(house.household.id, request.device)
        if last is not None and last.question is not None:
            filled = grammar.fill(last.question, transcript.text)
            if filled is not None:
                return [filled]
        shares = house.household.consent(request.person, Purpose.SHARE, house.clock())
        if ASK_SKILL in house.settings.skills and shares is not None and transcript.text:
            return [Intent(ASK_SKILL, ASK_SKILL, {"question": transcript.text})]
        return []

    def _reply_to_all(
        self, request: Request, utterance: Utterance, intents: Sequence[Intent]
    ) -> Reply:
        if not intents:
            return self._reply(request, utterance, None)
        answered = [one for one in intents if self._may_answer(request.device, one)]
        return _joined([self._reply(request, utterance, one) for one in answered])

    def _reply(self, request: Request, utterance: Utterance, intent: Intent | None) -> Reply:
        context = self._context(utterance, intent.skill if intent else "")
        refused = None if intent is None else self._refused(request, intent, context)
        return refused or self._house.skills.answer(intent, context)

    def _may_answer(self, device: DeviceId, intent: Intent | None) -> bool:
        """Whether to answer: a device that sleeps obeys requests about privacy and no others."""
        awake = device not in self._house.household.asleep
        return awake or (intent is not None and intent.skill == PRIVACY_SKILL)

    def _refused(self, request: Request, intent: Intent, context: SkillContext) -> Reply | None:
        """Answer what is said to somebody who may not ask for that, or not now."""
        why = context.household.refusal(request.person, intent.skill, context.now)
        return None if why is None else Reply(self._house.skills.replies("")(why.value))

    def _say(self, reply: Reply, say: Sayer, seconds: dict[str, float]) -> None:
        started = monotonic()
        with suppress(Silenced):
            for number, speech in enumerate(self._house.synthesiser.speak(reply.text)):
                if number == 0:
                    seconds["first speech"] = monotonic() - started
                say(speech)

    def _keep(
        self, request: Request, transcript: Transcript, utterance: Utterance, reply: Reply
    ) -> tuple[Decision, TraceId | None]:
        decision = decide(self._house.household, request.person, request.heard_at, request.device)
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
            kept = self._house.catalogue.keep(
                wav=wav_bytes(np.ascontiguousarray(request.pcm)),
                transcript=transcript.text,
                utterance=sealed,
                keep_until=decision.keep_until,
            )
        except Barred:
            return forget_now("Somebody asked to forget it while it was being answered."), None
        return decision, kept

    def _context(self, request: Utterance, skill: str) -> SkillContext:
        house = self._house
        return SkillContext(
            now=house.clock().astimezone(house.settings.zone),
            household=house.household,
            device=request.device,
            person=request.person,
            memory=house.memory(skill, request),
            privacy=HousePrivacy(house, request.device),
            rooms=RoomsOf(house.rooms, request.device),
            say=house.skills.replies(skill),
            settings=house.settings.skills.get(skill, {}),
            last=house.conversation.last(house.household.id, request.device),
            language=house.settings.language,
        )


def _joined(replies: Sequence[Reply]) -> Reply:
    """Answer the replies to all that was asked, as one; the last may ask back."""
    return Reply(
        " ".join(reply.text for reply in replies if reply.text),
        keep=all(reply.keep for reply in replies),
        question=replies[-1].question,
    )
