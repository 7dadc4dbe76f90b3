"""What people type for somebody or something of their house."""

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol, TypeVar

import typer

from unhear.house.house import House
from unhear.household.words import UNKNOWN_PERSON, PersonId

ID_DIGITS = 8
"""Hex digits of an id that are shown; they are enough to name a thing."""


class Identified(Protocol):
    """Something with an id of random bytes."""

    @property
    def id(self) -> bytes:
        """Its id."""


T = TypeVar("T", bound=Identified)


def the_one(things: Iterable[T], digits: str, what: str, see: str) -> T:
    """Answer the only one whose id in hex begins so; `see` is the command that lists them.

    Raises `BadParameter` where there are several, or none.
    """
    found = [one for one in things if one.id.hex().startswith(digits.lower())]
    if len(found) != 1:
        many = f"{len(found)} {what}s" if found else f"no {what}"
        raise typer.BadParameter(f"{many} of an id that begins with {digits!r}; see `{see}`")
    return found[0]


def local(house: House, at: datetime) -> str:
    """Answer a moment as the clocks of the house show it."""
    return at.astimezone(house.settings.zone).strftime("%Y-%m-%d %H:%M")


def person_called(house: House, name: str) -> PersonId:
    """Answer who is called `name`; `unknown` is a voice that nobody was named for."""
    if name == UNKNOWN_PERSON:
        return UNKNOWN_PERSON
    person = house.household.named(name)
    if person is None:
        names = ", ".join(p.name for p in house.household.people)
        raise typer.BadParameter(f"nobody here is called {name!r}; there are {names} and unknown")
    return person.id


def name_of(house: House, person: PersonId) -> str:
    """Answer what somebody is called."""
    known = house.household.person(person)
    return person if known is None else known.name


def guardian_here(house: House) -> PersonId:
    """Answer who works here: the only guardian, or it is not known which."""
    guardians = sorted(house.household.guardians)
    return guardians[0] if len(guardians) == 1 else UNKNOWN_PERSON
