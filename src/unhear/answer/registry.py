"""Which skills there are, and who answers what."""

import logging
from collections.abc import Callable, Sequence
from importlib.metadata import EntryPoint, entry_points

from unhear.answer.skill import Skill, SkillContext
from unhear.forget.errors import ForgetError
from unhear.household.speech import Intent, Reply

log = logging.getLogger(__name__)

GROUP = "unhear.skills"
OWN_PACKAGE = "unhear."

UNKNOWN = (
    "Sorry, I did not understand that. I can tell the time, set timers, do sums, convert units, "
    "keep a shopping list, and forget what you said."
)
FAILED = "Sorry, something went wrong with that, so I may not have done it."
NOT_FORGOTTEN_YET = (
    "I could not finish forgetting just now. Nothing more is learned from it, and I will go on as "
    "soon as I can."
)


class SkillBroken(Exception):
    """A skill that comes with unhear cannot be loaded."""


class Skills:
    """The skills of a house, by name."""

    def __init__(self, skills: Sequence[Skill]) -> None:
        self._skills = {skill.name: skill for skill in skills}

    def all(self) -> Sequence[Skill]:
        """Answer the skills, in the order of their names."""
        return [self._skills[name] for name in sorted(self._skills)]

    def answer(self, intent: Intent | None, context: SkillContext) -> Reply:
        """Answer what the intent's skill says; an honest sentence where there is none."""
        if intent is None or intent.skill not in self._skills:
            return Reply(UNKNOWN)
        try:
            return self._skills[intent.skill].handle(intent, context)
        except ForgetError as error:
            # The error's words may name ids, never what was said; still only its kind is logged.
            log.warning("erasure unfinished", extra={"error": type(error).__name__})
            return Reply(NOT_FORGOTTEN_YET, keep=False)
        except Exception as error:  # noqa: BLE001 - a skill must not stop the house
            log.error(  # noqa: TRY400 - a traceback could hold words
                "skill failed", extra={"skill": intent.skill, "error": type(error).__name__}
            )
            return Reply(FAILED)


def find_skills() -> Skills:
    """Answer the installed skills (entry points of the group `unhear.skills`).

    A broken skill of somebody else's is named in the log and left out. Raises `SkillBroken` when
    one of our own is broken.
    """
    points = sorted(entry_points(group=GROUP), key=lambda point: point.name)
    return Skills([skill for point in points if (skill := _made(point)) is not None])


def _made(point: EntryPoint) -> Skill | None:
    try:
        make: Callable[[], Skill] = point.load()
        return make()
    except Exception as error:
        if point.value.startswith(OWN_PACKAGE):
            raise SkillBroken(f"the skill {point.name} that comes with unhear is broken") from error
        log.error(  # noqa: TRY400 - the skill's name says enough
            "skill cannot be loaded", extra={"skill": point.name, "error": type(error).__name__}
        )
        return None
