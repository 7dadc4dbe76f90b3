"""`unhear desk`: where an operator's staff ask homes to show recordings."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from unhear.cli.output import Json, console, show_json, show_table
from unhear.desk.app import desk_app
from unhear.desk.desk import Desk, open_desk
from unhear.desk.key import home_lines, public_text
from unhear.desk.managing import totals
from unhear.desk.people import COMMAND_LINE, INVITED_HOURS_MAX, Member
from unhear.household.staff import Role
from unhear.web.serving import serve

desk = typer.Typer(
    help="Let an operator's staff ask homes to show recordings, and see what families granted. "
    "Only for who runs homes for others; nobody else needs it.",
    no_args_is_help=True,
)

Id = Annotated[str, typer.Argument(help="Whose, as `unhear desk staff` lists them.")]


@desk.callback()
def _folder(
    context: typer.Context,
    folder: Annotated[Path, typer.Option("--folder", help="Where the desk is; not a house's.")],
) -> None:
    context.obj = folder


@desk.command("run")
def run(context: typer.Context, *, as_json: Json = False) -> None:
    """Serve the desk until stopped. The first time, its key is made.

    Its settings stand in desk.toml in the folder: name, origin, page (HOST:PORT), [[homes]] with id
    and url each and, where staff sign in elsewhere first, [oidc] with issuer, client_id and secret.
    What each home needs in its own settings is printed.
    """
    opened = _opened(context)

    def ready(_url: str) -> None:
        if as_json:
            told = {"desk": opened.origin, "key": public_text(opened.key)}
            show_json({"serves": opened.origin, "staff": {**told, "name": opened.settings.name}})
            return
        console.print(f"The desk answers at {opened.origin}", soft_wrap=True, markup=False)
        console.print("\nIn the settings of each home that it may ask:\n")
        lines = home_lines(opened.origin, opened.key, opened.settings.name)
        console.print(lines, soft_wrap=True, markup=False, highlight=False)

    serve(desk_app(opened), opened.settings.page, ready)


@desk.command("invite")
def invite(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="What families are told they are called.")],
    *,
    role: Annotated[Role, typer.Option(help="What their work is.")],
    login: Annotated[
        str | None, typer.Option(help="Their address at the [oidc] issuer, which then names them.")
    ] = None,
    hours: Annotated[
        int, typer.Option(min=1, max=INVITED_HOURS_MAX, help="For how long it serves, once.")
    ] = 48,
    as_json: Json = False,
) -> None:
    """Invite somebody to work at this desk; the link is told once."""
    opened = _opened(context)
    if login is not None and opened.oidc is None:
        raise typer.BadParameter("--login needs [oidc] in desk.toml: who else would know them?")
    within = timedelta(hours=hours)
    member, token = opened.people.invite(name, role, login=login, within=within)
    _tell_invited(opened, member, token, as_json=as_json)


@desk.command("invite-anew")
def invite_anew(context: typer.Context, staff: Id, *, as_json: Json = False) -> None:
    """Let somebody join again who lost their passkey.

    The old one, its sessions and its key are over now: what was granted to them opens no more.
    """
    opened = _opened(context)
    member, token = opened.people.invite_anew(staff)
    _tell_invited(opened, member, token, as_json=as_json)


@desk.command("staff")
def staff_list(context: typer.Context, *, as_json: Json = False) -> None:
    """List who works at this desk."""
    opened = _opened(context)
    people = opened.people.all()
    if as_json:
        show_json({"staff": [_told(one) for one in people]})
        return
    rows = [[one.id, one.name, one.role.value, _standing(one)] for one in people]
    show_table(opened.settings.name, ["id", "name", "role", ""], rows)


@desk.command("suspend")
def suspend(
    context: typer.Context,
    staff: Id,
    *,
    why: Annotated[str, typer.Option(help="Why, for who reads it later.")] = "by an operator",
    as_json: Json = False,
) -> None:
    """Keep somebody out at once, also where they are signed in."""
    member = _opened(context).people.suspend(staff, why, COMMAND_LINE)
    _tell(member, f"{member.name} is suspended, and opens nothing any more.", as_json=as_json)


@desk.command("reinstate")
def reinstate(context: typer.Context, staff: Id, *, as_json: Json = False) -> None:
    """Let somebody in again who was suspended."""
    member = _opened(context).people.reinstate(staff, COMMAND_LINE)
    _tell(member, f"{member.name} may sign in again.", as_json=as_json)


@desk.command("counts")
def counts(context: typer.Context, *, as_json: Json = False) -> None:
    """Say how often homes were asked and looked into; the same that /counts tells everybody."""
    opened = _opened(context)
    homes = opened.requests.counts()
    total = totals(homes)
    if as_json:
        show_json({"total": total, "homes": homes})
        return
    whats = ("requests", "grants", "looks")
    rows = [[home, *(str(one[what]) for what in whats)] for home, one in homes.items()]
    rows.append(["all", *(str(total[what]) for what in whats)])
    show_table(opened.settings.name, ["home", *whats], rows)


def _opened(context: typer.Context) -> Desk:
    """Open the desk that the command line names; it is closed when the command is done."""
    opened = open_desk(context.obj)
    context.call_on_close(opened.close)
    return opened


def _tell_invited(opened: Desk, member: Member, token: str | None, *, as_json: bool) -> None:
    link = None if token is None else f"{opened.origin}/join#{token}"
    if as_json:
        show_json({**_told(member), "link": link})
    elif link is None:
        console.print(f"{member.name} signs in at the issuer, as {member.login}.", markup=False)
    else:
        console.print(f"Give this link to {member.name}; it serves once:\n", markup=False)
        console.print(link, soft_wrap=True, markup=False, highlight=False)


def _tell(member: Member, line: str, *, as_json: bool) -> None:
    if as_json:
        show_json(_told(member))
    else:
        console.print(line, markup=False)


def _told(member: Member) -> dict[str, object]:
    return {
        "id": member.id,
        "name": member.name,
        "role": member.role.value,
        "login": member.login,
        "joined": member.joined,
        "suspended": member.suspended,
    }


def _standing(member: Member) -> str:
    if member.suspended is not None:
        return f"suspended: {member.suspended}"
    return "joined" if member.joined else "invited"
