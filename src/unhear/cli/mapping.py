"""`unhear data-map`: what is kept, and why."""

import sys
from typing import Annotated

import typer
import yaml

from unhear.answer.registry import find_skills
from unhear.cli.output import Json, show_json, show_table
from unhear.house.data_map_pages import FAMILY_HEAD, family, fideslang, markdown, rows


def data_map(
    *,
    as_markdown: Annotated[bool, typer.Option("--markdown", help="As a page.")] = False,
    as_fideslang: Annotated[
        bool, typer.Option("--fideslang", help="As a fideslang manifest (YAML).")
    ] = False,
    as_json: Json = False,
) -> None:
    """Say what is kept, why, for how long, and what makes it go; what installed skills keep too."""
    skills = find_skills().all()
    if as_markdown:
        sys.stdout.write(markdown(skills))
    elif as_fideslang:
        sys.stdout.write(yaml.safe_dump(fideslang(skills), sort_keys=False, allow_unicode=True))
    elif as_json:
        show_json({"kept": rows(skills)})
    else:
        show_table("What we keep and why", FAMILY_HEAD, family(skills))
