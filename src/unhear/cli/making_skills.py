"""`unhear skill new`: begin a skill of one's own."""

from importlib.resources import files
from keyword import iskeyword
from pathlib import Path
from string import Template
from typing import Annotated

import typer

from unhear.answer.registry import NAME, find_skills
from unhear.cli.output import Json, console, show_json

skill = typer.Typer(help="Make skills of your own.", no_args_is_help=True)

TEMPLATES = {
    "pyproject.toml": "pyproject.toml.txt",
    "src/unhear_{name}/__init__.py": "skill.py.txt",
    "src/unhear_{name}/py.typed": "",
    "src/unhear_{name}/sentences/en.yaml": "en.yaml.txt",
    "src/unhear_{name}/sentences/de.yaml": "de.yaml.txt",
    "tests/test_{name}.py": "test.py.txt",
}
"""What a new skill is made of, and the template of each file."""


@skill.callback()
def _skill() -> None:
    """Make skills of your own."""


@skill.command("new")
def new(
    name: Annotated[str, typer.Argument(help="Lower-case letters, digits and underscores.")],
    folder: Annotated[Path, typer.Option(help="Where its folder is made.")] = Path(),
    *,
    as_json: Json = False,
) -> None:
    """Make a skill package with sentences, replies and a test that passes."""
    words = {
        "name": name,
        "class": "".join(part.capitalize() for part in name.split("_")),
        "spoken": name.replace("_", " "),
    }
    if not NAME.fullmatch(name) or iskeyword(words["class"]):
        raise typer.BadParameter("a name is lower-case letters, digits and underscores")
    if name in {one.name for one in find_skills().all()}:
        raise typer.BadParameter(f"there is a skill called {name} already")
    place = folder / f"unhear-{name}"
    if place.exists():
        raise typer.BadParameter(f"{place} is there already; choose another name or folder")
    for path, template in TEMPLATES.items():
        file = place / path.format(name=name)
        file.parent.mkdir(parents=True, exist_ok=True)
        text = (files("unhear.cli") / "new_skill" / template).read_text() if template else ""
        file.write_text(Template(text).substitute(words))
    if as_json:
        show_json({"folder": place, "files": [path.format(name=name) for path in TEMPLATES]})
        return
    console.print(f"The skill {name} is made in {place}. Try it:\n")
    console.print(f"    pip install -e {place} && python -m pytest {place}", markup=False)
