"""What every way to sign in goes through: who may try, what a wrong proof means, who is told."""

from collections.abc import Callable
from dataclasses import dataclass

from fastapi import Request, Response
from starlette.requests import HTTPConnection

from unhear.house.accounts import enter as house_enter
from unhear.house.accounts import tell_guessing
from unhear.house.sign_ins import Entering
from unhear.household.words import Person, PersonId, PersonKind
from unhear.web.browsers import give_cookie, id_of, kind_of, known_browser, token_for
from unhear.web.home import Home
from unhear.web.problems import Problem
from unhear.web.sessions import give_cookie as give_session
from unhear.web.sessions import take_cookie
from unhear.web.signed_in import SignedIn

BY_PASSKEY, BY_PASSPHRASE, BY_RECOVERY = "passkey", "passphrase", "recovery"
"""How somebody proves who they are; as a method the recovery phrase counts as the passphrase."""

BY_WORDS = frozenset({"/api/v1/session/passphrase", "/api/v1/session/recovery"})
"""Where somebody signs in by what they know."""

UNDER_ATTACK = Problem(
    429,
    "under-attack",
    "Somebody is trying out passphrases here. Until an hour after they stop, a browser in which "
    "nobody of this household signed in before signs in with a passkey only. Use a passkey, or a "
    "browser that you used here before, or the command line on the house's own machine.",
)
TRIED_TOO_OFTEN = Problem(
    429,
    "tried-too-often",
    "This browser brought too many wrong proofs within an hour. Use a passkey, or wait an hour.",
)


@dataclass(frozen=True, slots=True)
class Attempt:
    """An attempt to prove who one is by what one knows."""

    home: Home
    own: bytes | None
    """The session or the known browser that tries; None where nobody ever signed in there."""

    def failed(self) -> None:
        """Count a wrong proof; guardians are told where an attack begins with it."""
        attempts = self.home.house.guesses.wrong(self.own)
        if attempts is not None:
            tell_guessing(self.home.house, attempts)


def attempt(home: Home, request: Request, session: str | None = None) -> Attempt:
    """Answer an attempt that may be made, by who is signed in or not. Raises `Problem`.

    Nothing that was sent is looked at before. What it is compared with is what the house has at
    this moment, whichever process changed it.
    """
    known = known_browser(request, home.house.newest.look())
    own = session.encode() if session is not None else None if known is None else known.id
    if not home.house.guesses.may_try(own):
        raise UNDER_ATTACK if own is None else TRIED_TOO_OFTEN
    return Attempt(home, own)


def refused_early(home: Home) -> Callable[[HTTPConnection], Problem | None]:
    """Answer what refuses strangers under attack before anything of their request is read.

    An attack is cheap for the house so: nothing is parsed, and no thread is taken.
    """

    def refused(asked: HTTPConnection) -> Problem | None:
        if not home.ready or asked.scope["path"] not in BY_WORDS:
            return None
        known = known_browser(asked, home.house.household)
        return UNDER_ATTACK if known is None and home.house.guesses.refuses() else None

    return refused


def enter(home: Home, request: Request, response: Response, person: Person, way: str) -> None:
    """Sign somebody in; where the browser was not seen before, every guardian is told.

    `way` is how it was proved who it is: by `passkey`, `passphrase` or `recovery`.
    """
    known = known_browser(request, home.house.household)
    is_new = known is None or known.person != person.id
    _open(home, request, response, person.id, way, new=person if is_new else None)


def enter_first(
    home: Home, request: Request, response: Response, person: PersonId, way: str
) -> None:
    """Sign in who made the household; there is nobody else to tell."""
    _open(home, request, response, person, way, new=None)


def sign_out_here(signed: SignedIn, response: Response) -> None:
    """Sign out in the browser that asks."""
    signed.house.sign_ins.close(signed.session)
    take_cookie(response)


def guardian_now(home: Home, person: PersonId) -> Person | None:
    """Answer a guardian as the house has it at this moment, whoever changed it."""
    home.house.household = home.house.family.read()
    found = home.house.household.person(person)
    return found if found is not None and found.kind is PersonKind.GUARDIAN else None


def _open(
    home: Home,
    request: Request,
    response: Response,
    person: PersonId,
    way: str,
    *,
    new: Person | None,
) -> None:
    """Sign somebody in, and let their browser be known."""
    house, kind = home.house, kind_of(request)
    known_by = token_for(request, known_browser(request, house.household))
    method = BY_PASSKEY if way == BY_PASSKEY else BY_PASSPHRASE
    entering = Entering(person, method, id_of(known_by), (kind.browser, kind.system))
    give_session(response, house_enter(house, entering, way=way, new=new))
    give_cookie(response, known_by)
