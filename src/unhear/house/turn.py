"""One request, the whole way: heard, understood, answered; then kept or forgotten."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from time import monotonic

from unhear.answer.skill import LastTurn
from unhear.answer.synthesiser import Speech
from unhear.capture.events import Woken
from unhear.capture.sound import RATE_HZ, Capture
from unhear.forget.traces import new_trace_id
from unhear.house.controls import require_controls
from unhear.house.conversation import Taken
from unhear.house.due import Mine, due_here
from unhear.house.ears import Ears
from unhear.house.house import House
from unhear.house.keeping_requests import keep_request
from unhear.house.lessons import Answered, learn_from, recognise
from unhear.house.meaning import PRIVACY_SKILL, Meaning, Said, meaning_of
from unhear.house.replying import may_answer, reply_to
from unhear.house.request import Request
from unhear.household.policy import Decision, forget_now
from unhear.household.speech import Intent, Reply, Transcript
from unhear.household.words import DeviceId, PersonId, TraceId, Utterance
from unhear.signals.giving import count, note, observe, past, timed
from unhear.signals.words import Metric, RequestOutcome, Work
from unhear.understand.hearing import Hearing, hearing

log = logging.getLogger(__name__)


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
        """Refuse, with `ControlsMissing`, to answer for an operator without what the law asks."""
        require_controls(house)
        self._house = house
        at_once = max(1, len(house.settings.speech))
        self._ears = Ears(lambda capture: _recognised(capture, house), at_once)

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

    def forgo(self, device: DeviceId) -> None:
        """Let go of what `foresee` was told of a device: there will be no request."""
        self._ears.forgo(device)

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
        replied: Callable[[Reply], None] | None = None,
    ) -> Turn:
        """Answer spoken words, handing each piece of speech to `say` before anything is kept.

        `replied` is told the answer before its first piece.
        """
        with _a_request():
            past(Work.LISTEN, capture.seconds)
            seconds: dict[str, float] = {}
            with _stage(Work.RECOGNISE, seconds):
                transcript = self._ears.hear(capture)
            request = self._request(capture, transcript, person)
            return self._answer(request, transcript, say, seconds, replied)

    def _request(self, capture: Capture, transcript: Transcript, person: PersonId) -> Request:
        """Answer what was said as a request of whose voice it is; `person` is whose device."""
        return Request(
            transcript.text,
            capture.pcm,
            capture.heard_at,
            capture.device,
            self._house.voices.speaker(capture.pcm, person),
            capture.wake_vector,
        )

    def called_for_nothing(self, device: DeviceId, person: PersonId, woken: Woken) -> None:
        """Have in mind what woke a device, where nothing was said then."""
        if woken.vector is not None:
            spoken = Utterance(new_trace_id(), woken.at, device, person)
            self._house.conversation.woke(self._house.household.id, spoken, woken.vector)

    def own_deafness(self, say: Sayer) -> None:
        """Say that nobody recognises what is said: better than to be silent."""
        for speech in self._house.synthesiser.speak(self._house.skills.replies("")("deaf")):
            say(speech)

    def close(self) -> None:
        """Stop recognising."""
        self._ears.close()

    def take(self, capture: Capture, person: PersonId) -> Transcript:
        """Recognise spoken words for another program; they are kept or forgotten like any.

        A noise has none, and is not kept. Where the program then has them read, they are answered
        as the request that was heard.
        """
        transcript, house = self._ears.hear(capture), self._house
        if hearing(transcript, house.settings.language) is Hearing.NOTHING:
            return Transcript("")
        request = self._request(capture, transcript, person)
        house.household = house.family.seen(request.person)
        intents = self._meaning(request, transcript).intents
        utterance = request.utterance(new_trace_id(), intents)
        if may_answer(request.device, intents[0] if intents else None, house):
            private = any(intent.skill == PRIVACY_SKILL for intent in intents)
            reply = Reply("", keep=not private)
            decision, kept = keep_request(request, transcript, utterance, reply, house)
        else:
            decision, kept = ASLEEP, None
        taken = Taken(transcript.text, utterance, decision, kept)
        house.conversation.expect(house.household.id, taken)
        return transcript

    def read(self, text: str, device: DeviceId, person: PersonId, say: Sayer | None) -> Turn:
        """Answer typed words, or those that `take` heard; aloud, unless `say` is None."""
        taken = self._house.conversation.claim(self._house.household.id, device, text)
        at = self._house.clock() if taken is None else taken.utterance.heard_at
        who = person if taken is None else taken.utterance.person
        request = Request(text, None, at, device, who)
        with _a_request():
            return self._answer(request, Transcript(text), say, {}, taken=taken)

    def tick(self, mine: Mine | None = None, *, prepare: bool = True) -> None:
        """Let every skill do what has fallen due; where there is time, prepare a reply.

        Where several processes serve the house, `mine` says what falls due in this one, and
        `prepare` whether anybody can be answered aloud here.
        """
        device = DeviceId(self._house.settings.device)
        request = Utterance(
            of=new_trace_id(),
            heard_at=self._house.clock(),
            device=device,
            person=PersonId("unknown"),
        )
        self._wake_devices()
        self._house.conversation.drop_old()
        self._house.moments.drop_old()
        self._house.door.drop_old()
        self._house.unwritten.sweep()
        self._house.skills.tick(lambda skill: due_here(skill, request, self._house, mine))
        self._house.rooms.tick()
        if prepare and self._ears.resting:
            self._house.synthesiser.prepare_next()

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
        replied: Callable[[Reply], None] | None = None,
        *,
        taken: Taken | None = None,
    ) -> Turn:
        trace = new_trace_id() if taken is None else taken.utterance.of
        self._house.household = self._house.family.seen(request.person)
        with _stage(Work.UNDERSTAND, seconds):
            meaning = self._meaning(request, transcript)
        intents = meaning.intents
        intent = intents[0] if intents else None
        if not meaning.spoken:
            _tell(RequestOutcome.NOISE)
            self._note_wake(request, trace)
            noise = forget_now("It was a noise, not a request.")
            return Turn(transcript, None, Reply("", keep=False), noise, None, seconds)
        utterance = request.utterance(trace, intents)
        if not may_answer(request.device, intent, self._house):
            _tell(RequestOutcome.ASLEEP)
            return Turn(transcript, intent, Reply("", keep=False), ASLEEP, None, seconds)
        with _stage(Work.ANSWER, seconds):
            reply = reply_to(meaning, utterance, self._house)
        if replied is not None:
            replied(reply)
        if say is not None:
            with timed(Work.SPEAK):
                self._say(reply, say, seconds)
        house = self._house
        with _stage(Work.KEEP_REQUEST, seconds):
            if taken is None:
                decision, kept = keep_request(request, transcript, utterance, reply, house)
            else:
                decision, kept = taken.decision, taken.kept
            if reply.keep:
                learn_from(Answered(request, transcript, utterance, meaning), house)
        _tell(RequestOutcome.ANSWERED)
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
        self._note_wake(request, trace)
        words = house.grammar.plain(request.text)
        house.conversation.remember(house.household.id, request.device, trace, last, words)
        return Turn(transcript, intent, reply, decision, kept, seconds)

    def _meaning(self, request: Request, transcript: Transcript) -> Meaning:
        house = self._house
        said = Said(transcript, request.pcm is not None, request.person, house.clock())
        last = house.conversation.last(house.household.id, request.device)
        return meaning_of(said, last, house)

    def _note_wake(self, request: Request, trace: TraceId) -> None:
        if request.wake is not None:
            spoken, house = request.utterance(trace, ()), self._house
            house.conversation.woke(house.household.id, spoken, request.wake)

    def _say(self, reply: Reply, say: Sayer, seconds: dict[str, float]) -> None:
        started = monotonic()
        with suppress(Silenced):
            for number, speech in enumerate(self._house.synthesiser.speak(reply.text)):
                if number == 0:
                    seconds["first speech"] = monotonic() - started
                say(speech)


@contextmanager
def _a_request() -> Iterator[None]:
    with timed(Work.REQUEST):
        try:
            yield
        except Exception:
            _tell(RequestOutcome.FAILED)
            raise


def _tell(outcome: RequestOutcome) -> None:
    count(Metric.REQUESTS, outcome)
    note(outcome)


@contextmanager
def _stage(work: Work, seconds: dict[str, float]) -> Iterator[None]:
    """Note in `seconds` how long a stage took."""
    started = monotonic()
    with timed(work):
        yield
    seconds[str(work.label)] = monotonic() - started


def _recognised(capture: Capture, house: House) -> Transcript:
    """Recognise, and tell how much longer or shorter than the sound that took."""
    started = monotonic()
    transcript = recognise(capture, house)
    if len(capture.pcm):
        observe(Metric.RECOGNISING, (monotonic() - started) * RATE_HZ / len(capture.pcm))
    return transcript
