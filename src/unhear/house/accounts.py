"""What guardians are told of their own accounts: who signed in where, and who tries to."""

import logging

from unhear.house.changes import Outcome, Word
from unhear.house.house import House
from unhear.house.sign_ins import Entering
from unhear.household.alerts import Alert, AlertKind
from unhear.household.words import UNKNOWN_PERSON
from unhear.keep.notices import Told

log = logging.getLogger(__name__)

SIGNED_IN, GUESSING, GUESSING_OVER = "signed_in", "guessing", "guessing_over"
OF_ACCOUNTS = frozenset({SIGNED_IN, GUESSING, GUESSING_OVER})
"""The notices that the page of sign-ins says more about. Their news is told at once."""


def enter(house: House, entering: Entering, *, way: str, is_new: bool) -> str:
    """Sign a guardian in, and answer the token that the browser is to bring.

    Where `is_new` says that nobody signed in there before, every guardian is told; `way` is how it
    was proved who it is.
    """
    words = [_signed_in(house, entering, way)] if is_new else []
    token, house.household = house.sign_ins.open(entering, *words)
    if is_new:
        house.alerting.tell(Alert(AlertKind.SIGNED_IN, house.clock()))
        log.info("sign-in from a new browser", extra={"method": way})
    return token


def _signed_in(house: House, entering: Entering, way: str) -> Word:
    person, (browser, system) = house.household.person(entering.person), entering.kind
    slots = {"browser": browser, "system": system, "method": way}
    name = {} if person is None else {"name": person.name}
    return Word(entering.person, Told(SIGNED_IN, {**name, **slots}))


def tell_guessing(house: House, attempts: int) -> None:
    """Tell every guardian that somebody tries out passphrases, and how often so far."""
    log.warning("sign-in attack began", extra={"attempts": attempts})
    _tell(house, Told(GUESSING, {"count": str(attempts)}))
    house.alerting.tell(Alert(AlertKind.GUESSING, house.clock()))


def tell_guessing_over(house: House, attempts: int) -> None:
    """Tell every guardian that it has ended, and how often it was tried."""
    log.warning("sign-in attack ended", extra={"attempts": attempts})
    _tell(house, Told(GUESSING_OVER, {"count": str(attempts)}))


def _tell(house: House, told: Told) -> None:
    word = Word(UNKNOWN_PERSON, told)
    house.household = house.changes.make(lambda now: Outcome(now, words=(word,)))
