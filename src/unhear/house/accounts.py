"""What guardians are told of their own accounts: who signed in where, and who tries to."""

import logging

from unhear.house.changes import Outcome, Word
from unhear.house.house import House
from unhear.household.alerts import Alert, AlertKind
from unhear.household.browsers import KnownBrowser
from unhear.household.words import UNKNOWN_PERSON, Person
from unhear.keep.notices import Told

log = logging.getLogger(__name__)

SIGNED_IN, GUESSING, GUESSING_OVER = "signed_in", "guessing", "guessing_over"
OF_ACCOUNTS = frozenset({SIGNED_IN, GUESSING, GUESSING_OVER})
"""The notices that the page of sign-ins says more about. Their news is told at once."""


def note_new_browser(
    house: House, person: Person, browser: KnownBrowser, *, kind: tuple[str, str], way: str
) -> None:
    """Know a browser in which a guardian signed in first, and tell every guardian.

    `kind` is what the browser and its system are called, `way` how it was proved who it is.
    """
    slots = {"name": person.name, "browser": kind[0], "system": kind[1], "method": way}
    word = Word(person.id, Told(SIGNED_IN, slots))
    house.household = house.family.know_browser(browser, word)
    house.alerting.tell(Alert(AlertKind.SIGNED_IN, house.clock()))
    log.info("sign-in from a new browser", extra={"method": way})


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
