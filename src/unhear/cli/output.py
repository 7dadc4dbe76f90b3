"""How commands show what they found: a table for people, one JSON object for programs."""

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from unhear.house.house import House
from unhear.keep.age import Identity
from unhear.settings import Settings, read_settings

console = Console()
errors = Console(stderr=True)

Json = Annotated[bool, typer.Option("--json", help="Answer one JSON object.")]


def open_house(context: typer.Context) -> House:
    """Open the house that the command line names; it is closed when the command is done."""
    house = House(settings_of(context))
    context.call_on_close(house.close)
    return house


def settings_of(context: typer.Context) -> Settings:
    """Answer the settings of the house that the command line names."""
    house: Path | None = context.obj
    return read_settings(house)


def show_json(value: Mapping[str, Any]) -> None:
    """Print one JSON object."""
    sys.stdout.write(json.dumps(value, indent=2, ensure_ascii=False, default=str) + "\n")


def show_table(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table."""
    table = Table(title=title, title_justify="left")
    for column in columns:
        table.add_column(column)
    for row in rows:
        table.add_row(*row)
    console.print(table)


def show_rows(name: str, rows: Sequence[Mapping[str, str]], nothing: str, *, as_json: bool) -> None:
    """Print what is listed under its name, or for people that it is `nothing`."""
    if as_json:
        show_json({name: rows})
    elif not rows:
        console.print(nothing)
    else:
        show_table(f"{len(rows)} {name}", list(rows[0]), [list(row.values()) for row in rows])


def is_interactive() -> bool:
    """Whether a person sits at the terminal."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def passphrase_of(settings: Settings) -> str:
    """Answer the passphrase: from the settings, or from the person at the terminal."""
    if settings.passphrase is not None:
        return settings.passphrase.get_secret_value()
    if not is_interactive():
        raise typer.BadParameter(
            "the passphrase is needed: set UNHEAR_PASSPHRASE, or run this in a terminal"
        )
    answer: str = typer.prompt("Passphrase", hide_input=True)
    return answer


def unlock(house: House) -> Identity:
    """Answer the household's identity. Raises `WrongPassphrase`."""
    return house.identity.open_with_passphrase(passphrase_of(house.settings))
