"""Show a recording to somebody who does not live here, by a link, and take that back."""

from base64 import urlsafe_b64encode
from typing import Annotated

import typer

from unhear.cli.naming import ID_DIGITS, guardian_here, local, the_one
from unhear.cli.output import Json, console, open_house, show_json, show_rows, unlock
from unhear.forget.database import TraceKind
from unhear.house.grants import Terms
from unhear.house.house import House
from unhear.household.words import TraceId
from unhear.keep import age
from unhear.keep.grants import DAYS_MAX
from unhear.settings import Settings


def share(
    context: typer.Context,
    recording: Annotated[str, typer.Argument(help="The first digits of its id.")],
    *,
    whom: Annotated[str, typer.Option("--for", help="For whom, such as the neighbour.")],
    why: Annotated[str, typer.Option(help="Why, such as what happened.")],
    days: Annotated[int, typer.Option(min=1, max=DAYS_MAX, help="For how many days.")] = 2,
    as_json: Json = False,
) -> None:
    """Make a link that shows a recording to whoever has it, for some days (asks the passphrase).

    The key is behind its #. It is told now and never again; the house does not keep it.
    """
    house = open_house(context)
    trace = house.catalogue.find(recording)
    identity, stranger = unlock(house), age.Identity.generate()
    headers = [age.rewrap(one, identity, [stranger.recipient]) for one in _headers(house, trace)]
    made = house.grants.make(guardian_here(house), trace, headers, Terms(whom, why, days))
    key = urlsafe_b64encode(stranger.secret).decode().rstrip("=")
    link = f"{_origin(house.settings)}/shared/{made.id.hex()}#{key}"
    if as_json:
        show_json({"id": made.id.hex(), "link": link, "until": made.expires_at.isoformat()})
        return
    console.print(link, soft_wrap=True, markup=False, highlight=False)
    console.print(
        f"It shows the recording until {local(house, made.expires_at)} to whoever has it."
    )
    console.print(f"Take it back with:  unhear unshare {made.id.hex()[:ID_DIGITS]}")


def shares(context: typer.Context, *, as_json: Json = False) -> None:
    """List what is shared by links: with whom, why, until when, and how often it was opened."""
    house = open_house(context)
    rows = [
        {
            "id": one.id.hex() if as_json else one.id.hex()[:ID_DIGITS],
            "recording": one.recording.hex()[:ID_DIGITS],
            "for": one.whom,
            "why": one.why,
            "until": one.expires_at.isoformat() if as_json else local(house, one.expires_at),
            "opened": str(one.opened),
        }
        for one in house.grants.all()
    ]
    show_rows("shares", rows, "Nothing is shared.", as_json=as_json)


def unshare(
    context: typer.Context,
    share: Annotated[str, typer.Argument(help="The first digits of its id; see `shares`.")],
    *,
    as_json: Json = False,
) -> None:
    """Take back what was shared: the link shows nothing from now on."""
    house = open_house(context)
    found = the_one(house.grants.all(), share, "link", "shares")
    receipt = house.grants.take_back(found.id)
    if as_json:
        show_json({"taken_back": found.id.hex(), "receipt": receipt.proof.index})
    else:
        console.print("Taken back. Its receipt is among `unhear receipts`.")


def _headers(house: House, trace: TraceId) -> list[bytes]:
    """Answer the headers of a clip's pieces, or the one of a sound."""
    with house.database.reading() as transaction:
        row = transaction.trace(house.household.id, trace)
    if row is not None and row.kind is TraceKind.CLIP:
        return [piece.header for piece in house.clips.film(trace).pieces]
    return [house.catalogue.parts(trace)[0]]


def _origin(settings: Settings) -> str:
    """Answer the console's address in browsers; without `origin` it is this machine's own."""
    return settings.origin or f"http://localhost:{settings.page.rpartition(':')[2]}"
