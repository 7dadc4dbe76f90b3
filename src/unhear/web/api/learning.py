"""What the house learned, how much it helps, and forgetting it."""

import json
from typing import Any, Literal

from fastapi import APIRouter

from unhear.house.unlearning import Unlearnt, forget_learned
from unhear.household.learning import Subject
from unhear.household.words import PersonId, Purpose
from unhear.learn.standing import Standing
from unhear.learn.trial import TRIED_MIN, Trial
from unhear.web.api.consents import known_person
from unhear.web.api.erasures import NO_SUCH_SCOPE, NOTHING_NAMED, Forgotten, told
from unhear.web.api.fields import Answered, Taken
from unhear.web.signed_in import STEP_UP, Guardian, SignedIn

router = APIRouter(prefix="/learning", tags=["learning"])

Learnable = Literal[Purpose.IMPROVE, Purpose.IDENTIFY, Purpose.FLEET]
"""The purposes that a house learns for."""


class Helps(Answered):
    """How many of `tried` recordings that were held out came out right.

    `before` anything was learned, `after` the others were, and when they were `forgotten` again.
    """

    tried: int
    before: int
    after: int
    forgotten: int


class Learned(Answered):
    """What is learned about a subject: from how many recordings, by the ids of who spoke.

    `state` and `model` are digests in hex, as receipts have them; `proved` says that they are of
    what the recordings that are kept make. `helps` is null while that is too little to tell.
    """

    subject: Subject
    purpose: Purpose
    recordings: int
    taught_by: dict[str, int]
    state: str
    model: str
    proved: bool
    helps: Helps | None


class Learning(Answered):
    """All of it. `words` are those that the house listens for, the most frequent first."""

    subjects: list[Learned]
    words: list[str]
    tried_min: int
    """How many a subject must have been taught with before it is tried."""


class Forget(Taken):
    """A purpose that the house learns for, and whose: of one person, or of `everybody`."""

    purpose: Learnable = Purpose.IMPROVE
    person: str | None = None
    everybody: bool = False


class ForgottenLearned(Answered):
    """What was forgotten; `unlearning` is the receipt of what had been learned of it."""

    forgotten: Forgotten
    unlearning: dict[str, Any] | None


@router.get("")
def learning(signed: Guardian) -> Learning:
    """Say what was learned, of whom, whether that is proved, and how much it helps."""
    house = signed.house
    trials = {one.subject: one for one in house.learning.trials()}
    return Learning(
        subjects=[_learned(one, trials.get(one.subject)) for one in house.learning.standings()],
        words=list(house.learning.hints()),
        tried_min=TRIED_MIN,
    )


@router.post("/forget")
def forget(signed: Guardian, wanted: Forget) -> ForgottenLearned:
    """Forget what was learned; of everybody with a fresh proof. Recordings stay."""
    if wanted.person is None and not wanted.everybody:
        raise NOTHING_NAMED
    if wanted.person is not None and wanted.everybody:
        raise NO_SUCH_SCOPE
    done = forget_as(signed, wanted.purpose, wanted.person)
    unlearning = None if done.unlearning is None else json.loads(done.unlearning.to_json())
    return ForgottenLearned(forgotten=told(signed, done.erasure), unlearning=unlearning)


def forget_as(signed: SignedIn, purpose: Purpose, person: str | None) -> Unlearnt:
    """Forget what was learned of somebody; of everybody, for None, where who asks is fresh."""
    if person is None and not signed.house.sign_ins.is_fresh(signed.session):
        raise STEP_UP
    known: PersonId | None = None if person is None else known_person(signed, person)
    return forget_learned(signed.house, purpose, known)


def _learned(one: Standing, tried: Trial | None) -> Learned:
    helps = None
    if tried is not None:
        helps = Helps(
            tried=tried.tried, before=tried.before, after=tried.after, forgotten=tried.forgotten
        )
    return Learned(
        subject=one.subject,
        purpose=one.subject.purpose,
        recordings=one.recordings,
        taught_by={str(who): count for who, count in one.taught_by.items()},
        state=one.state.hex(),
        model=one.model.hex(),
        proved=one.is_proved,
        helps=helps,
    )
