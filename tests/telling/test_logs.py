"""How lines are logged, and that our own code says nothing but constants and known keys."""

import ast
import logging
import sys
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest

import unhear
from unhear.telling.extra import ExtraMissing
from unhear.telling.logs import KEYS, CommandLines, logging_as

SOURCE = Path(unhear.__file__).parent
OWN = str(SOURCE / "x.py")
METHODS = {"debug", "info", "warning", "error", "exception", "critical"}


def _calls() -> Iterator[tuple[str, ast.Call]]:
    for file in sorted(SOURCE.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text())):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in METHODS
                and isinstance(node.func.value, ast.Name)
                and node.func.value.id == "log"
            ):
                yield f"{file.relative_to(SOURCE)}:{node.lineno}", node


def _keys(given: ast.expr) -> set[str] | None:
    """The keys of a dictionary that is written out; None for another expression."""
    if not isinstance(given, ast.Dict):
        return None
    return {str(one.value) for one in given.keys if isinstance(one, ast.Constant)}


def test_our_lines_are_constant_sentences_and_known_keys() -> None:
    calls = list(_calls())
    assert len(calls) > 40
    for place, call in calls:
        (sentence,) = call.args
        assert isinstance(sentence, ast.Constant), place
        assert [one.arg for one in call.keywords] in ([], ["extra"]), place
        for keyword in call.keywords:
            keys = _keys(keyword.value)
            assert keys is None or keys <= KEYS, place


def test_no_other_key_is_written() -> None:
    stream = StringIO()
    code = compile("log.warning('it is so', extra={'device': 'gazebo', 'skill': 'x'})", OWN, "exec")
    with logging_as("text", stream):
        exec(code, {"log": logging.getLogger("unhear.x")})  # noqa: S102 - as if it were ours
    assert stream.getvalue() == "WARNING unhear.x: it is so (skill x)\n"


def test_who_types_a_command_reads_what_others_say_and_why_ours_failed() -> None:
    stream = StringIO()
    lines = logging.StreamHandler(stream)
    lines.setFormatter(CommandLines())
    code = compile("log.warning('it failed', extra={'error': 'OSError'})", OWN, "exec")
    log = logging.getLogger("unhear.x")
    log.addHandler(lines)
    exec(code, {"log": log})  # noqa: S102 - as if it were ours
    log.warning("the port of %s is taken", "another")
    log.removeHandler(lines)
    assert stream.getvalue().splitlines() == [
        "WARNING unhear.x: it failed (error OSError)",
        "WARNING unhear.x: the port of another is taken",
    ]


def test_json_without_the_extra_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "structlog", None)
    with (
        pytest.raises(ExtraMissing, match=r"pip install 'unhear\[service\]'"),
        logging_as("json", StringIO()),
    ):
        pytest.fail("nothing is to be written without it")


def test_what_cannot_be_written_is_not_shown(capsys: pytest.CaptureFixture[str]) -> None:
    stream = StringIO()
    stream.close()
    with logging_as("text", stream):
        logging.getLogger("some.library").error("the wheelbarrow of %s", "Ada")
    said = capsys.readouterr().err
    assert said.startswith("unhear: a log line of test_logs.py:")
    assert "wheelbarrow" not in said
