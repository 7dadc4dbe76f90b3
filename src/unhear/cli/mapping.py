"""`unhear data-map`: what is kept, and why."""

import sys
from typing import Annotated

import typer
import yaml

from unhear.cli.output import Json, show_json, show_table
from unhear.house.data_map_pages import fideslang, markdown, rows


def data_map(
    *,
    as_markdown: Annotated[bool, typer.Option("--markdown", help="As a page.")] = False,
    as_fideslang: Annotated[
        bool, typer.Option("--fideslang", help="As a fideslang manifest (YAML).")
    ] = False,
    as_json: Json = False,
) -> None:
    """Say what is kept, of whom, why, for how long, and what makes it go."""
    if as_markdown:
        sys.stdout.write(markdown())
    elif as_fideslang:
        sys.stdout.write(yaml.safe_dump(fideslang(), sort_keys=False, allow_unicode=True))
    elif as_json:
        show_json({"kept": rows()})
    else:
        shown = [[row["place"], row["what"], row["stays"], row["goes"]] for row in rows()]
        show_table("What we keep", ["place", "what", "stays", "what makes it go"], shown)
