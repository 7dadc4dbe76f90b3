"""`unhear fleet`: let homes of different people learn together, from sums."""

import logging
from datetime import timedelta
from pathlib import Path
from threading import Event, Thread
from typing import Annotated

import typer

from unhear.cli.output import Json, console, settings_of, show_json
from unhear.clock import random_bytes
from unhear.fleet.fleet import Fleet, make_fleet
from unhear.forget.errors import ForgetError
from unhear.learn.noise import Noise
from unhear.learn.releases import Rules
from unhear.settings import SettingsWrong, read_settings, write_to_settings_file
from unhear.stores.errors import StoreError
from unhear.stores.fleet_client import HttpFleet
from unhear.stores.log_files import LogFolder
from unhear.web.fleet import fleet_app
from unhear.web.serving import serve

log = logging.getLogger(__name__)

fleet = typer.Typer(help="Let homes learn together, from sums alone.", no_args_is_help=True)

Folder = Annotated[Path, typer.Option("--folder", help="Where the fleet is; not a house's.")]

TEND_SECONDS = 3_600.0


@fleet.command("make")
def make(folder: Folder, *, as_json: Json = False) -> None:
    """Make a fleet: its database, root key and ledger."""
    key = make_fleet(read_settings(folder), f"unhear.fleet/{random_bytes(4).hex()}")
    if as_json:
        show_json({"folder": folder, "log": key})
        return
    console.print(f"The fleet in {folder} is made. Its receipts are proved by this key:\n")
    console.print(f"    {key}", soft_wrap=True, markup=False, highlight=False)


@fleet.command("invite")
def invite(folder: Folder, *, as_json: Json = False) -> None:
    """Invite one home; whoever has the invitation can join with it, once, within two weeks."""
    opened = Fleet(read_settings(folder), Rules())
    invitation = opened.invite()
    opened.close()
    if as_json:
        show_json({"invitation": invitation})
    else:
        console.print(invitation, markup=False, highlight=False)


@fleet.command("join")
def join(
    context: typer.Context,
    url: Annotated[str, typer.Argument(help="Where the fleet answers.")],
    invitation: Annotated[str, typer.Argument(help="What its operator gave you.")],
) -> None:
    """Let this house join a fleet, and write it into the settings.

    Nothing is sent of anybody without consent: `unhear consent give NAME --for fleet`.
    """
    settings = settings_of(context)
    if settings.fleet is not None:
        raise SettingsWrong(f"this house is of a fleet already, the one at {settings.fleet.url}")
    token, key = HttpFleet(url, token="").join(invitation)
    write_to_settings_file(settings.house, {"fleet": {"url": url, "token": token, "log": key}})
    console.print("This house has joined. Start `unhear run` anew.", soft_wrap=True)


@fleet.command("serve")
def serve_fleet(
    folder: Folder,
    *,
    listen: Annotated[str, typer.Option(help="Where homes ask it.")] = "127.0.0.1:8420",
    homes_min: Annotated[
        int, typer.Option(min=2, help="How many homes a label, and a change, must come from.")
    ] = 5,
    every_days: Annotated[int, typer.Option(min=1, help="How often a model is released.")] = 7,
    stays_days: Annotated[
        int, typer.Option(min=1, help="When a model is withdrawn that cannot be made anew.")
    ] = 30,
    epsilon: Annotated[
        float | None, typer.Option(help="Add noise, so that a model tells no more of a home.")
    ] = None,
    delta: Annotated[float, typer.Option(help="How often it may tell more.")] = 1e-6,
    as_json: Json = False,
) -> None:
    """Answer homes, and release what they may share, until stopped."""
    try:
        noise = None if epsilon is None else Noise(epsilon, delta)
        days = timedelta(days=every_days), timedelta(days=stays_days)
        rules = Rules(homes_min, *days, noise=noise)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    settings = read_settings(folder)
    opened, ended = Fleet(settings, rules), Event()
    tending = Thread(target=_tend, args=(opened, ended))

    def ready(url: str) -> None:
        if as_json:
            show_json({"url": url, "log": opened.ledger.key})
        else:
            console.print(f"The fleet answers at {url}", soft_wrap=True)

    tending.start()
    try:
        serve(fleet_app(opened, LogFolder(settings.ledger_folder)), listen, ready)
    finally:
        ended.set()
        tending.join()
        opened.close()


def _tend(opened: Fleet, ended: Event) -> None:
    """Do what is due, at once and then every `TEND_SECONDS`."""
    while True:
        try:
            opened.tend()
        except (ForgetError, StoreError) as error:
            log.warning("a fleet was not tended", extra={"why": type(error).__name__})
        if ended.wait(TEND_SECONDS):
            return
