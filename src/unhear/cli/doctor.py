"""`unhear doctor`: a check-up of the house and what it stands on."""

import typer

from unhear.cli.output import Json, open_house, settings_of, show_json, show_table
from unhear.house.advice import Health
from unhear.house.doctor import examine

FAILED = 1
MARKS = {
    Health.OK: "[green]ok[/green]",
    Health.WARNING: "[yellow]warning[/yellow]",
    Health.WRONG: "[bold red]wrong[/bold red]",
}


def doctor(context: typer.Context, *, as_json: Json = False) -> None:
    """Check the keeper of the root key, disk, clock, swap and everything that `audit` checks.

    Exits with 1 when something is wrong; warnings alone are no failure.
    """
    found = list(examine(settings_of(context), lambda: open_house(context)))
    well = all(one.health is not Health.WRONG for one in found)
    if as_json:
        rows = [
            {"check": one.check, "health": one.health, "seen": one.seen, "todo": one.todo}
            for one in found
        ]
        show_json({"ok": well, "findings": rows})
    else:
        columns = ["check", "", "seen", "what to do"]
        shown = [[one.check, MARKS[one.health], one.seen, one.todo] for one in found]
        show_table("Check-up", columns, shown)
    if not well:
        raise typer.Exit(FAILED)
