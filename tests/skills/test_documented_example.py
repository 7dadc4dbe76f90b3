"""The skill in docs/skills.md works as it stands there."""

import re
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.skills.conversation import Talk
from unhear.answer.registry import Skills
from unhear.understand.grammar import Grammar

PAGE = Path(__file__).parents[2] / "docs" / "skills.md"


def test_the_whole_skill_on_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code, sentences = (
        re.search(rf"```{language}\n(.*?)```", PAGE.read_text(), re.DOTALL)
        for language in ("python", "yaml")
    )
    assert code is not None
    assert sentences is not None
    package = tmp_path / "unhear_dice"
    (package / "sentences").mkdir(parents=True)
    (package / "__init__.py").write_text(code[1])
    (package / "sentences" / "en.yaml").write_text(sentences[1])
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "unhear_dice", raising=False)
    import unhear_dice  # type: ignore[import-not-found]  # noqa: PLC0415 - made just now

    dice = unhear_dice.Dice()
    grammar = Grammar([dice])
    for said, sides in (("Roll the dice.", 6), ("roll a twenty sided die", 20)):
        intent = grammar.interpret(said)
        assert intent is not None
        answer = Skills([dice]).answer(intent, Talk()._context("dice")).text
        number = re.fullmatch(r"You rolled a (\d+)\.", answer)
        assert number is not None
        assert 1 <= int(number[1]) <= sides


def test_the_spotting_on_the_page(tmp_path: Path) -> None:
    sentences = re.findall(r"```yaml\n(.*?)```", PAGE.read_text(), re.DOTALL)[1]
    (tmp_path / "en.yaml").write_text(sentences)
    grammar = Grammar([SimpleNamespace(name="drinks", sentences=tmp_path)])
    intent = grammar.interpret("Can I have a latte, twelve ounces?")
    assert intent is not None
    assert dict(intent.slots) == {"coffeeDrink": "latte", "size": "twelve ounce"}
    assert grammar.interpret("I spilled my latte") is None


def test_the_lists_on_the_page(tmp_path: Path) -> None:
    lists = re.findall(r"^\| `(\{.*?\})` \|", PAGE.read_text(), re.MULTILINE)
    said = [
        "very big",
        "12",
        "minus two point five",
        "an hour and a half",
        "half past seven",
        "the third of may",
        "big",
    ]
    meant = ["large", 12, -2.5, 5400, "7:30", "05-03", "big"]
    assert len(lists) == len(said)
    for one, words, value in zip(lists, said, meant, strict=True):
        text = f'intents: {{try: ["take {{it}}"]}}\nlists:\n  it: {one}\n'
        (tmp_path / "en.yaml").write_text(text)
        intent = Grammar([SimpleNamespace(name="try", sentences=tmp_path)]).interpret(
            f"take {words}"
        )
        assert intent is not None
        assert dict(intent.slots) == {"it": value}
