"""The console has every word it needs, in every language that it speaks."""

import re
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

import pytest
import yaml

import unhear.web
from unhear.web.pages.render import FOLDER, LANGUAGES, words_in
from unhear.web.problems import Problem

SCRIPTS = Path(__file__).parents[2] / "console" / "src"
SAID = re.compile(r"""\bsay\(\s*"(\w+)"|\bsay\([^"()]*\? "(\w+)" : "(\w+)\"""")
NEVER_SHOWN = {
    "no-model",
    "no-such-verifier",
    "not-a-home",
    "wrong-cursor",
    "wrong-press-token",
    "wrong-range",
}
"""Refused to programs alone; no page asks for it."""


def _keys(language: str) -> set[str]:
    """Answer what can be said; words of the house itself need no table in its own language."""
    content = yaml.safe_load((FOLDER / "words" / f"{language}.yaml").read_text())["replies"]
    return set(content) | {f"script {key}" for key in content["script"]}


def test_the_languages_say_the_same_things() -> None:
    first, *others = (_keys(language) for language in LANGUAGES)
    assert all(other == first for other in others)


@pytest.mark.parametrize("language", LANGUAGES)
def test_scripts_find_their_words(language: str) -> None:
    said = {
        word
        for file in SCRIPTS.glob("*.ts")
        for found in SAID.finditer(file.read_text())
        for word in found.groups()
        if word
    }
    assert len(said) > 20
    assert said - set(words_in(language).for_scripts()) == set()


def test_every_problem_that_a_page_can_show_is_told_in_german() -> None:
    modules = [import_module(one.name) for one in walk_packages(unhear.web.__path__, "unhear.web.")]
    kinds = {
        value.kind
        for module in modules
        for value in vars(module).values()
        if isinstance(value, Problem)
    }
    assert len(kinds) > 20
    told = set(words_in("de").table("problems"))
    assert kinds - told - NEVER_SHOWN == set()
