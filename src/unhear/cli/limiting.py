"""`unhear limits`: what guests and children may ask for, and their bedtime."""

import re
from typing import Annotated, Any

import typer

from unhear.cli.naming import person_called
from unhear.cli.output import Json, console, open_house, show_json, show_table
from unhear.house.house import House
from unhear.household.family import Household
from unhear.household.limits import Bedtime, Limit
from unhear.household.words import PersonId, PersonKind

limits = typer.Typer(help="What guests and children may ask for.", no_args_is_help=True)

Who = Annotated[str, typer.Argument(help="A person's name, or `child`, `guest` or `adult`.")]


@limits.command("list")
def list_limits(context: typer.Context, *, as_json: Json = False) -> None:
    """List the limits that guardians have set."""
    _show(open_house(context).household, as_json=as_json)


@limits.command("set")
def set_limit(
    context: typer.Context,
    who: Who,
    *,
    skills: Annotated[str | None, typer.Option(help="Only these, such as timers,music.")] = None,
    bedtime: Annotated[str | None, typer.Option(help="Such as 20:00-07:00.")] = None,
    for_children: Annotated[
        bool, typer.Option("--for-children", help="Only music and answers meant for children.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Let somebody use some skills only, or none at bedtime; in place of their limits before.

    Everybody may always have their words forgotten. An unknown voice counts as a guest's, and gets
    only what is meant for children where children are limited to that.
    """
    house = open_house(context)
    allowed = None if skills is None else frozenset(name.strip() for name in skills.split(","))
    if unknown := (allowed or frozenset()) - {skill.name for skill in house.skills.all()}:
        raise typer.BadParameter(f"there is no skill {', '.join(sorted(unknown))}")
    if allowed is None and bedtime is None and not for_children:
        raise typer.BadParameter(
            "say --skills, --bedtime or --for-children; `unhear limits clear` lifts them"
        )
    hours = None if bedtime is None else _bedtime(bedtime)
    limit = Limit(_who(house, who), allowed, hours, for_children)
    _show(house.family.set_limit(limit), as_json=as_json)


@limits.command("clear")
def clear_limit(context: typer.Context, who: Who, *, as_json: Json = False) -> None:
    """Lift the limits of somebody."""
    house = open_house(context)
    _show(house.family.clear_limit(_who(house, who)), as_json=as_json)


def _who(house: House, name: str) -> PersonId | PersonKind:
    if name in {kind.value for kind in PersonKind} - {PersonKind.GUARDIAN.value}:
        return PersonKind(name)
    return person_called(house, name)


def _bedtime(text: str) -> Bedtime:
    found = re.fullmatch(r"(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})", text)
    if found is None:
        raise typer.BadParameter(f"{text!r} is no bedtime: write it as 20:00-07:00")
    hours = [int(part) for part in found.groups()]
    try:
        return Bedtime(hours[0] * 60 + hours[1], hours[2] * 60 + hours[3])
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} is no bedtime: {error}") from None


def _show(household: Household, *, as_json: bool) -> None:
    rows: list[dict[str, Any]] = [
        {
            "who": _name(household, limit.who),
            "skills": None if limit.skills is None else sorted(limit.skills),
            "bedtime": None if limit.bedtime is None else _told(limit.bedtime),
            "for_children": limit.for_children,
        }
        for limit in household.limits
    ]
    if as_json:
        show_json({"limits": rows})
    elif not rows:
        console.print("Nobody is limited.")
    else:
        shown = [
            [
                str(row["who"]),
                ", ".join(row["skills"] or ["all"]),
                str(row["bedtime"] or ""),
                "only for children" if row["for_children"] else "",
            ]
            for row in rows
        ]
        show_table("Limits", ["who", "skills", "bedtime", "content"], shown)


def _name(household: Household, who: PersonId | PersonKind) -> str:
    person = household.person(PersonId(who))
    return str(who) if person is None else person.name


def _told(bedtime: Bedtime) -> str:
    since, until = (f"{m // 60:02d}:{m % 60:02d}" for m in (bedtime.since, bedtime.until))
    return f"{since}-{until}"
