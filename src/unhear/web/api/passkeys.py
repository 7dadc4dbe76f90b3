"""The passkeys of the guardian who is signed in, and the passphrase of the household."""

from datetime import datetime

from fastapi import APIRouter

from unhear.clock import now
from unhear.house.sign_ins import ending
from unhear.household.passkeys import Passkey
from unhear.keep.identity import ByPassphrase
from unhear.web.api.fields import Answered, Bytes, Taken
from unhear.web.api.session import Options
from unhear.web.api.setup import UNUSABLE, FirstPasskey, PassphraseLock
from unhear.web.api.sign_ins import others
from unhear.web.ceremonies import text
from unhear.web.problems import Problem
from unhear.web.signed_in import FreshGuardian, Guardian, SignedIn

router = APIRouter(prefix="/passkeys", tags=["passkeys"])

LAST_WAY_IN = Problem(
    409,
    "last-way-in",
    "This is the last passkey, and there is no passphrase; add another one first.",
)
NO_SUCH_PASSKEY = Problem(404, "no-such-passkey", "There is no such passkey of yours.")


class Known(Answered):
    """One passkey: whether it opens recordings, or signs in alone."""

    id: str
    name: str
    added_at: datetime
    opens: bool


class Passkeys(Answered):
    """All passkeys of one guardian."""

    passkeys: list[Known]


class Wrapping(Taken):
    """The household's identity under a passkey's own key."""

    wrapped: Bytes


@router.get("")
def passkeys(signed: Guardian) -> Passkeys:
    """List one's passkeys."""
    return Passkeys(passkeys=[_known(key) for key in _own(signed)])


@router.post("/begin")
def begin(signed: FreshGuardian) -> Options:
    """Begin to add a passkey."""
    person = signed.person
    options = signed.home.ceremonies.begin_registration(person.id, person.name, _own(signed))
    return Options(options=options)


@router.post("/finish", status_code=201)
def finish(signed: FreshGuardian, taken: FirstPasskey) -> Known:
    """Add a passkey."""
    new = signed.home.ceremonies.finish_registration(taken.credential)
    passkey = Passkey(
        new.id, signed.person.id, new.public_key, new.sign_count, taken.name, now(), taken.wrapped
    )
    signed.house.household = signed.house.family.add_passkey(passkey)
    return _known(passkey)


@router.delete("/{passkey}", status_code=204)
def remove(signed: FreshGuardian, passkey: Bytes) -> None:
    """Remove a passkey; no old copy of the house recognises it, or opens with it, any more.

    Whoever signed in as this guardian is signed out, here aside: it may have been with that.
    """
    own = _own(signed)
    if passkey not in {key.id for key in own}:
        raise NO_SUCH_PASSKEY
    if len(own) == 1 and signed.house.identity.by_passphrase is None:
        raise LAST_WAY_IN
    ends = others(signed, signed.person.id)
    signed.house.household = signed.house.family.remove_passkey(
        passkey, also=lambda transaction, before: ending(transaction, before, ends)
    )


@router.put("/passphrase", status_code=204)
def set_passphrase(signed: FreshGuardian, taken: PassphraseLock) -> None:
    """Set the household's passphrase; the browser sends the identity wrapped by it.

    It is every guardian's, so whoever is signed in is signed out, here aside.
    """
    try:
        lock = ByPassphrase(taken.log_n, taken.salt, taken.wrapped, taken.verifier)
        signed.house.set_passphrase(lock, others(signed, None))
    except ValueError:
        raise UNUSABLE from None


def _own(signed: SignedIn) -> list[Passkey]:
    return [key for key in signed.house.household.passkeys if key.person == signed.person.id]


def _known(key: Passkey) -> Known:
    return Known(
        id=text(key.id), name=key.name, added_at=key.added_at, opens=key.wrapped is not None
    )
