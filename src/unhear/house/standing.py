"""What consents rest on here, and which of them have nothing to rest on any more."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from unhear.answer.registry import Skills
from unhear.clock import Clock
from unhear.house.changes import Outcome, Word
from unhear.house.consent_claims import lapse_claim
from unhear.house.consent_methods import find_methods
from unhear.house.notice_facts import facts_of, recipients_of
from unhear.household.ages import needs_verifying
from unhear.household.consent import Consent, Lapse
from unhear.household.family import Household
from unhear.household.methods import ConsentMethod
from unhear.household.notice import Facts, Recipient, material_changes
from unhear.household.words import DISCLOSING, Person, PersonId, PersonKind
from unhear.keep.notices import Told
from unhear.prove.statement import hour
from unhear.settings import Settings


@dataclass(frozen=True, slots=True)
class Practice:
    """What this house does, as far as consents depend on it."""

    settings: Settings
    methods: Mapping[str, ConsentMethod]
    recipients: Sequence[Recipient]

    def facts(self, household: Household) -> Facts:
        """Answer what a notice must state now."""
        return facts_of(self.settings, household, self.recipients, self.methods)

    def discloses(self, household: Household, person: PersonId) -> bool:
        """Whether something of a person is disclosed to anybody outside the house."""
        consented = any(
            consent.person == person and consent.purpose in DISCLOSING and consent.lapsed is None
            for consent in household.consents
        )
        return consented or any(recipient.discloses for recipient in self.recipients)

    def is_too_weak(self, method: str, child: Person, *, discloses: bool) -> bool:
        """Whether no consent for a child of that age may rest on a method."""
        return needs_verifying(child.age) and method in self.too_weak(discloses=discloses)

    def too_weak(self, *, discloses: bool) -> Collection[str]:
        """Answer the methods that no consent for a child under 13 may rest on."""
        operator = self.settings.profile == "operator"
        return {
            name
            for name, method in self.methods.items()
            if (operator and not method.for_operators)
            or (discloses and not method.withstands_disclosure)
        }


def practice_of(settings: Settings, skills: Skills) -> Practice:
    """Answer what a house of these settings and skills does."""
    return Practice(settings, find_methods(), recipients_of(settings, skills))


def settling(practice: Callable[[], Practice], clock: Clock) -> Callable[[Household], Outcome]:
    """Answer what lets consents for children lapse; `practice` is asked only where there are any.

    A consent that lapsed stays so until it is given anew, even when what it rested on comes back.
    """

    def settle(household: Household) -> Outcome:
        children = {p.id: p for p in household.people if p.kind is PersonKind.CHILD}
        counting = [c for c in household.consents if c.person in children and c.lapsed is None]
        if not counting:
            return Outcome(household)
        lapsed = dict(_lapsed(household, counting, practice()))
        consents = tuple(
            replace(consent, lapsed=lapsed.get(consent, consent.lapsed))
            for consent in household.consents
        )
        now = hour(clock())
        claims = tuple(lapse_claim(household, consent, why, now) for consent, why in lapsed.items())
        words = tuple(
            Word(
                consent.person,
                Told(
                    "lapsed",
                    {
                        "purpose": consent.purpose.value,
                        "name": children[consent.person].name,
                        "why": why.value,
                    },
                ),
            )
            for consent, why in lapsed.items()
        )
        return Outcome(replace(household, consents=consents), claims, words)

    return settle


def _lapsed(
    household: Household, counting: Sequence[Consent], practice: Practice
) -> Iterator[tuple[Consent, Lapse]]:
    facts = practice.facts(household)
    for consent in counting:
        shown = household.notice(consent.notice)
        discloses = practice.discloses(household, consent.person)
        child = household.person(consent.person)
        if child is not None and practice.is_too_weak(consent.method, child, discloses=discloses):
            yield consent, Lapse.METHOD
        elif shown is None or material_changes(shown, facts):
            yield consent, Lapse.NOTICE
