"""What a database knows of who is signed in, and of what passes within hours or days.

Nothing of it is a trace: it is forgotten by its rows' going, and by the keys that it is sealed
under, which stand in the household's profile or are the household's own.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from unhear.household.words import HouseholdId


@dataclass(frozen=True, slots=True)
class SignInRow:
    """One browser that is signed in: the SHA-256 of its token, and the rest sealed.

    `browser` is what is remembered of the cookie by which it is known; `expires_day` the last day,
    counted from 1970-01-01, on which it can mean anything.
    """

    household: HouseholdId
    token: bytes
    browser: bytes
    expires_day: int
    sealed: bytes


@dataclass(frozen=True, slots=True)
class PassingRow:
    """A sealed note that processes of a house leave each other; its name tells nothing.

    `until_hour` is the hour, counted from 1970, after which it means nothing any more.
    """

    household: HouseholdId
    name: bytes
    until_hour: int
    sealed: bytes


class SignInTransaction(Protocol):
    """What one database transaction knows of sign-ins and of notes that pass."""

    def sign_in(self, household: HouseholdId, token: bytes) -> tuple[SignInRow, int] | None:
        """Answer a sign-in, and the number of the household's news, with one look; or None."""

    def sign_ins(self, household: HouseholdId) -> Sequence[SignInRow]:
        """Answer every sign-in of a household."""

    def add_sign_in(self, row: SignInRow) -> None:
        """Add a sign-in, in place of the one that its browser had."""

    def set_sign_in(self, row: SignInRow) -> None:
        """Put another description in place of a sign-in's old one; nothing where it has ended."""

    def drop_sign_ins(self, household: HouseholdId, tokens: Collection[bytes]) -> None:
        """End these sign-ins."""

    def drop_sign_ins_elsewhere(self, household: HouseholdId, known: Collection[bytes]) -> None:
        """End those in browsers that are none of these."""

    def drop_signed_in(self, household: HouseholdId) -> None:
        """Remove all sign-ins of a household, and all notes that pass."""

    def passing(self, household: HouseholdId, name: bytes) -> PassingRow | None:
        """Answer the note of that name, or None."""

    def set_passing(self, row: PassingRow) -> None:
        """Put a note in place of the one of its name, if there was one."""

    def drop_passing(self, household: HouseholdId, name: bytes) -> None:
        """Remove the note of that name."""

    def has_passed(self, household: HouseholdId, hour: int) -> bool:
        """Whether there are notes that mean nothing any more since before `hour`."""

    def drop_passed(self, household: HouseholdId, hour: int) -> None:
        """Remove the notes that mean nothing any more since before `hour`."""
