"""Whether a passphrase that somebody chooses would be guessed: said where it is chosen.

Strangers try what leaked elsewhere first, then names, dates and patterns. zxcvbn estimates, from
lists that it brings along, how many guesses they would need; nobody is asked. The console does the
same in the browser (`console/src/weigh.ts`), and both are tried with the same passphrases.
Source: D. L. Wheeler, "zxcvbn: Low-Budget Password Strength Estimation", USENIX Security 2016.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import Any

from zxcvbn import zxcvbn

from unhear.keep.identity import IdentityError

SCORE_MIN = 3
"""A hundred million guesses at least. Who has a copy of the house needs half a second and 128 MiB
for each (`identity.SCRYPT_LOG_N`): more than a year and a half of one core. At the console there
are 720 a day at most."""

LENGTH_WEIGHED_MAX = 72
"""zxcvbn takes no more; whatever follows only makes it harder to guess."""

NAME_LENGTH_MIN = 3
SHARE_MIN = 0.5
"""What leaked, or a name, is the reason where it is at least so much of the passphrase."""


class Why(StrEnum):
    """Why a passphrase would be guessed."""

    LEAKED = "leaked"
    NAMED = "named"
    GUESSABLE = "guessable"


class PassphraseGuessable(IdentityError):
    """The passphrase would be guessed."""


WORDS = {
    Why.LEAKED: "this passphrase is on the lists of leaked passwords that strangers try first",
    Why.NAMED: "this passphrase is made of your names, which strangers try first",
    Why.GUESSABLE: "this passphrase would soon be guessed: it is too short, or follows a pattern",
}
WHAT_TO_DO = "take four or five words that nobody else would put together"


def require_unguessable(passphrase: str, names: Iterable[str]) -> None:
    """Raise `PassphraseGuessable` for one that would be guessed; the message says why.

    `names` are those of the household and its people.
    """
    why = weighed(passphrase, names)
    if why is not None:
        raise PassphraseGuessable(f"{WORDS[why]}; {WHAT_TO_DO}")


def weighed(passphrase: str, names: Iterable[str]) -> Why | None:
    """Answer why a passphrase would be guessed, or None.

    It is weighed without its spaces too: zxcvbn takes a space for a surprise, and finds "i love
    you" harder to guess than "iloveyou".
    """
    ways = {passphrase.strip(), "".join(passphrase.split())}
    inputs = words_of(names)
    worst = min(
        (_found(way, inputs) for way in ways if way), key=lambda f: f["guesses"], default=None
    )
    if worst is None:
        return Why.GUESSABLE
    if worst["score"] >= SCORE_MIN:
        return None
    for dictionary, why in (("user_inputs", Why.NAMED), ("passwords", Why.LEAKED)):
        if _share(worst["sequence"], dictionary) >= SHARE_MIN * len(worst["password"]):
            return why
    return Why.GUESSABLE


def _found(passphrase: str, inputs: list[str]) -> dict[str, Any]:
    found: dict[str, Any] = zxcvbn(passphrase[:LENGTH_WEIGHED_MAX], user_inputs=list(inputs))
    return found


def words_of(names: Iterable[str]) -> list[str]:
    """Answer the words that names are made of, and the names; short ones stand in any phrase."""
    words = [word for name in names for word in (name, *name.split())]
    return [word.casefold() for word in words if len(word) >= NAME_LENGTH_MIN]


def _share(sequence: Iterable[dict[str, Any]], dictionary: str) -> int:
    """Answer how many characters are words of a dictionary."""
    return sum(
        len(match["token"]) for match in sequence if match.get("dictionary_name") == dictionary
    )
