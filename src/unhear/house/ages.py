"""Children grow up: their age is looked at again, and who comes of age decides for themselves."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from datetime import timedelta

from unhear.clock import Clock, day_number, day_start, month_number, month_start
from unhear.forget.engine import Forgetter
from unhear.forget.kept_receipts import Claimed
from unhear.house.changes import Changes, Outcome, Word
from unhear.house.consent_claims import consent_claim, lapse_claim, refusal_claim
from unhear.house.consents import MayNotDecide, new_consents
from unhear.house.family import Family, FamilyError
from unhear.house.standing import Practice
from unhear.household.ages import Age, AgeBand, Asked, comes_of_age, grown, is_of_age
from unhear.household.consent import Choice, Lapse, Objection
from unhear.household.family import Household
from unhear.household.methods import Verified
from unhear.household.scope import Scope
from unhear.household.words import OPTIONAL, Person, PersonId, PersonKind, Purpose
from unhear.keep.notices import Told
from unhear.prove.receipt import Receipt
from unhear.prove.statement import hour

LOOK_AGAIN_MONTHS = 12
"""After how many months an age is looked at again, where no month was told."""

AHEAD_DAYS = 30
"""How long before that guardians are asked."""

HANDOVER_DAYS = 30
"""How long who came of age has to decide, before everything of theirs is erased."""


class WrongAge(FamilyError):
    """An age that cannot be, or that nobody need tell."""


class Ages:
    """The ages of one household's children, and their coming of age."""

    def __init__(
        self,
        *,
        changes: Changes,
        family: Family,
        forgetter: Forgetter,
        practice: Callable[[], Practice],
        clock: Clock,
    ) -> None:
        self._changes = changes
        self._family = family
        self._forgetter = forgetter
        self._practice = practice
        self._clock = clock

    def tell(self, child: PersonId, band: AgeBand, until: int | None = None) -> Household:
        """Note the band that a child is in, and perhaps the month in which that changes.

        The month is that of the birthday on which they leave the band or come of age, whichever
        is first, counted from 1970-01; without it the age is looked at again in a year. Where the
        band is of age already, the young person is to decide from now on. Raises `WrongAge`.
        """
        now = month_number(self._clock())
        latest = now + band.months_until_change(self._age_of_consent)
        if until is not None and not now < until <= latest:
            raise WrongAge(f"nobody of the band {band} leaves it in that month")
        look = now + LOOK_AGAIN_MONTHS if until is None else until
        age = Age(band, look, exact=until is not None)

        def note(household: Household) -> Outcome:
            told = replace(_child(household, child), age=age)
            noted = household.with_person(told)
            return self._hand_over(noted, told, age) if self._is_of_age(age) else Outcome(noted)

        return self._changes.make(note)

    def look(self) -> list[Receipt]:
        """Do what is due today: ask, let consents lapse, hand over, erase; answer the receipts."""
        today, household = day_number(self._clock()), self._changes.read()
        receipts = []
        for child in household.people:
            if child.kind is not PersonKind.CHILD:
                continue
            age = child.age
            if age is not None and age.handover_day is not None and today >= age.handover_day:
                receipts.append(self._family.remove(child.id))
            elif self._next(household, child) is not None:
                self._changes.make(lambda now, one=child.id: self._looked_at(now, one))  # type: ignore[misc] # mypy cannot see a default
        return receipts

    def take_over(self, person: PersonId, purposes: Collection[Purpose]) -> list[Receipt]:
        """Let somebody who came of age decide: they are an adult, and allow just these purposes.

        What was kept for others is erased, and no guardian's consent to those counts. Answers the
        receipts. Raises `MayNotDecide` for whoever has not come of age.
        """
        at = self._clock()

        def grow_up(now: Household) -> Outcome:
            child = _child(now, person)
            if child.age is None or child.age.handover_day is None:
                raise MayNotDecide(f"{child.name} has not come of age; tell the age first")
            adult = replace(child, kind=PersonKind.ADULT, age=None)
            grown = _without_others_word(now.with_person(adult), person)
            choice = Choice(person, tuple(p for p in OPTIONAL if p in purposes), person)
            facts = self._practice().facts(grown)
            consents = new_consents(choice, Verified("own choice"), facts, at)
            for consent in consents:
                grown = grown.with_consent(consent)
            claims = [consent_claim(grown, consent) for consent in consents]
            refused = [purpose for purpose in OPTIONAL if purpose not in purposes]
            claims += [refusal_claim(grown, person, purpose, hour(at)) for purpose in refused]
            for purpose in refused:
                grown = grown.with_objection(Objection(person, purpose, person, at))
            return Outcome(grown.with_notice(facts), tuple(claims))

        told = self._changes.words_about(person)
        household = self._changes.make(grow_up, takes_out=True)
        self._forgetter.discard(household.id, told)
        return [
            self._forgetter.forget(household.id, Scope(person=person, purpose=purpose))
            for purpose in (Purpose.KEEP, Purpose.PERSONALISE)
            if purpose not in purposes
        ]

    def _looked_at(self, household: Household, child: PersonId) -> Outcome:
        person = household.person(child)
        found = None if person is None else self._next(household, person)
        return found or Outcome(household)

    def _next(self, household: Household, child: Person) -> Outcome | None:
        """Answer what is due for a child today, or None."""
        age, now = child.age, self._clock()
        if age is None:
            untold = Age(None, month_number(now) + LOOK_AGAIN_MONTHS)
            return Outcome(household.with_person(replace(child, age=untold)))
        if age.handover_day is not None:
            return None
        if self._is_of_age(age):
            return self._hand_over(household, child, age)
        due, decides = month_start(age.look_month), comes_of_age(age, self._age_of_consent)
        if now >= due:
            return self._when_due(household, child, age, decides=decides)
        near, asks = now >= due - timedelta(days=AHEAD_DAYS), decides or not age.exact
        if near and asks and age.asked is Asked.NOT_YET:
            ahead = replace(child, age=replace(age, asked=Asked.AHEAD))
            return Outcome(
                household.with_person(ahead), words=(_ahead(child, age, decides=decides),)
            )
        return None

    def _when_due(
        self, household: Household, child: Person, age: Age, *, decides: bool
    ) -> Outcome | None:
        """Answer what happens in the month in which to look again."""
        if decides:
            return self._hand_over(household, child, age)
        if age.exact:
            older = grown(age, self._age_of_consent)
            return Outcome(household.with_person(replace(child, age=older)))
        if age.is_due:
            return None
        return self._lapse(household, child, replace(age, asked=Asked.DUE), Lapse.AGE)

    @property
    def _age_of_consent(self) -> int:
        return self._practice().settings.age_of_consent

    def _is_of_age(self, age: Age) -> bool:
        return is_of_age(age, self._age_of_consent)

    def _hand_over(self, household: Household, child: Person, age: Age) -> Outcome:
        day = day_number(self._clock()) + HANDOVER_DAYS
        due = replace(age, asked=Asked.DUE, handover_day=day)
        outcome = self._lapse(household, child, due, Lapse.OF_AGE)
        slots = {"name": child.name, "until": f"{day_start(day):%Y-%m-%d}"}
        return replace(outcome, words=(Word(child.id, Told("of_age", slots)),))

    def _lapse(self, household: Household, child: Person, age: Age, why: Lapse) -> Outcome:
        claims = tuple(self._claims(household, child.id, why))
        consents = tuple(
            replace(c, lapsed=why) if c.person == child.id and c.lapsed is None else c
            for c in household.consents
        )
        changed = replace(household, consents=consents).with_person(replace(child, age=age))
        word = Word(child.id, Told("age_due", {"name": child.name}))
        return Outcome(changed, claims, (word,))

    def _claims(self, household: Household, child: PersonId, why: Lapse) -> Iterator[Claimed]:
        for consent in household.consents:
            if consent.person == child and consent.lapsed is None:
                yield lapse_claim(household, consent, why, hour(self._clock()))


def _ahead(child: Person, age: Age, *, decides: bool) -> Word:
    slots = {
        "name": child.name,
        "month": f"{month_start(age.look_month):%Y-%m}",
        "days": str(HANDOVER_DAYS),
    }
    return Word(child.id, Told("decides_soon" if decides else "age_soon", slots))


def _child(household: Household, person: PersonId) -> Person:
    found = household.person(person)
    if found is None or found.kind is not PersonKind.CHILD:
        raise WrongAge("no child is known by that name; the age of others is not asked for")
    return found


def _without_others_word(household: Household, person: PersonId) -> Household:
    """Answer the household without what others decided about somebody."""
    return replace(
        household,
        consents=tuple(c for c in household.consents if c.person != person),
        objections=tuple(o for o in household.objections if o.person != person),
        waiting=tuple(w for w in household.waiting if w.choice.person != person),
        limits=tuple(limit for limit in household.limits if limit.who != person),
    )
