"""Signing in: with a passkey, or by a proof that one knows the passphrase or recovery phrase."""

from collections.abc import Callable
from typing import Literal

from fastapi import APIRouter, Request, Response

from unhear.house.house import House
from unhear.household.passkeys import Passkey
from unhear.household.words import Person, PersonId
from unhear.web.api.fields import Answered, Bytes, Credential, Name, Taken
from unhear.web.ceremonies import REFUSED, credential_id, text
from unhear.web.home import Home
from unhear.web.problems import Problem
from unhear.web.signed_in import Guardian, TheHome
from unhear.web.signing_in import (
    BY_PASSKEY,
    BY_PASSPHRASE,
    BY_RECOVERY,
    Attempt,
    attempt,
    enter,
    guardian_now,
    sign_out_here,
)
from unhear.web.subscribing import forget_browser

router = APIRouter(prefix="/session", tags=["session"])

PROVING = tuple(
    f"/api/v1/session/{path}"
    for path in ("passkey/finish", "passphrase", "recovery", "step-up", "step-up/finish")
)
"""Where somebody proves who they are; asked seldom by people, often by thieves."""

WRONG_PASSPHRASE = Problem(
    401, "wrong-passphrase", "This passphrase, or this name, does not open this household."
)
WRONG_PHRASE = Problem(
    401, "wrong-recovery-phrase", "This recovery phrase, or this name, is of another household."
)


class SignedInAs(Answered):
    """Who is signed in, and the household's identity as wrapped for them, where it is."""

    guardian: str
    name: str
    household: str
    wrapped: str | None


class PassphraseCost(Answered):
    """How a passphrase is stretched: scrypt with N = 2 ** log_n, r = 8, p = 1."""

    log_n: int
    salt: str


class Lock(Answered):
    """What a browser needs to know before it can prove or open anything."""

    household: str
    recipient: str
    passphrase: PassphraseCost | None
    passkeys: bool


class Options(Answered):
    """The options of a ceremony, as WebAuthn Level 3 writes them in JSON."""

    options: dict[str, object]


class Answer(Taken):
    """A passkey's answer."""

    credential: Credential


class Proof(Taken):
    """A proof that the passphrase or recovery phrase is known, by a guardian of that name."""

    guardian: Name
    proof: Bytes


class OwnProof(Taken):
    """The same, by who is signed in already."""

    kind: Literal["passphrase", "recovery"]
    proof: Bytes


@router.get("/lock")
def lock(home: TheHome) -> Lock:
    """Answer what a browser needs to know to sign in."""
    house = home.house
    house.newest.look()
    by = house.identity.by_passphrase
    return Lock(
        household=house.household.id.hex(),
        recipient=str(house.identity.recipient),
        passphrase=None if by is None else PassphraseCost(log_n=by.log_n, salt=text(by.salt)),
        passkeys=bool(house.household.passkeys),
    )


@router.post("/passkey/begin")
def begin_passkey(home: TheHome) -> Options:
    """Begin to sign in with any passkey of this household."""
    _ = home.house
    return Options(options=home.ceremonies.begin_authentication())


@router.post("/passkey/finish")
def finish_passkey(
    home: TheHome, taken: Answer, request: Request, response: Response
) -> SignedInAs:
    """Sign in with a passkey."""
    passkey = _seen(home, taken.credential, None)
    person = guardian_now(home, passkey.person)
    if person is None:
        raise REFUSED
    enter(home, request, response, person, BY_PASSKEY)
    return _told(home.house, person, passkey.wrapped)


@router.post("/passphrase")
def with_passphrase(
    home: TheHome, taken: Proof, request: Request, response: Response
) -> SignedInAs:
    """Sign in by a proof that the passphrase is known."""
    trying = attempt(home, request)
    identity = home.house.identity
    person = _proved(trying, taken, identity.knows_passphrase, WRONG_PASSPHRASE)
    enter(home, request, response, person, BY_PASSPHRASE)
    by = identity.by_passphrase
    return _told(home.house, person, None if by is None else by.wrapped)


@router.post("/recovery")
def with_recovery_phrase(
    home: TheHome, taken: Proof, request: Request, response: Response
) -> SignedInAs:
    """Sign in by a proof that the recovery phrase is known."""
    trying = attempt(home, request)
    identity = home.house.identity
    person = _proved(trying, taken, identity.knows_recovery_phrase, WRONG_PHRASE)
    enter(home, request, response, person, BY_RECOVERY)
    return _told(home.house, person, identity.by_recovery.wrapped)


@router.post("/step-up/begin")
def begin_step_up(signed: Guardian) -> Options:
    """Begin to prove again, with one of one's own passkeys."""
    household = signed.house.household
    own = [key for key in household.passkeys if key.person == signed.person.id]
    return Options(options=signed.home.ceremonies.begin_authentication(own))


@router.post("/step-up/finish")
def finish_step_up(signed: Guardian, taken: Answer) -> SignedInAs:
    """Prove again who one is; what was locked meanwhile can be opened with the same touch."""
    passkey = _seen(signed.home, taken.credential, signed.person.id)
    signed.house.sign_ins.prove(signed.session, BY_PASSKEY)
    return _told(signed.house, signed.person, passkey.wrapped)


@router.post("/step-up")
def step_up(signed: Guardian, taken: OwnProof, request: Request) -> SignedInAs:
    """Prove again that one knows the passphrase or the recovery phrase."""
    trying = attempt(signed.home, request, signed.session.id)
    identity = signed.house.identity
    by_passphrase = taken.kind == BY_PASSPHRASE
    knows = identity.knows_passphrase if by_passphrase else identity.knows_recovery_phrase
    if not knows(taken.proof):
        trying.failed()
        raise WRONG_PASSPHRASE if by_passphrase else WRONG_PHRASE
    signed.house.sign_ins.prove(signed.session, BY_PASSPHRASE)
    by = identity.by_passphrase if by_passphrase else identity.by_recovery
    return _told(signed.house, signed.person, None if by is None else by.wrapped)


@router.delete("", status_code=204)
def sign_out(signed: Guardian, request: Request, response: Response) -> None:
    """Sign out; this browser is told nothing any more."""
    forget_browser(signed.house, request, response)
    sign_out_here(signed, response)


def _seen(home: Home, credential: Credential, person: PersonId | None) -> Passkey:
    """Answer the passkey that answered, of that person if one is named. Raises `Problem`."""
    house = home.house
    passkey = house.newest.look().passkey(credential_id(credential))
    if passkey is None or person not in (None, passkey.person):
        raise REFUSED
    count = home.ceremonies.finish_authentication(credential, passkey)
    if count != passkey.sign_count:
        house.household = house.family.note_passkey_used(passkey.id, count)
    return passkey


def _proved(
    trying: Attempt, taken: Proof, knows: Callable[[bytes], bool], wrong: Problem
) -> Person:
    """Answer the guardian who proved who they are. Raises `Problem`.

    The proof is checked before the name is looked up: a wrong proof gets the same answer, in the
    same time, whoever it names.
    """
    home = trying.home
    if knows(taken.proof):
        named = home.house.household.named(taken.guardian)
        person = None if named is None else guardian_now(home, named.id)
        if person is not None:
            return person
    trying.failed()
    raise wrong


def _told(house: House, person: Person, wrapped: bytes | None) -> SignedInAs:
    return SignedInAs(
        guardian=person.id,
        name=person.name,
        household=house.household.id.hex(),
        wrapped=None if wrapped is None else text(wrapped),
    )
