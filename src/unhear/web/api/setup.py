"""The first run: a guardian's browser makes the household's keys, this side the house.

The identity that opens recordings is made in the browser; what arrives here is wrapped.
"""

from typing import Literal

from fastapi import APIRouter, Request, Response

from unhear.clock import now, random_bytes
from unhear.house.setup import AlreadySetUp, SetupPlan, establish, new_person_id
from unhear.household.passkeys import Passkey
from unhear.household.words import HouseholdId, PersonId
from unhear.keep.age import AgeError, Recipient
from unhear.keep.identity import ByPassphrase, ByRecovery, WrappedIdentity
from unhear.web.api.fields import Answered, Bytes, Credential, Name, Taken
from unhear.web.api.session import SignedInAs
from unhear.web.home import Home
from unhear.web.problems import Problem
from unhear.web.signed_in import TheHome
from unhear.web.signing_in import BY_PASSKEY, BY_PASSPHRASE, enter_first

router = APIRouter(prefix="/setup", tags=["setup"])

NO_KEY = Problem(
    422, "no-key", "A household needs a passkey that opens recordings, or a passphrase."
)
UNUSABLE = Problem(422, "unusable-keys", "The keys that the browser made cannot be used.")


class Needed(Answered):
    """Whether a household must be made first."""

    needed: bool


class Begin(Taken):
    """Who makes it."""

    guardian: Name


class Begun(Answered):
    """What the browser makes the keys for: the household, and the options of a passkey."""

    household: str
    guardian: str
    options: dict[str, object]


class PassphraseLock(Taken):
    """The identity under a passphrase."""

    log_n: int
    salt: Bytes
    wrapped: Bytes
    verifier: Bytes


class RecoveryLock(Taken):
    """The identity under a recovery phrase."""

    wrapped: Bytes
    verifier: Bytes


class FirstPasskey(Taken):
    """A passkey, and the identity under its own key where it has one."""

    credential: Credential
    wrapped: Bytes | None
    name: Name


class SomebodyElse(Taken):
    """Another person who lives here."""

    name: Name
    kind: Literal["adult", "child"]


class Finish(Taken):
    """Everything the house is made of."""

    household: str
    guardian: str
    guardian_name: Name
    name: Name
    recipient: str
    recovery: RecoveryLock
    passphrase: PassphraseLock | None
    passkey: FirstPasskey | None
    people: tuple[SomebodyElse, ...] = ()
    keep: bool = False


@router.get("")
def needed(home: TheHome) -> Needed:
    """Say whether a household must be made first."""
    return Needed(needed=not home.ready)


@router.post("/begin")
def begin(home: TheHome, taken: Begin) -> Begun:
    """Begin: answer what keys are to be made for."""
    _refuse_a_second(home)
    person = new_person_id()
    options = home.ceremonies.begin_registration(person, taken.guardian)
    return Begun(household=random_bytes(16).hex(), guardian=person, options=options)


@router.post("/finish", status_code=201)
def finish(home: TheHome, taken: Finish, request: Request, response: Response) -> SignedInAs:
    """Make the household, and sign its guardian in."""
    _refuse_a_second(home)
    opens = taken.passkey is not None and taken.passkey.wrapped is not None
    if not opens and taken.passphrase is None:
        raise NO_KEY
    passkeys = () if taken.passkey is None else (_passkey(home, taken.passkey, taken.guardian),)
    plan = SetupPlan(
        name=taken.name,
        guardian=taken.guardian_name,
        adults=tuple(one.name for one in taken.people if one.kind == "adult"),
        children=tuple(one.name for one in taken.people if one.kind == "child"),
        keep=taken.keep,
        method=BY_PASSPHRASE if taken.passkey is None else BY_PASSKEY,
        guardian_id=PersonId(taken.guardian),
    )
    establish(home.settings, plan, _identity(taken), passkeys)
    house = home.open()
    enter_first(home, request, response, plan.guardian_id, plan.method)
    return SignedInAs(
        guardian=plan.guardian_id,
        name=taken.guardian_name,
        household=house.household.id.hex(),
        wrapped=None,
    )


def _refuse_a_second(home: Home) -> None:
    if home.ready:
        raise AlreadySetUp("there is a household here already; sign in instead")


def _passkey(home: Home, made: FirstPasskey, guardian: str) -> Passkey:
    new = home.ceremonies.finish_registration(made.credential)
    person = PersonId(guardian)
    return Passkey(new.id, person, new.public_key, new.sign_count, made.name, now(), made.wrapped)


def _identity(taken: Finish) -> WrappedIdentity:
    lock = taken.passphrase
    try:
        return WrappedIdentity(
            HouseholdId(bytes.fromhex(taken.household)),
            Recipient.parse(taken.recipient),
            None
            if lock is None
            else ByPassphrase(lock.log_n, lock.salt, lock.wrapped, lock.verifier),
            ByRecovery(taken.recovery.wrapped, taken.recovery.verifier),
        )
    except (ValueError, AgeError):
        raise UNUSABLE from None
