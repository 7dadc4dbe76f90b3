"""`unhear records` and `unhear breach`: what an operator must have at hand, from the data map."""

import sys
from dataclasses import asdict
from typing import Annotated

import typer

from unhear.answer.registry import find_skills
from unhear.cli.output import Json, console, open_house, show_json
from unhear.house.breach import THINGS, Revealed, revealed
from unhear.house.records import activities, markdown, recipients

ANY_HOUSE = ("whoever runs the house; a family that runs its own is exempt (Article 2(2)(c))",)


def records(
    context: typer.Context,
    *,
    as_markdown: Annotated[
        bool, typer.Option("--markdown", help="Of any house, as a page.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Print the records of processing activities (GDPR, Article 30) of this house."""
    skills = find_skills().all()
    if as_markdown:
        sys.stdout.write(markdown(ANY_HOUSE, None, skills))
        return
    house = open_house(context)
    facts = house.practice.facts(house.household)
    controller = facts.contact or ("the household itself",)
    if as_json:
        shown = [asdict(one) for one in activities(skills)]
        told = recipients(facts)
        show_json({"controller": controller, "recipients": told, "activities": shown})
    else:
        sys.stdout.write(markdown(controller, facts, skills))


def breach(
    thing: Annotated[
        str | None, typer.Argument(help=f"What was stolen: {', '.join(t.name for t in THINGS)}.")
    ] = None,
    *,
    as_json: Json = False,
) -> None:
    """Say what a stolen thing would reveal, of whom, and what to do at once.

    An operator whose users are concerned may have to tell an authority within 72 hours (GDPR,
    Article 33); this is what to tell it.
    """
    known = {one.name: one for one in THINGS}
    if thing is not None and thing not in known:
        raise typer.BadParameter(f"choose one of: {', '.join(known)}")
    skills = find_skills().all()
    found = [revealed(one, skills) for one in ([known[thing]] if thing else THINGS)]
    if as_json:
        show_json({"stolen": [_row(one) for one in found]})
        return
    for one in found:
        _tell(one, whole=thing is not None)


def _row(one: Revealed) -> dict[str, object]:
    return {
        "thing": one.thing.name,
        "says": one.thing.says,
        "readable": [*one.readable, *one.thing.besides],
        "shut": one.shut,
        "affected": one.affected,
        "todo": one.thing.todo,
    }


def _tell(one: Revealed, *, whole: bool) -> None:
    console.print(f"[bold]{one.thing.name}[/bold]: {one.thing.says}", highlight=False)
    if not whole:
        return
    parts = {
        "It shows": (*one.readable, *one.thing.besides) or ("nothing",),
        "It does not open": one.shut or ("nothing else is in it",),
        "Affected": one.affected or ("nobody",),
        "Do at once": one.thing.todo or ("nothing",),
    }
    for title, lines in parts.items():
        console.print(f"\n{title}:")
        for line in lines:
            console.print(f"  - {line}", markup=False, highlight=False, soft_wrap=True)
