"""What people allow: give, ask for, stop, erase; each is dated, and in the ledger."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from unhear.clock import Clock, day_number, random_bytes
from unhear.forget.engine import Forgetter
from unhear.forget.kept_receipts import Claimed
from unhear.house.changes import Changes, Outcome
from unhear.house.consent_claims import consent_claim, refusal_claim, withdrawal_claim
from unhear.house.family import FamilyError
from unhear.house.standing import Practice
from unhear.household.consent import Choice, Consent, Objection, Waiting
from unhear.household.family import Household
from unhear.household.learning import LEARNED_FOR
from unhear.household.methods import Asking, ConsentMethod, Verified
from unhear.household.notice import Facts, material_changes
from unhear.household.scope import Scope
from unhear.household.words import DISCLOSING, PersonId, PersonKind, Purpose
from unhear.prove.receipt import Receipt
from unhear.prove.statement import SALT_BYTES, hour

REFERENCE_BYTES = 8
RESULT_LETTERS_MAX = 100


class MayNotDecide(FamilyError):
    """Somebody would decide who may not, or in a way that is not enough."""


class NoSuchRequest(FamilyError):
    """No request for consent of that name waits for an answer."""


class Consents:
    """The consents of one household."""

    def __init__(
        self,
        *,
        changes: Changes,
        forgetter: Forgetter,
        practice: Callable[[], Practice],
        clock: Clock,
    ) -> None:
        self._changes = changes
        self._forgetter = forgetter
        self._practice = practice
        self._clock = clock

    def facts(self) -> Facts:
        """Answer what a notice must state now."""
        return self._practice().facts(self._changes.read())

    def give(self, choice: Choice, verified: Verified) -> Household:
        """Note a consent of who was shown the notice as it stands; their own no before goes.

        It counts at once unless somebody else says no, or all guardians must consent and have not
        yet: `Household.consent` answers that. Raises `MayNotDecide`.
        """
        practice = self._practice()

        def give(now: Household) -> Outcome:
            _check(now, choice)
            _check_method(practice, now, choice, verified.method)
            return self._given(now, choice, verified)

        return self._changes.make(give)

    def verify(self, choice: Choice, method: str, answer: str = "") -> Verified:
        """Make sure of it at once. Raises `MayNotDecide` and `NotVerified`."""
        household = self._changes.read()
        chosen = _check_method(self._practice(), household, choice, method)
        asking = _asking(household, random_bytes(REFERENCE_BYTES).hex(), choice, "")
        chosen.begin(asking)
        return Verified(method, chosen.finish(asking, answer)[:RESULT_LETTERS_MAX])

    def ask(self, choice: Choice, method: str, contact: str) -> Waiting:
        """Ask a guardian by a method that takes its time; unanswered, it erases itself.

        Raises `MayNotDecide` and `NotVerified`.
        """
        practice, household = self._practice(), self._changes.read()
        _check(household, choice)
        chosen = _check_method(practice, household, choice, method)
        reference = random_bytes(REFERENCE_BYTES).hex()
        facts = practice.facts(household)
        chosen.begin(_asking(household, reference, choice, contact))
        waiting = Waiting(reference, choice, method, contact, self._clock(), facts.version)

        def note(now: Household) -> Outcome:
            return Outcome(replace(now, waiting=(*now.waiting, waiting)).with_notice(facts))

        self._changes.make(note)
        return waiting

    def answer(self, reference: str, answer: str) -> Household:
        """Note the consent that was asked for, if `answer` proves it to the method.

        The request and how the guardian was reached go, and no old copy opens them. Raises
        `NoSuchRequest`, `NotVerified`, and `MayNotDecide` where the notice has changed meanwhile.
        """
        practice, household = self._practice(), self._changes.read()
        waiting = self._waiting(household, reference)
        method = _check_method(practice, household, waiting.choice, waiting.method)
        shown, facts = household.notice(waiting.notice), practice.facts(household)
        if shown is None or material_changes(shown, facts):
            self.drop(reference)
            raise MayNotDecide("the notice has changed since this was asked; ask again")
        asking = _asking(household, reference, waiting.choice, waiting.contact)
        result = method.finish(asking, answer)[:RESULT_LETTERS_MAX]

        def give(now: Household) -> Outcome:
            self._waiting(now, reference)
            _check(now, waiting.choice)
            rest = _without_request(now, [reference])
            return self._given(rest, waiting.choice, Verified(waiting.method, result))

        return self._changes.make(give, takes_out=True)

    def drop(self, reference: str) -> None:
        """Erase a request that nobody is to answer any more. Raises `NoSuchRequest`."""
        self._waiting(self._changes.read(), reference)
        self._drop([reference])

    def erase_unanswered(self) -> int:
        """Erase the requests that waited for too long; answer how many there were."""
        household = self._changes.read()
        late = [one.id for one in household.waiting if self._clock() >= self._until(one)]
        if late:
            self._drop(late)
        return len(late)

    def stop(self, person: PersonId, purpose: Purpose, by: PersonId) -> Household:
        """Say no for `by`: nothing is done for that purpose from now on, whoever consents.

        What was kept for it stays until it is deleted or expires; what was learned does not, for
        it would be used on: that is unlearned at once. Raises `MayNotDecide`.
        """

        def stop(now: Household) -> Outcome:
            _check(now, Choice(person, (purpose,), by))
            given = now.given(person, purpose)
            objection = Objection(person, purpose, by, self._clock())
            said, at = now.objection(person, purpose), hour(objection.at)
            claims: tuple[Claimed, ...] = ()
            if given:
                claims = (withdrawal_claim(now, person, purpose, at),)
            elif said is None or said.by != by:
                claims = (refusal_claim(now, person, purpose, at),)
            return Outcome(now.with_objection(objection), claims)

        household = self._changes.make(stop, takes_out=True)
        if purpose in LEARNED_FOR:
            self.delete(person, purpose)
        return household

    def delete(self, person: PersonId, purpose: Purpose) -> Receipt:
        """Erase what is kept of somebody for a purpose; what they allow stays as it is."""
        household = self._changes.read().id
        return self._forgetter.forget(household, Scope(person=person, purpose=purpose))

    def stop_and_delete(self, person: PersonId, purpose: Purpose, by: PersonId) -> Receipt:
        """Do both."""
        self.stop(person, purpose, by)
        return self.delete(person, purpose)

    def require_all_guardians(self, agreed: Collection[PersonId], *, on: bool) -> Household:
        """Let every guardian have to consent for a child, or one be enough again.

        The first any guardian may ask for; to the second all must have agreed. Raises
        `MayNotDecide`.
        """

        def change(now: Household) -> Outcome:
            must = now.guardians if not on else now.guardians & set(agreed)
            if not must or must - set(agreed):
                raise MayNotDecide("to let one guardian decide alone, all guardians must agree")
            return Outcome(replace(now, all_guardians=on))

        return self._changes.make(change)

    def _given(self, now: Household, choice: Choice, verified: Verified) -> Outcome:
        facts, at = self._practice().facts(now), self._clock()
        claims = []
        for consent in new_consents(choice, verified, facts, at):
            renewed = any(c.by == choice.by for c in now.given(choice.person, consent.purpose))
            claims.append(consent_claim(now, consent, renewed=renewed))
            now = now.with_consent(consent)
        known = now.person(choice.person)
        if known is not None:  # a profile that somebody decides about is one in use
            now = now.with_person(replace(known, seen_day=day_number(at), warned_day=None))
        return Outcome(now.with_notice(facts), tuple(claims))

    def _waiting(self, household: Household, reference: str) -> Waiting:
        found = next((one for one in household.waiting if one.id == reference), None)
        if found is None or self._clock() >= self._until(found):
            raise NoSuchRequest("no such request waits for an answer; it may have been erased")
        return found

    def _until(self, waiting: Waiting) -> datetime:
        return waiting.asked_at + timedelta(days=self._practice().settings.waiting_days)

    def _drop(self, references: Collection[str]) -> None:
        self._changes.make(lambda now: Outcome(_without_request(now, references)), takes_out=True)


def new_consents(
    choice: Choice, verified: Verified, facts: Facts, at: datetime
) -> Sequence[Consent]:
    """Answer the consents of a choice, on the notice of these facts."""
    return [
        Consent(
            person=choice.person,
            purpose=purpose,
            method=verified.method,
            given_at=at,
            by=choice.by,
            result=verified.result,
            notice=facts.version,
            salt=random_bytes(SALT_BYTES),
        )
        for purpose in choice.purposes
    ]


def _check(household: Household, choice: Choice) -> None:
    """Raise `MayNotDecide` unless who decides may decide that."""
    known = household.person(choice.person)
    grown = known is not None and known.kind is not PersonKind.CHILD
    if choice.by not in household.guardians and not (grown and choice.by == choice.person):
        raise MayNotDecide("only a guardian decides that, or a grown person for themselves")
    if Purpose.RESPOND in choice.purposes or not choice.purposes:
        raise MayNotDecide("to answer needs no consent; say what else it is about")


def _check_method(
    practice: Practice, household: Household, choice: Choice, name: str
) -> ConsentMethod:
    """Answer the method. Raises `MayNotDecide` where it is not known, or not enough.

    For a child, too, whose age must be told anew.
    """
    method = practice.methods.get(name)
    if method is None:
        known = ", ".join(practice.methods)
        raise MayNotDecide(f"there is no method of consent called {name!r}; there are {known}")
    whose = household.person(choice.person)
    if whose is None or whose.kind is not PersonKind.CHILD:
        return method
    if whose.age is not None and whose.age.is_due:
        raise MayNotDecide(
            f"first tell how old {whose.name} is now (`unhear people age {whose.name} BAND`)"
        )
    wanted = bool(DISCLOSING & set(choice.purposes))
    discloses = wanted or practice.discloses(household, choice.person)
    if practice.is_too_weak(name, whose, discloses=discloses):
        why = "while something of the child is disclosed to others" if discloses else "here"
        raise MayNotDecide(
            f"{name} ({method.clause}) is not enough for a child {why}; choose a stronger one, "
            "see `unhear consent methods`"
        )
    return method


def _asking(household: Household, reference: str, choice: Choice, contact: str) -> Asking:
    guardian = household.person(choice.by)
    return Asking(reference, "" if guardian is None else guardian.name, contact)


def _without_request(household: Household, references: Collection[str]) -> Household:
    left = tuple(one for one in household.waiting if one.id not in references)
    return replace(household, waiting=left)
