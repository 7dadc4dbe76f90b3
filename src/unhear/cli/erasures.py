"""`unhear erasures`: how far forgetting has come; `unhear clock`: what day the house believes."""

from typing import Annotated

import typer

from unhear.cli.naming import ID_DIGITS
from unhear.cli.output import Json, console, open_house, show_json, show_table
from unhear.clock import day_number
from unhear.forget.database import ErasureState
from unhear.forget.progress import Progress, out_of_reach, progress_of

clock = typer.Typer(help="What day the house believes it is.", no_args_is_help=True)

STATES = {
    ErasureState.ASKED: "barred; keys not all destroyed yet",
    ErasureState.COMMITTED: "keys destroyed; copies still to be swept",
    ErasureState.DONE: "done",
}


def erasures(
    context: typer.Context,
    *,
    expired: Annotated[
        bool, typer.Option("--expired", help="Also those the house did for age alone.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Show how far every erasure has come, and what no erasure reaches."""
    house = open_house(context)
    now = house.clock()
    found = progress_of(house.database, house.keeper, house.household.id, day_number(now))
    rows = [_row(one) for one in found if expired or not one.expired]
    beyond = out_of_reach(house.forgetter.horizon_days, now)
    if as_json:
        show_json({"erasures": rows, "out_of_reach": beyond})
        return
    columns = ["id", "asked", "scope", "state", "waits_for", "looks_again"]
    show_table(f"{len(rows)} erasures", columns, [[row[c] for c in columns] for row in rows])
    console.print("\nNo erasure reaches:")
    for what in beyond:
        console.print(f"  - {what}", markup=False)


@clock.command("show")
def show_clock(context: typer.Context, *, as_json: Json = False) -> None:
    """Say what day the house believes it is."""
    house = open_house(context)
    with house.database.reading() as transaction:
        mark = transaction.clock_mark()
    believed = None if mark is None else f"{mark.believed:%Y-%m-%d %H:%M} UTC"
    doubted = mark is not None and mark.doubted is not None
    if as_json:
        show_json({"believed": believed, "doubted": doubted, "now": house.clock()})
        return
    console.print(f"Last believed: {believed or 'nothing yet'}. The clock says {house.clock():%F}.")
    if doubted:
        console.print("The clock is doubted: nothing is deleted for its age.")


@clock.command("accept")
def accept_clock(context: typer.Context, *, as_json: Json = False) -> None:
    """Say, as a guardian, that the clock is right."""
    house = open_house(context)
    house.sweeper.accept_clock()
    if as_json:
        show_json({"believed": house.clock()})
    else:
        console.print(f"Believed: it is {house.clock():%Y-%m-%d %H:%M} UTC.")


def _row(one: Progress) -> dict[str, str]:
    return {
        "id": one.id.hex()[:ID_DIGITS],
        "asked": f"{one.asked_at:%Y-%m-%d %H:%M}",
        "scope": "late copy" if one.reopens else "expired" if one.expired else one.scope,
        "state": STATES[one.state],
        "waits_for": ", ".join(one.waits_for),
        "looks_again": "" if one.looks_again is None else f"{one.looks_again}",
    }
