"""What staff of whoever runs the house ask for, were granted and looked at; and undoing a look."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from unhear.cli.forgetting import aware, keep_receipt
from unhear.cli.naming import ID_DIGITS, local, name_of, the_one
from unhear.cli.output import Json, console, open_house, show_json, show_rows, show_table
from unhear.forget.errors import NoSuchTrace
from unhear.forget.kept_receipts import file_name
from unhear.house.house import House

access = typer.Typer(
    help="What staff of whoever runs this house for you ask for, were let see, and looked at.",
    no_args_is_help=True,
)


@access.command("requests")
def requests(context: typer.Context, *, as_json: Json = False) -> None:
    """List who asked for what, and what was decided. Granting needs a guardian's browser."""
    house = open_house(context)
    rows = [
        {
            "id": _short(one.id, as_json=as_json),
            "staff": one.staff.id,
            "name": one.staff.name,
            "role": one.staff.role.value,
            "purpose": one.reason.purpose.value,
            "ticket": one.reason.ticket,
            "why": one.reason.why,
            "asked": _moment(house, one.asked_at, as_json=as_json),
            "state": house.access.state(one).value,
            "by": "" if one.by is None else name_of(house, one.by),
        }
        for one in house.access.requests()
    ]
    show_rows("requests", rows, "Nobody asked.", as_json=as_json)


@access.command("grants")
def grants(context: typer.Context, *, as_json: Json = False) -> None:
    """List what staff may open now, and until when."""
    house = open_house(context)
    rows = [
        {
            "id": _short(one.id, as_json=as_json),
            "staff": one.staff.staff.id,
            "name": one.staff.staff.name,
            "ticket": one.staff.reason.ticket,
            "recording": _short(one.recording, as_json=as_json),
            "until": _moment(house, one.expires_at, as_json=as_json),
            "opened": str(one.opened),
        }
        for one in house.access.grants()
        if one.staff is not None
    ]
    show_rows("grants", rows, "Staff may open nothing.", as_json=as_json)


@access.command("looks")
def looks(context: typer.Context, *, as_json: Json = False) -> None:
    """List who of the staff opened what, when, and for which ticket."""
    house = open_house(context)
    rows = [
        {
            "at": _moment(house, one.at, as_json=as_json),
            "staff": one.staff.id,
            "name": one.staff.name,
            "role": one.staff.role.value,
            "operator": one.operator,
            "ticket": one.ticket,
            "recording": _short(one.recording, as_json=as_json),
            "device": one.device,
            "seconds": f"{one.seconds:.0f}",
            "entry": str(one.entry),
        }
        for one in house.access.looks()
    ]
    show_rows("looks", rows, "Nobody looked.", as_json=as_json)


@access.command("revoke")
def revoke(
    context: typer.Context,
    grant: Annotated[str, typer.Argument(help="The first digits of its id; see `access grants`.")],
    *,
    as_json: Json = False,
) -> None:
    """End a grant now: its key is destroyed."""
    house = open_house(context)
    found = the_one(house.access.grants(), grant, "grant", "access grants")
    receipt = house.access.revoke(found.id)
    if as_json:
        show_json({"revoked": found.id.hex(), "receipt": receipt.proof.index})
    else:
        console.print("It is over. Its receipt is among `unhear receipts`.")


@access.command("undo")
def undo(
    context: typer.Context,
    *,
    staff: Annotated[str, typer.Option(help="Who looked: their id; see `access looks`.")],
    since: Annotated[datetime | None, typer.Option(help="Looks from this moment on.")] = None,
    until: Annotated[datetime | None, typer.Option(help="Looks up to this moment.")] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be erased, and erase nothing.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Forget what somebody should not have seen: recordings, grants of them, and what they taught.

    What they saw is read from the receipts of their looks. What was learned of it becomes what it
    would be had the house never heard it.
    """
    house = open_house(context)
    seen = house.undoing.seen(staff, aware(house, since), aware(house, until))
    kept = house.undoing.would_erase(seen, house.clock())
    told = {kind.value: count for kind, count in kept.items()}
    if not seen or not kept:
        raise NoSuchTrace(
            "nothing that this member of staff saw is kept any more"
            if seen
            else "no look of this member of staff is stated in that time"
        )
    if dry_run:
        _tell_kept(told, len(seen), as_json=as_json)
        return
    receipt = house.undoing.undo(seen)
    file = file_name(receipt)
    keep_receipt(house, Path(file), receipt)
    if as_json:
        show_json({"seen": len(seen), "erased": told, "receipt": file, "key": house.ledger.key})
    else:
        _tell_kept(told, len(seen), as_json=False)
        console.print(f"All of it is forgotten. The receipt is {file}.")


def _tell_kept(told: dict[str, int], seen: int, *, as_json: bool) -> None:
    if as_json:
        show_json({"seen": seen, "would_erase": told})
        return
    rows = [[kind, str(count)] for kind, count in told.items()]
    show_table(f"Of {seen} recordings that were seen there is kept", ["what", "how many"], rows)


def _short(trace: bytes, *, as_json: bool) -> str:
    return trace.hex() if as_json else trace.hex()[:ID_DIGITS]


def _moment(house: House, at: datetime, *, as_json: bool) -> str:
    return at.isoformat() if as_json else local(house, at)
