"""Ask back before doing what cannot be undone, where it was heard in doubt."""

from unhear.answer.skill import SkillContext
from unhear.household.speech import CONFIRMED, Intent, Question, Reply


def doubted(intent: Intent, context: SkillContext, question: str) -> Reply | None:
    """Answer what to say instead of doing it, or None where it is meant.

    In doubt that is the question whether it was meant; it is done after a yes from who was asked.
    After a no nothing was done, which is said with the skill's reply `left`.
    """
    if CONFIRMED in intent.slots:
        return None if intent.slots[CONFIRMED] else Reply(context.say("left"))
    if context.sure:
        return None
    return Reply(question, question=Question(intent, CONFIRMED))
