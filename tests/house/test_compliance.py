"""The page on compliance names every requirement and rule, and no test that is not there."""

import ast
import re
from pathlib import Path

import pytest

from unhear.house.evidence.rules import REQUIREMENTS, Rule

TESTS = Path(__file__).parents[1]
PAGE = (TESTS.parent / "docs" / "compliance.md").read_text()
NAMED = sorted(set(re.findall(r"`([\w/]+\.py)::(test_\w+)`", PAGE)))
SERIES = {"AMZ": 9, "RNG": 11, "COP": 15, "GD": 5, "UK": 1, "CA": 1, "BI": 1, "DI": 1, "NI": 1}
NUMBERS = {f"{name}-{n}" for name, last in SERIES.items() for n in range(1, last + 1)} | {"DO-1"}
LINES = dict(re.findall(r"^\| ([A-Z]+-\d+) \| (.*)$", PAGE, re.MULTILINE))


@pytest.mark.parametrize("file", sorted({file for file, _ in NAMED}))
def test_every_test_that_the_page_names_is_there(file: str) -> None:
    tree = ast.parse((TESTS / file).read_text())
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    there = {node.name for node in tree.body if isinstance(node, functions)}
    assert {test for named, test in NAMED if named == file} <= there


def test_every_requirement_has_a_line_with_a_test() -> None:
    assert set(LINES) == NUMBERS
    assert [number for number, line in LINES.items() if "::test_" not in line] == []


def test_every_rule_has_a_line_with_the_requirements_it_serves() -> None:
    lines = dict(re.findall(r"^\| `([A-Z_]+)` \| .* \| (.*) \|$", PAGE, re.MULTILINE))
    assert lines == {rule.name: ", ".join(REQUIREMENTS[rule]) for rule in Rule}
    assert {one for served in REQUIREMENTS.values() for one in served} <= NUMBERS
