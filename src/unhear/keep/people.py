"""What a profile says of a person, as JSON has it."""

from dataclasses import asdict
from typing import Any

from unhear.household.ages import Age, AgeBand, Asked
from unhear.household.words import Person, PersonId, PersonKind


def person_fields(person: Person) -> dict[str, Any]:
    """Answer what `person_from` takes."""
    return asdict(person)


def person_from(fields: dict[str, Any]) -> Person:
    """Answer the person of these fields."""
    age = fields["age"]
    return Person(
        id=PersonId(fields["id"]),
        name=fields["name"],
        kind=PersonKind(fields["kind"]),
        seen_day=fields["seen_day"],
        warned_day=fields["warned_day"],
        age=None if age is None else _age(age),
    )


def _age(fields: dict[str, Any]) -> Age:
    band = fields["band"]
    return Age(
        **{
            **fields,
            "band": None if band is None else AgeBand(band),
            "asked": Asked(fields["asked"]),
        }
    )
