"""`unhear keeper`: what holds the root key, and moving it."""

from typing import Annotated

import typer

from unhear.cli.output import Json, console, open_house, show_json
from unhear.forget.roots import RootKeeper
from unhear.house.keeping import move_keeper

keeper = typer.Typer(help="What holds the root key.", no_args_is_help=True)


@keeper.command("show")
def show(context: typer.Context, *, as_json: Json = False) -> None:
    """Say what holds the root key, what its deletion means, and what it cannot promise."""
    house = open_house(context)
    held = len(house.keeper.ids())
    if as_json:
        show_json({**described(house.keeper), "held": held})
        return
    show_keeper(house.keeper)
    console.print(f"Root keys held: {held}")


@keeper.command("migrate")
def migrate(
    context: typer.Context,
    spec: Annotated[
        str, typer.Argument(help="The new keeper, such as 'split:[file:roots2][tpm2:]'.")
    ],
    *,
    as_json: Json = False,
) -> None:
    """Move the root key to another keeper, and destroy what the old one holds.

    Kinds: file:FOLDER, pkcs11:module=LIBRARY;token=LABEL;pin-file=FILE, tpm2:index=0x01800100,
    split:[KEEPER][KEEPER] and mirror:[KEEPER][KEEPER]. Start again whatever else runs here.
    """
    house = open_house(context)
    moved = move_keeper(house.settings, house.database, house.copies, spec)
    if as_json:
        show_json({**described(moved), "held": len(moved.ids())})
        return
    console.print("The root key has moved; the old keeper holds nothing any more.\n")
    show_keeper(moved)


def described(keeper: RootKeeper) -> dict[str, object]:
    """Answer what a keeper says of itself."""
    return {"kind": keeper.kind, "grade": keeper.grade, "limits": list(keeper.limits)}


def show_keeper(keeper: RootKeeper) -> None:
    """Print what a keeper says of itself."""
    console.print(f"The root key is held by: {keeper.kind}", markup=False)
    console.print(f"Grade {keeper.grade}", markup=False)
    console.print("What it cannot promise:")
    for limit in keeper.limits:
        console.print(f"  - {limit}", markup=False)
