"""Ask a language model on another server what no skill knows; off until set, and consented to.

The words leave the assistant: only a person for whom a guardian has consented to sharing is
answered so. The server speaks the chat completions interface of OpenAI.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx2

from unhear.answer.skill import SkillContext, host_of
from unhear.household.notice import Category, Gets, Recipient
from unhear.household.speech import Intent, Reply
from unhear.household.words import Purpose

SECONDS_MAX = 30.0
TOKENS_MAX = 200
LETTERS_MAX = 800


class NoAnswer(Exception):
    """The server gave none."""


class Ask:
    """Hands a question on, and reads the answer out."""

    name = "ask"
    remembers = ""
    sentences = Path(__file__).parent / "sentences"

    def recipients(self, settings: Mapping[str, Any]) -> Sequence[Recipient]:
        """Answer the server that questions go to, where one is set."""
        if "url" not in settings:
            return []
        where = host_of(str(settings["url"]))
        return [Recipient("ask", where, Category.ANSWERS, Gets.WORDS)]

    def handle(self, intent: Intent, context: SkillContext) -> Reply:
        """Answer what the server says, or why nobody was asked."""
        if "url" not in context.settings:
            return Reply(context.say("not_set"))
        if context.household.consent(context.person, Purpose.SHARE, context.now) is None:
            return Reply(context.say("no_consent"))
        if context.household.only_for_children(context.person) and not _is_for_children(context):
            return Reply(context.say("not_for_children"))
        try:
            return Reply(_answer(str(intent.slots["question"]), context))
        except NoAnswer:
            return Reply(context.say("no_answer"))


def _is_for_children(context: SkillContext) -> bool:
    """Whether a guardian says that the server's answers are fit for children."""
    return context.settings.get("for_children") is True


def _answer(question: str, context: SkillContext) -> str:
    settings = context.settings
    body = {
        "model": str(settings.get("model", "default")),
        "max_tokens": TOKENS_MAX,
        "messages": [
            {"role": "system", "content": context.say("instruction")},
            {"role": "user", "content": question},
        ],
    }
    headers = {"authorization": f"Bearer {settings['token']}"} if "token" in settings else {}
    url = f"{str(settings['url']).rstrip('/')}/chat/completions"
    try:
        response = httpx2.post(url, json=body, headers=headers, timeout=SECONDS_MAX)
        response.raise_for_status()
        said = response.json()["choices"][0]["message"]["content"]
    except (httpx2.HTTPError, httpx2.InvalidURL, ValueError, KeyError, IndexError, TypeError):
        # The cause would name the question in its request; it ends here.
        raise NoAnswer from None
    if not isinstance(said, str) or not said.strip():
        raise NoAnswer
    return " ".join(said.split())[:LETTERS_MAX]
