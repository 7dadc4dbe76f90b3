"""`unhear cameras find` and `ask`: which cameras there are, and what one says of itself."""

import asyncio
from dataclasses import asdict
from typing import Annotated

import typer

from unhear.cameras.onvif import describe
from unhear.cameras.onvif_discovery import EVERYBODY, discover
from unhear.cameras.soap import Login
from unhear.cli.output import Json, console, settings_of, show_json, show_table


def find(
    where: Annotated[
        str | None, typer.Option(help="HOST[:PORT] of one camera, instead of the whole network.")
    ] = None,
    *,
    as_json: Json = False,
) -> None:
    """Look for cameras on the local network that can be asked for their film (ONVIF).

    Nothing is sent to them but the question. One that is to be used goes into the settings.
    """
    host, _, port = (where or EVERYBODY[0]).partition(":")
    if port and not port.isdigit():
        raise typer.BadParameter(f"{where!r} is no place; write HOST or HOST:PORT")
    try:
        found = asyncio.run(discover((host, int(port or EVERYBODY[1]))))
    except OSError:
        raise typer.BadParameter("there is no network to ask on, or no such host") from None
    if as_json:
        show_json({"found": [asdict(one) for one in found]})
    elif found:
        show_table("Found", ["address", "calls itself"], [[f.address, f.name] for f in found])
    else:
        console.print("No camera answered; many must be told to speak ONVIF first.")


def ask(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="The camera's name in the settings.")],
    *,
    as_json: Json = False,
) -> None:
    """Ask a camera of the settings where its film is, and what it notices by itself."""
    named = next((one for one in settings_of(context).cameras if one.name == name), None)
    if named is None:
        raise typer.BadParameter(f"the settings name no camera {name!r}")
    device = asdict(asyncio.run(describe(Login.of(named))))
    if as_json:
        show_json(device)
        return
    rows = [[key.replace("_", " "), _said(value)] for key, value in device.items()]
    show_table(name, ["", ""], rows)


def _said(value: str | bool | None) -> str:  # noqa: FBT001 - a value to show
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value or "none"
