"""Where one is signed in: to see it, and to end it.

A guardian sees their own sign-ins in full, and of the others how many there are and when one was
used last: enough to wonder, not enough to follow anybody around.
"""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Response

from unhear.house.sign_ins import Chosen
from unhear.household.sign_ins import SignIn as SignedInThere
from unhear.household.words import PersonId
from unhear.web.api.fields import HEX_ID, Answered
from unhear.web.problems import Problem
from unhear.web.sessions import take_cookie
from unhear.web.signed_in import Guardian, SignedIn

router = APIRouter(prefix="/session/sign-ins", tags=["session"])

NO_SUCH_SIGN_IN = Problem(404, "no-such-sign-in", "You are not signed in there, or no longer.")
Id = Annotated[str, Path(pattern=f"^{HEX_ID.pattern}$")]


class SignIn(Answered):
    """One browser in which one is signed in; `unknown` where it does not say what it is."""

    id: str
    browser: str
    system: str
    method: str
    opened_at: datetime
    used_at: datetime
    here: bool
    """Whether it is the browser that asks."""


class Others(Answered):
    """In how many browsers another guardian is signed in, and when one was used last."""

    guardian: str
    count: int
    used_at: datetime


class Guessing(Answered):
    """Somebody tries out passphrases: since when, and how often so far."""

    since: datetime
    attempts: int


class SignIns(Answered):
    """Who is signed in, and whether somebody else tries to."""

    own: list[SignIn]
    others: list[Others]
    guessing: Guessing | None


@router.get("")
def sign_ins(signed: Guardian) -> SignIns:
    """List where one is signed in."""
    going = signed.house.sign_ins.all()
    attack = signed.house.guesses.attack()
    return SignIns(
        own=[_line(signed, one) for one in going if one.person == signed.person.id],
        others=_others(signed, [one for one in going if one.person != signed.person.id]),
        guessing=None
        if attack is None
        else Guessing(since=signed.house.clock() - attack.lasts, attempts=attack.attempts),
    )


@router.delete("/{session}", status_code=204)
def sign_out_there(signed: Guardian, session: Id) -> None:
    """Sign out in one browser; who signs in there again is told as in one never seen before."""
    if not end(signed, session):
        raise NO_SUCH_SIGN_IN


@router.delete("", status_code=204)
def sign_out_everywhere(signed: Guardian, response: Response) -> None:
    """Sign out in every browser of one's own, this one too."""
    end_all(signed, response)


def end(signed: SignedIn, session: str) -> bool:
    """Sign out one's own session of that id; answers whether there was one."""
    own = signed.person.id
    ended = signed.house.sign_ins.end(lambda one: (one.person, one.id) == (own, session))
    _unknow(signed, ended)
    return bool(ended)


def end_all(signed: SignedIn, response: Response) -> None:
    """Sign out everywhere. The browser that asks stays one that was seen before; no other does."""
    take_cookie(response)
    own = signed.person.id
    signed.house.sign_ins.end(lambda one: one.person == own)
    household = signed.house.household
    known = {one.id for one in household.browsers if one.person == own}
    signed.house.household = signed.house.family.forget_browsers(known - {signed.session.browser})


def others(signed: SignedIn, person: PersonId | None) -> Chosen:
    """Answer which sign-ins end when a way in is taken away: a guardian's, or all, but this one."""
    here = signed.session.token
    return lambda one: person in (None, one.person) and one.token != here


def _unknow(signed: SignedIn, ended: list[SignedInThere]) -> None:
    """Count the browsers that were signed out as never seen, this one aside."""
    ids = {one.browser for one in ended}
    ids.discard(signed.session.browser)
    signed.house.household = signed.house.family.forget_browsers(ids)


def _line(signed: SignedIn, one: SignedInThere) -> SignIn:
    browser, system = one.kind
    return SignIn(
        id=one.id,
        browser=browser,
        system=system,
        method=one.method,
        opened_at=one.opened_at,
        used_at=one.used_at,
        here=one.id == signed.session.id,
    )


def _others(signed: SignedIn, going: list[SignedInThere]) -> list[Others]:
    """Answer the other guardians that are signed in; `going` has the last used first."""
    found = []
    for person in signed.house.household.people:
        theirs = [one for one in going if one.person == person.id]
        if theirs:
            used_at = theirs[0].used_at
            found.append(Others(guardian=person.name, count=len(theirs), used_at=used_at))
    return found
