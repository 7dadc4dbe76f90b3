"""`unhear notice`: what parents are told, made from what this house enforces."""

from dataclasses import asdict
from typing import Annotated

import typer

from unhear.cli.output import Json, console, open_house, show_json
from unhear.house.notice_text import NoticeKind, languages, notice_text, notice_url


def notice(
    context: typer.Context,
    *,
    kind: Annotated[NoticeKind, typer.Option(help="Which one.")] = NoticeKind.ONLINE,
    language: Annotated[
        str | None, typer.Option(help="`en` or `de`; the house's own if unsaid.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Print the notice to parents, or the retention policy, as they stand.

    They are made from the settings and the household, so they say what really happens.
    """
    house = open_house(context)
    chosen = language or house.settings.language
    if chosen not in languages():
        raise typer.BadParameter(f"there is no notice in {chosen!r}; there is {languages()}")
    household = house.household
    names = tuple(p.name for p in household.people if p.id in household.guardians)
    made = notice_text(
        kind,
        house.practice.facts(household),
        language=chosen,
        names=names,
        url=notice_url(house.settings),
    )
    if as_json:
        show_json({**asdict(made), "text": made.text})
    else:
        console.print(made.text, markup=False, highlight=False, soft_wrap=True)
