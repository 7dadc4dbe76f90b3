"""`unhear log`: the append-only log of this house, for those who want to watch it."""

from base64 import b64encode
from typing import Annotated, Any

import typer

from unhear.cli.output import Json, console, errors, open_house, settings_of, show_json, show_table
from unhear.house.house import House
from unhear.prove.errors import LogForked
from unhear.prove.merkle import consistency_proof, root
from unhear.prove.witnessing import Standing
from unhear.stores.log_files import LogFolder
from unhear.stores.log_key import rotate_log_key
from unhear.web.log import log_app
from unhear.web.serving import serve as serve_app

FAILED = 1

log = typer.Typer(help="The append-only log of this house.", no_args_is_help=True)


@log.command()
def show(
    context: typer.Context,
    *,
    ask: Annotated[bool, typer.Option("--ask", help="Ask the witnesses now.")] = False,
    as_json: Json = False,
) -> None:
    """Say how long the log is, whose key signs it, what is published and who witnessed it."""
    house = open_house(context)
    if ask:
        house.ledger.ask_witnesses(house.database, again=True)
    found = _log(house)
    if as_json:
        show_json(found)
    else:
        _tell(found)
    if found["alarms"]:
        raise typer.Exit(FAILED)


@log.command()
def consistency(
    context: typer.Context,
    old: Annotated[int, typer.Argument(help="How many entries it had.", min=1)],
    new: Annotated[
        int | None, typer.Argument(help="How many it has.", show_default="all there are")
    ] = None,
    *,
    as_json: Json = False,
) -> None:
    """Prove that the log of OLD entries is the beginning of that of NEW (RFC 6962)."""
    house = open_house(context)
    with house.database.reading() as transaction:
        size = transaction.ledger_size()
        new = size if new is None else new
        if not old <= new <= size:
            raise typer.BadParameter(f"the log has {size} entries; OLD and NEW must be in order")
        node = transaction.ledger_node
        proof = [_base64(value) for value in consistency_proof(old, new, node)]
        roots = [_base64(root(count, node)) for count in (old, new)]
    if as_json:
        show_json(
            {"old": old, "new": new, "old_root": roots[0], "new_root": roots[1], "proof": proof}
        )
        return
    console.print(f"old {old} {roots[0]}\nnew {new} {roots[1]}", soft_wrap=True, highlight=False)
    for line in proof:
        console.print(line, soft_wrap=True, highlight=False)


@log.command()
def publish(context: typer.Context, *, as_json: Json = False) -> None:
    """Bring the published files up to the database, and mend those that were changed."""
    house = open_house(context)
    mended = house.ledger.publish(house.database, mend=True)
    size = house.ledger.published_size(house.database)
    if as_json:
        show_json({"size": size, "mended": mended})
        return
    console.print(f"{size} entries are published in {house.settings.ledger_folder}.")
    for path in mended:
        console.print(f"  mended: {path}", markup=False, highlight=False)


@log.command("rotate-key")
def rotate_key(context: typer.Context, *, as_json: Json = False) -> None:
    """Sign with a new key from now on, and destroy the old one.

    Receipts made so far verify with the key they were made under; log-keys.json, published beside
    the checkpoint, leads from the old key to the new.
    """
    house = open_house(context)
    old = house.ledger.key
    new = rotate_log_key(house.database, house.ledger, house.settings.log_key_file)
    if as_json:
        show_json({"old": old, "key": new})
        return
    console.print("The log signs with a new key; the old one is destroyed. Keep a copy elsewhere:")
    console.print(f"\n    {new}\n", soft_wrap=True, highlight=False)
    if house.ledger.witnesses is not None:
        console.print("Give it to your witnesses too: they do not know it yet.")


@log.command()
def serve(
    context: typer.Context,
    listen: Annotated[str, typer.Option(help="Where others read it.")] = "127.0.0.1:8401",
    *,
    as_json: Json = False,
) -> None:
    """Serve the published log over HTTP (C2SP tlog-tiles), until stopped."""
    settings = settings_of(context)

    def ready(url: str) -> None:
        if as_json:
            show_json({"url": url})
        else:
            console.print(f"The log is served at {url}")

    serve_app(log_app(LogFolder(settings.ledger_folder)), listen, ready)


def _log(house: House) -> dict[str, Any]:
    """Answer everything `show` says."""
    witnesses = house.ledger.witnesses
    standings = {} if witnesses is None else witnesses.watched().standings
    published, alarms = _published(house)
    with house.database.reading() as transaction:
        size = transaction.ledger_size()
        found: dict[str, Any] = {
            "origin": house.ledger.key.name,
            "key": house.ledger.key,
            "earlier_keys": [k for k in house.ledger.keys(transaction) if k != house.ledger.key],
            "size": size,
            "root": _base64(root(size, transaction.ledger_node)),
            "published": published,
        }
    alarms += [one.trouble for one in standings.values() if one.forked]
    return {
        **found,
        "witnesses": [
            {"name": key.name, "key": key, "size": one.size, "state": _state(one, size)}
            for key, one in standings.items()
        ],
        "witnesses_needed": 0 if witnesses is None else witnesses.needed,
        "alarms": alarms,
    }


def _published(house: House) -> tuple[int | None, list[str]]:
    """Answer how many entries are published, and what is wrong with that."""
    try:
        return house.ledger.published_size(house.database), []
    except LogForked as error:
        return None, [str(error)]


def _state(standing: Standing, size: int) -> str:
    if standing.trouble:
        return standing.trouble
    return "cosigned all of it" if standing.size == size else "not asked since"


def _tell(found: dict[str, Any]) -> None:
    for alarm in found["alarms"]:
        errors.print(f"ALARM: {alarm}", style="bold red", markup=False, highlight=False)
    lines = [
        f"{found['origin']}: {found['size']} entries, {found['published']} published",
        f"root {found['root']}",
        f"key {found['key']}",
        *(f"earlier key {key}" for key in found["earlier_keys"]),
    ]
    for line in lines:
        console.print(line, soft_wrap=True, markup=False, highlight=False)
    if found["witnesses"]:
        rows = [[one["name"], str(one["size"]), one["state"]] for one in found["witnesses"]]
        title = f"{len(rows)} witnesses, {found['witnesses_needed']} needed"
        show_table(title, ["witness", "cosigned", "state"], rows)


def _base64(value: bytes) -> str:
    return b64encode(value).decode()
