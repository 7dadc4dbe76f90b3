"""Asking in writing; what is typed is answered, and never kept."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import StringConstraints

from unhear.household.words import PersonId
from unhear.understand.grammar import CHARACTERS_MAX
from unhear.web.api.fields import Answered, Taken
from unhear.web.microphone import BROWSER
from unhear.web.problems import Problem
from unhear.web.signed_in import Guardian

router = APIRouter(prefix="/ask", tags=["asking"])

NOT_AT_WORK = Problem(503, "not-at-work", "The house is still getting ready; ask again soon.")
Request = Annotated[str, StringConstraints(min_length=1, max_length=CHARACTERS_MAX)]


class Question(Taken):
    """What is asked."""

    text: Request


class Answer(Answered):
    """The answer, and what was understood."""

    reply: str
    intent: str | None
    asks: bool
    """Whether something is asked back."""

    reasons: tuple[str, ...]


@router.post("")
def ask(signed: Guardian, question: Question) -> Answer:
    """Ask for something in writing."""
    ways = signed.home.ways
    if ways is None:
        raise NOT_AT_WORK
    turn = ways.assistant.read(question.text, BROWSER, PersonId(signed.person.id), None)
    intent = turn.intent
    return Answer(
        reply=turn.reply.text,
        intent=None if intent is None else f"{intent.skill}.{intent.name}",
        asks=turn.reply.question is not None,
        reasons=turn.decision.reasons,
    )
