"""`unhear controls`: what an operator must have, and what of it is missing."""

import typer

from unhear.cli.output import Json, console, open_house, show_json, show_table
from unhear.house.controls import CONTROLS, missing_controls

FAILED = 1


def controls(context: typer.Context, *, as_json: Json = False) -> None:
    """Show the controls that the law asks of operators; with profile = "operator" all must be on.

    Exits with 1 where the house is an operator's and one is off.
    """
    house = open_house(context)
    missing = {one.control.name: one.what for one in missing_controls(house)}
    operator = house.settings.profile == "operator"
    if as_json:
        rows = [
            {"control": one.name, "clause": one.clause, "missing": missing.get(one.name)}
            for one in CONTROLS
        ]
        show_json({"profile": house.settings.profile, "controls": rows})
    else:
        shown = [
            [one.name, one.clause, missing.get(one.name, "on"), one.todo * (one.name in missing)]
            for one in CONTROLS
        ]
        show_table("Controls", ["control", "clause", "", "what to do"], shown)
        if not operator:
            console.print("This is a home: none of them is asked for.")
    if operator and missing:
        raise typer.Exit(FAILED)
