"""What the ledger says of consents: commitments alone, and beside them what opens these."""

from unhear.forget.kept_receipts import Claimed
from unhear.household.consent import Consent, Lapse
from unhear.household.family import Household
from unhear.household.words import PersonId, Purpose
from unhear.prove.claims import (
    ConsentGiven,
    ConsentLapsed,
    ConsentRefused,
    ConsentRenewed,
    ConsentWithdrawn,
)
from unhear.prove.opening import ConsentOpening
from unhear.prove.statement import Committed, commit, hour, salted


def consent_claim(household: Household, consent: Consent, *, renewed: bool = False) -> Claimed:
    """Answer what the ledger says of a consent; `renewed` where the same one consented before."""
    subject, person = salted(household.id), salted(consent.person.encode())
    notice = Committed(bytes.fromhex(consent.notice), consent.salt)
    claim = (ConsentRenewed if renewed else ConsentGiven)(
        subject=commit("subject", subject),
        person=commit("person", person),
        purpose=consent.purpose.value,
        method=consent.method,
        notice=commit("notice", notice),
        given_at=hour(consent.given_at),
    )
    return Claimed(claim, ConsentOpening(subject, person, notice), consent.person)


def refusal_claim(household: Household, about: PersonId, purpose: Purpose, at: str) -> Claimed:
    """Answer what the ledger says of a no where nobody had said yes; `at` is an hour."""
    subject, person = salted(household.id), salted(about.encode())
    claim = ConsentRefused(
        subject=commit("subject", subject),
        person=commit("person", person),
        purpose=purpose.value,
        refused_at=at,
    )
    return Claimed(claim, ConsentOpening(subject, person), about)


def withdrawal_claim(household: Household, about: PersonId, purpose: Purpose, at: str) -> Claimed:
    """Answer what the ledger says of a consent that was taken back; `at` is an hour."""
    subject, person = salted(household.id), salted(about.encode())
    claim = ConsentWithdrawn(
        subject=commit("subject", subject),
        person=commit("person", person),
        purpose=purpose.value,
        withdrawn_at=at,
    )
    return Claimed(claim, ConsentOpening(subject, person), about)


def lapse_claim(household: Household, consent: Consent, why: Lapse, at: str) -> Claimed:
    """Answer what the ledger says of a consent that lapsed; `at` is an hour."""
    subject, person = salted(household.id), salted(consent.person.encode())
    claim = ConsentLapsed(
        subject=commit("subject", subject),
        person=commit("person", person),
        purpose=consent.purpose.value,
        why=why.value,
        lapsed_at=at,
    )
    return Claimed(claim, ConsentOpening(subject, person), consent.person)
