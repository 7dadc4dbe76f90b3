"""What guardians are told of their own accounts: who signed in where, and who tries to."""

import logging

from unhear.house.changes import Outcome, Word
from unhear.house.house import House
from unhear.house.sign_ins import Entering
from unhear.household.alerts import Alert, AlertKind
from unhear.household.words import UNKNOWN_PERSON, Person
from unhear.keep.notices import Told

log = logging.getLogger(__name__)

SIGNED_IN, GUESSING, GUESSING_OVER = "signed_in", "guessing", "guessing_over"
OF_ACCOUNTS = frozenset({SIGNED_IN, GUESSING, GUESSING_OVER})
"""The notices that the page of sign-ins says more about. Their news is told at once."""


def enter(house: House, entering: Entering, *, way: str, new: Person | None) -> str:
    """Sign a guardian in, and answer the token that the browser is to bring.

    Of a guardian who is `new` in that browser every guardian is told; `way` is how it was proved
    who it is.
    """
    words = [] if new is None else [_signed_in(new, entering, way)]
    token, house.household = house.sign_ins.open(entering, *words)
    if new is not None:
        house.alerting.tell(Alert(AlertKind.SIGNED_IN, house.clock()))
        log.info("sign-in from a new browser", extra={"method": way})
    return token


def _signed_in(person: Person, entering: Entering, way: str) -> Word:
    browser, system = entering.kind
    slots = {"name": person.name, "browser": browser, "system": system, "method": way}
    return Word(person.id, Told(SIGNED_IN, slots))


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
