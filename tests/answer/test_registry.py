"""Skills are found by their entry points; a broken one of somebody else's stops nothing."""

import logging
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.skills.conversation import Talk
from unhear.answer import registry
from unhear.answer.errors import SkillBroken
from unhear.answer.registry import Skills, find_skills
from unhear.answer.skill import SkillContext
from unhear.forget.errors import Barred, HolderAway
from unhear.household.speech import Intent, Reply

SECRET = "purple wheelbarrow"


class Parrot:
    """A skill that raises what it is told to, with the words in the message."""

    remembers = ""
    sentences = Path()

    def __init__(self, name: str = "parrot", error: type[Exception] | None = None) -> None:
        self.name = name
        self.error = error
        self.ticked = 0

    def handle(self, intent: Intent, context: SkillContext) -> Reply:  # noqa: ARG002 - it only fails
        if self.error is not None:
            raise self.error(SECRET)
        return Reply("Hello.")

    def tick(self, context: SkillContext) -> None:  # noqa: ARG002 - it only fails
        self.ticked += 1
        if self.error is not None:
            raise self.error(SECRET)


def _answer(skill: Parrot) -> Reply:
    return Skills([skill]).answer(Intent(skill.name, "speak"), Talk()._context(skill.name))


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str, str], None]:
    """Put a module and its entry point where Python finds installed packages."""

    def put(point: str, module: str, code: str) -> None:
        (tmp_path / f"{module}.py").write_text(code)
        info = tmp_path / f"{module}-1.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {module}\nVersion: 1\n")
        (info / "entry_points.txt").write_text(f"[unhear.skills]\n{point} = {module}:Made\n")
        monkeypatch.delitem(sys.modules, module, raising=False)

    monkeypatch.syspath_prepend(tmp_path)
    return put


GOOD = """
from pathlib import Path
class Made:
    name = {name!r}
    remembers = ""
    sentences = Path(__file__).parent
    def handle(self, intent, context): ...
"""


def test_an_installed_skill_is_found(install: Callable[[str, str, str], None]) -> None:
    install("hum", "hum_skill", GOOD.format(name="hum"))
    assert "hum" in [skill.name for skill in find_skills().all()]


@pytest.mark.parametrize(
    "code",
    [
        "raise RuntimeError",
        "this is no python",
        "Made = None",
        GOOD.format(name="Not A Name"),
        GOOD.format(name="hum").replace("def handle", "def handles"),
        GOOD.format(name="hum").replace("Made", "Other"),
    ],
)
def test_a_broken_installed_skill_is_named_and_stops_nothing(
    code: str, install: Callable[[str, str, str], None], caplog: pytest.LogCaptureFixture
) -> None:
    install("hum", "hum_skill", code)
    names = [skill.name for skill in find_skills().all()]
    assert "hum" not in names
    assert "privacy" in names
    assert [getattr(record, "skill", "") for record in caplog.records] == ["hum"]


def test_an_installed_skill_cannot_take_the_place_of_our_own(
    install: Callable[[str, str, str], None], caplog: pytest.LogCaptureFixture
) -> None:
    install("aaa", "aaa_skill", GOOD.format(name="privacy"))
    skills = {skill.name: type(skill).__module__ for skill in find_skills().all()}
    assert skills["privacy"] == "unhear.skills.privacy"
    assert [record.message for record in caplog.records] == ["skill's name is taken"]


def test_a_broken_skill_of_our_own_stops_the_house(monkeypatch: pytest.MonkeyPatch) -> None:
    point = SimpleNamespace(name="timers", value="unhear.skills.nothing:Timers", load=_fail)
    monkeypatch.setattr(registry, "entry_points", lambda **_group: [point])
    with pytest.raises(SkillBroken, match="timers"):
        find_skills()


def _fail() -> None:
    raise ImportError


def test_an_unknown_request_is_answered_honestly() -> None:
    context = Talk()._context("")
    for intent in (None, Intent("nobody", "anything")):
        assert Skills([Parrot()]).answer(intent, context).text.startswith("Sorry, I did not under")


@pytest.mark.parametrize(
    ("error", "said", "keep"),
    [
        (ValueError, "Sorry, something went wrong", True),
        (HolderAway, "I could not finish forgetting", False),
        (Barred, "Somebody asked me to forget that", False),
    ],
)
def test_a_skill_that_fails_is_an_honest_sentence_and_a_log_line_without_words(
    error: type[Exception], said: str, *, keep: bool, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    reply = _answer(Parrot(error=error))
    assert reply.text.startswith(said)
    assert reply.keep is keep
    assert SECRET not in reply.text + "".join(str(record.__dict__) for record in caplog.records)


def test_a_failing_tick_stops_no_other_skill(caplog: pytest.LogCaptureFixture) -> None:
    skills = [Parrot("a"), Parrot("b", ValueError), Parrot("c")]
    Skills(skills).tick(Talk()._context)
    assert [skill.ticked for skill in skills] == [1, 1, 1]
    assert [getattr(record, "skill", "") for record in caplog.records] == ["b"]
    assert SECRET not in "".join(str(record.__dict__) for record in caplog.records)
