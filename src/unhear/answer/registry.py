"""Which skills there are, and who answers what."""

import logging
import re
from collections.abc import Callable, Sequence
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

from unhear.answer.errors import AnswerError, SkillBroken
from unhear.answer.languages import WORDINGS
from unhear.answer.replies import Replies, load_replies
from unhear.answer.skill import Skill, SkillContext, Ticking
from unhear.forget.errors import Barred, ForgetError
from unhear.household.speech import Intent, Reply

log = logging.getLogger(__name__)

GROUP = "unhear.skills"
OWN_PACKAGE = "unhear."

NAME = re.compile(r"[a-z][a-z0-9_]*")

SENTENCES = Path(__file__).parent / "sentences"
"""What is said where no skill has an answer."""


class Skills:
    """The skills of a house, by name."""

    def __init__(self, skills: Sequence[Skill], language: str = "en") -> None:
        """Read their replies in `language`. Raises `SkillBroken`."""
        wording = WORDINGS[language]
        self._skills = {skill.name: skill for skill in skills}
        self._own = load_replies("registry", SENTENCES, language, wording)
        self._replies = {
            skill.name: load_replies(skill.name, skill.sentences, language, wording)
            for skill in skills
        }

    def all(self) -> Sequence[Skill]:
        """Answer the skills, in the order of their names."""
        return [self._skills[name] for name in sorted(self._skills)]

    def remembers(self, skill: str) -> str:
        """Answer what a skill says it keeps in its memory; empty if nothing, or if unknown."""
        return self._skills[skill].remembers if skill in self._skills else ""

    def replies(self, skill: str) -> Replies:
        """Answer what a skill says; for no skill, what is said in its place."""
        return self._replies.get(skill, self._own)

    def answer(self, intent: Intent | None, context: SkillContext) -> Reply:
        """Answer what the intent's skill says; an honest sentence where there is none."""
        if intent is None or intent.skill not in self._skills:
            return Reply(self._own("unknown"))
        try:
            return self._skills[intent.skill].handle(intent, context)
        except Barred:
            return Reply(self._own("not_remembered"), keep=False)
        except ForgetError as error:
            # The error's words may name ids, never what was said; still only its kind is logged.
            log.warning("erasure unfinished", extra={"error": type(error).__name__})
            return Reply(self._own("not_forgotten_yet"), keep=False)
        except Exception as error:  # noqa: BLE001 - a skill must not stop the house
            log.error("skill failed", extra=_kind(intent.skill, error))  # noqa: TRY400 - words
            return Reply(self._own("failed"))

    def tick(self, context_of: Callable[[str], SkillContext]) -> None:
        """Let every skill do what has fallen due, in the context `context_of` answers for it.

        One that fails is named in the log and stops no other.
        """
        for skill in self.all():
            if not isinstance(skill, Ticking):
                continue
            try:
                skill.tick(context_of(skill.name))
            except Exception as error:  # noqa: BLE001 - a skill must not stop the house
                log.error("skill's tick failed", extra=_kind(skill.name, error))  # noqa: TRY400 - words


def find_skills(language: str = "en") -> Skills:
    """Answer the installed skills (entry points of the group `unhear.skills`).

    A broken skill of somebody else's, or one that takes the name of another, is named in the log
    and left out; a skill of our own keeps its name. Raises `SkillBroken` when one of our own is
    broken.
    """
    found: dict[str, Skill] = {}
    points = sorted(entry_points(group=GROUP), key=lambda one: (not _is_own(one), one.name))
    for point in points:
        skill = _made(point)
        if skill is None:
            continue
        if skill.name in found:
            log.error("skill's name is taken", extra={"skill": point.name, "taken": skill.name})
            continue
        found[skill.name] = skill
    return Skills(list(found.values()), language)


def _is_own(point: EntryPoint) -> bool:
    return point.value.startswith(OWN_PACKAGE)


def _made(point: EntryPoint) -> Skill | None:
    try:
        make: Callable[[], Skill] = point.load()
        return _checked(make())
    except Exception as error:
        if _is_own(point):
            raise SkillBroken(f"the skill {point.name} that comes with unhear is broken") from error
        log.error("skill cannot be loaded", extra=_kind(point.name, error))  # noqa: TRY400 - words
        return None


def _checked(skill: Skill) -> Skill:
    """Answer `skill`, having looked at all that will be asked of it."""
    if not NAME.fullmatch(skill.name):
        raise AnswerError("a skill's name is lower-case letters, digits and underscores")
    _ = skill.sentences, skill.handle, skill.remembers
    return skill


def _kind(skill: str, error: Exception) -> dict[str, str]:
    """Answer what is logged of a failure: the rest of the error could hold words."""
    return {"skill": skill, "error": type(error).__name__}
