"""`unhear setup`: make a household."""

from typing import Annotated

import typer

from unhear.cli.keeping_roots import described, show_keeper
from unhear.cli.output import Json, console, is_interactive, passphrase_of, settings_of, show_json
from unhear.house.setup import SetupPlan, set_up
from unhear.household.retention import CHILD_PROFILE_DAYS_MAX, DAYS_MAX, Retention
from unhear.keep.passphrases import require_unguessable


def setup(
    context: typer.Context,
    *,
    name: Annotated[str, typer.Option(help="What the household is called.")] = "Home",
    guardian: Annotated[str, typer.Option(help="Who decides for it.")] = "Guardian",
    adult: Annotated[list[str] | None, typer.Option(help="Another adult; repeatable.")] = None,
    child: Annotated[list[str] | None, typer.Option(help="A child; repeatable.")] = None,
    keep: Annotated[
        bool, typer.Option("--keep/--no-keep", help="Consent to keep what adults say, sealed.")
    ] = False,
    keep_children: Annotated[
        bool, typer.Option("--keep-children/--forget-children", help="The same for children.")
    ] = False,
    days: Annotated[int, typer.Option(min=1, max=DAYS_MAX, help="How long recordings stay.")] = 30,
    child_profile_days: Annotated[
        int,
        typer.Option(
            min=1, max=CHILD_PROFILE_DAYS_MAX, help="How long a child's unused profile stays."
        ),
    ] = 90,
    keeper: Annotated[
        str | None,
        typer.Option(help="What holds the root key; a folder beside the data if unsaid."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Make a household: its keys, its people, and what you consent to.

    Without --keep everything is answered and then forgotten.
    """
    settings = settings_of(context)
    passphrase = passphrase_of(settings)
    if settings.passphrase is None and is_interactive():
        again: str = typer.prompt("The same again", hide_input=True)
        if again != passphrase:
            raise typer.BadParameter("the two passphrases differ")
    require_unguessable(passphrase, [name, guardian, *(adult or ()), *(child or ())])
    plan = SetupPlan(
        name=name,
        guardian=guardian,
        adults=tuple(adult or ()),
        children=tuple(child or ()),
        keep=keep,
        keep_children=keep_children,
        retention=Retention(days, child_profile_days=child_profile_days),
        keeper=keeper,
    )
    made = set_up(settings, plan, passphrase)
    if as_json:
        show_json(
            {
                "house": settings.house,
                "recovery_phrase": made.recovery_phrase,
                "log_key": made.log_key,
                "keeper": described(made.keeper),
            }
        )
        return
    console.print(f"[bold]{name}[/bold] is set up in {settings.house}.\n")
    console.print("Write these twelve words on paper. They open your recordings if you forget the")
    console.print("passphrase, and they are never shown again:\n")
    console.print(f"    [bold]{made.recovery_phrase}[/bold]\n")
    console.print("Receipts verify with this public key; keep a copy elsewhere:\n")
    console.print(f"    {made.log_key}\n", soft_wrap=True)
    show_keeper(made.keeper)
    console.print(
        f"\nBack up {settings.data_folder}, never what the root key lies in: what you forget\n"
        "stays forgotten only if no copy of the root key is kept."
    )
