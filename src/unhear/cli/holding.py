"""`unhear hold`: legal holds, the one lawful reason not to erase now."""

from datetime import timedelta
from typing import Annotated

import typer

from unhear.cli.naming import ID_DIGITS, person_called
from unhear.cli.output import Json, console, open_house, show_json, show_table
from unhear.forget.errors import HoldWrong
from unhear.forget.holds import PlacedHold
from unhear.house.house import House
from unhear.household.hold import HOLD_DAYS_MAX, Hold
from unhear.household.scope import Scope
from unhear.household.words import DeviceId

hold = typer.Typer(
    help="Legal holds: what may not be erased now, by whose word, and until when.",
    no_args_is_help=True,
)

HoldDigits = Annotated[str, typer.Argument(help="First digits of the hold's id.")]


@hold.command("ask")
def ask(
    context: typer.Context,
    *,
    reason: Annotated[str, typer.Option(help="The authority and its file number.")],
    by: Annotated[str, typer.Option("--by", help="Who asks for it.")],
    days: Annotated[int, typer.Option(min=1, max=HOLD_DAYS_MAX, help="For how long.")],
    recording: Annotated[
        list[str] | None, typer.Option(help="First digits of a recording's id; repeatable.")
    ] = None,
    person: Annotated[str | None, typer.Option(help="Everything this person said.")] = None,
    device: Annotated[str | None, typer.Option(help="Everything this device heard.")] = None,
    by_order: Annotated[
        bool, typer.Option("--by-order", help="An authority ordered the guardian not to be told.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Ask for a hold. It holds nothing back until another person agrees."""
    house = open_house(context)
    if not (recording or person or device):
        raise typer.BadParameter("say what to hold: --recording, --person or --device")
    now = house.clock()
    try:
        wanted = Hold(
            scope=Scope(
                recordings=frozenset(map(house.catalogue.find, recording)) if recording else None,
                person=person_called(house, person) if person else None,
                device=DeviceId(device) if device else None,
            ),
            reason=reason,
            asked_by=by,
            asked_at=now,
            expires_at=now + timedelta(days=days),
            by_order=by_order,
        )
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    digits = house.holds.ask(wanted).hex()[:ID_DIGITS]
    if as_json:
        show_json({"id": digits, "state": "asked"})
    else:
        console.print("Written down. It begins when another person agrees:")
        console.print(f"  unhear hold agree {digits} --by NAME")


@hold.command("agree")
def agree(
    context: typer.Context,
    digits: HoldDigits,
    *,
    by: Annotated[str, typer.Option("--by", help="Who agrees: not who asked.")],
    as_json: Json = False,
) -> None:
    """Agree to a hold that another person asked for; it is in force from now on."""
    house = open_house(context)
    house.holds.agree(_find(house, digits).id, by)
    if as_json:
        show_json({"id": digits, "state": "in force"})
    else:
        console.print("In force, and in the ledger.")


@hold.command("lift")
def lift(context: typer.Context, digits: HoldDigits, *, as_json: Json = False) -> None:
    """End a hold before its time, and erase what waited for it."""
    house = open_house(context)
    house.holds.lift(_find(house, digits).id)
    finished = house.forgetter.resume(house.household.id)
    if as_json:
        show_json({"id": digits, "state": "ended", "finished": len(finished)})
    else:
        console.print(f"Ended. Erasures that waited for it and are finished: {len(finished)}.")


@hold.command("list")
def list_holds(context: typer.Context, *, as_json: Json = False) -> None:
    """List the holds a guardian may know of."""
    house = open_house(context)
    rows = [
        {
            "id": placed.id.hex()[:ID_DIGITS],
            "state": placed.state.value,
            "until": f"{placed.hold.expires_at:%Y-%m-%d}",
            "asked_by": placed.hold.asked_by,
            "agreed_by": placed.hold.agreed_by or "",
            "reason": placed.hold.reason,
        }
        for placed in house.holds.all()
        if not placed.hold.by_order
    ]
    if as_json:
        show_json({"holds": rows})
        return
    columns = ["id", "state", "until", "asked_by", "agreed_by", "reason"]
    show_table(f"{len(rows)} holds", columns, [[row[c] for c in columns] for row in rows])


def _find(house: House, digits: str) -> PlacedHold:
    found = [placed for placed in house.holds.all() if placed.id.hex().startswith(digits.lower())]
    if len(found) != 1:
        raise HoldWrong(f"{len(found)} holds begin with {digits!r}; see `unhear hold list`")
    return found[0]
