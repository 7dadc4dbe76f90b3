"""`unhear migrate`: move a house to other stores, while it is at work."""

from dataclasses import asdict
from typing import Annotated

import typer
from pydantic import ValidationError

from unhear.cli.bars import bars
from unhear.cli.output import Json, console, settings_of, show_json, show_table
from unhear.house.moving import Finished, Moved, finish, move, next_shard
from unhear.settings import Settings
from unhear.stores.moving.journal import Stores

FILE, FOLDER = "file", "folder"


def migrate(
    context: typer.Context,
    database: Annotated[
        str | None,
        typer.Option(help="Where the rows go: postgresql://USER@HOST/DATABASE, or `file`."),
    ] = None,
    shard: Annotated[
        str | None, typer.Option(help="The shard of that database, which must be empty.")
    ] = None,
    payloads: Annotated[
        str | None,
        typer.Option(help="Where sealed sound and film go: s3://BUCKET/PREFIX, or `folder`."),
    ] = None,
    wait: Annotated[
        int,
        typer.Option(
            help="For how many seconds to wait for other processes to end, where payloads alone "
            "move and the database is a file.",
            min=0,
        ),
    ] = 600,
    *,
    as_json: Json = False,
) -> None:
    """Move the house to other stores while it is at work: to servers, or back to files.

    What is left out stays. Everything is compared before the settings change. Writers wait for the
    last step alone; afterwards the old root key is destroyed, and the old stores are removed. What
    runs here goes on there by itself. Broken off, it leaves the house as it was, and is run again;
    without options it finishes, or clears up, what was broken off.
    """
    if database is None and shard is None and payloads is None:
        _finish(context, as_json=as_json)
        return
    settings = settings_of(context)
    goal = _goal(settings, database, shard, payloads)
    with bars() as told:
        moved = move(settings, goal, told, patience_seconds=wait)
    if as_json:
        show_json(_fields(moved))
    else:
        _show(moved)


FINISHED = {
    Finished.MOVED: "The move is finished, and the old stores are removed.",
    Finished.GIVEN_UP: "A move was broken off; what it had copied is removed.",
    Finished.NOTHING: "No move is under way.",
}


def _finish(context: typer.Context, *, as_json: bool) -> None:
    finished = finish(settings_of(context))
    here = Stores.of(settings_of(context))
    if as_json:
        show_json({"finished": finished, "here": asdict(here)})
        return
    console.print(FINISHED[finished])
    console.print(
        f"The house is in {_named(here)}; say where to: --database, --payloads", markup=False
    )


def _goal(
    settings: Settings, database: str | None, shard: str | None, payloads: str | None
) -> Stores:
    """Answer the stores that the options name. Raises `BadParameter`."""
    here = Stores.of(settings)
    there = here.database if database is None else None if database == FILE else database
    sound = here.payloads if payloads is None else None if payloads == FOLDER else payloads
    if there is None and shard is not None:
        raise typer.BadParameter("a file has no shards; name a server with --database")
    if there is None:
        wanted = "main"
    elif shard is not None:
        wanted = shard
    elif there != here.database:
        wanted = "main"
    else:
        # What keeps a process from writing to the old stores is that its database is shut.
        wanted = next_shard(here.shard) if sound != here.payloads else here.shard
    try:
        checked = Settings(house=settings.house, database=there, shard=wanted, payloads=sound)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        raise typer.BadParameter(
            f"--{first['loc'][0]}: {first['msg'].removeprefix('Value error, ')}"
        ) from None
    return Stores.of(checked)


def _show(moved: Moved) -> None:
    console.print(
        f"The house has moved from {_named(moved.origin)} to {_named(moved.goal)}.", markup=False
    )
    if moved.origin.payloads != moved.goal.payloads:
        console.print(
            f"{moved.payloads} payloads ({moved.payload_bytes:,} bytes) are there, each compared."
        )
    if moved.without_sound:
        console.print(f"The sound of {moved.without_sound} recordings was missing before.")
    if moved.opened is not None:
        rows = [[name, str(one.rows), one.sha256[:16]] for name, one in moved.tables.items()]
        show_table("The same at both ends", ["table", "rows", "SHA-256"], rows)
        console.print(
            f"Opened there: pages of keys {moved.opened.pages}, kept things {moved.opened.things}. "
            f"The log, of {moved.opened.entries} entries, is the same."
        )
    console.print(f"Writers waited for {moved.waited_seconds} seconds.")
    console.print(
        "The old root key is destroyed, and the old stores are removed."
        if moved.left is None
        else f"The old stores are not removed yet: {moved.left}. `unhear migrate` does it later.",
        markup=False,
    )
    console.print("What runs here goes on there by itself. On other machines change the settings.")


def _fields(moved: Moved) -> dict[str, object]:
    return {**asdict(moved), "old_removed": moved.left is None}


def _named(stores: Stores) -> str:
    rows = "a file" if stores.database is None else f"PostgreSQL (shard {stores.shard})"
    return f"{rows} with payloads in {stores.payloads or 'a folder'}"
