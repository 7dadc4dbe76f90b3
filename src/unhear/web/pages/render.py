"""Turn templates into pages, in the language that a browser asks for."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Literal

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from unhear.answer.languages import WORDINGS
from unhear.answer.replies import load_replies
from unhear.web.home import Home
from unhear.web.signed_in import SignedIn, home_of

FOLDER = Path(__file__).parent
LANGUAGES: tuple[Literal["en", "de"], ...] = ("en", "de")
PAGES = (
    "today",
    "talk",
    "family",
    "consent",
    "learning",
    "devices",
    "cameras",
    "keeping",
    "receipts",
    "status",
)
"""Those that stand in the navigation, in this order."""

STAFFED_PAGES = (*PAGES[:-1], "access", PAGES[-1])
"""The same where the settings name a desk of staff."""

_templates = Environment(
    loader=FileSystemLoader(FOLDER / "templates"),
    autoescape=select_autoescape(),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def page(
    request: Request, name: str, signed: SignedIn | None, http_status: int = 200, **shown: Any
) -> HTMLResponse:
    """Answer a page, from the template of that name."""
    language = language_of(request)
    words = words_in(language)
    home = home_of(request)
    content = _templates.get_template(f"{name}.html").render(
        t=words,
        language=language,
        script_words=words.for_scripts(),
        page=name,
        pages=PAGES if home.settings.staff is None else STAFFED_PAGES,
        signed=signed,
        csrf="" if signed is None else signed.csrf,
        household="" if not home.ready else home.house.household.name,
        now=home.settings.zone,
        **shown,
    )
    return HTMLResponse(content, http_status)


def back_to(path: str) -> RedirectResponse:
    """Answer where to go after a form was taken (RFC 9110, section 15.4.4)."""
    return RedirectResponse(path, 303)


def language_of(request: Request) -> Literal["en", "de"]:
    """Answer the first language of ours that a browser accepts, English otherwise."""
    accepted = request.headers.get("accept-language", "")
    asked = (part.partition(";")[0].strip()[:2].lower() for part in accepted.split(","))
    return next((language for language in asked if language in LANGUAGES), LANGUAGES[0])


class Words:
    """The console's words in one language."""

    def __init__(self, language: str) -> None:
        self._replies = load_replies("console", FOLDER / "words", language, WORDINGS[language])

    def __call__(self, key: str, **slots: object) -> str:
        """Answer a text with its slots filled. Raises `SkillBroken` where there is none."""
        return self._replies(key, **slots)

    def table(self, key: str) -> Mapping[str, str]:
        """Answer a table of words."""
        return self._replies.table(key)

    def for_scripts(self) -> Mapping[str, str]:
        """Answer what scripts say, how they tell problems, and what a camera saw.

        Of these the keys are `problem_` and its kind, and `seen_` and what it is.
        """
        problems = {f"problem_{kind}": text for kind, text in self.table("problems").items()}
        seen = {f"seen_{what}": text for what, text in self.table("seen").items()}
        return {**self.table("script"), **problems, **seen}

    def translated(self, key: str, word: str, otherwise: str | None = None) -> str:
        """Answer what a word of the house is in this language; itself, where nobody said."""
        return self.table(key).get(word, word if otherwise is None else otherwise)


@cache
def words_in(language: str) -> Words:
    """Answer the console's words in a language."""
    return Words(language)


def first_page(home: Home, signed: SignedIn | None) -> str:
    """Answer where somebody who names no page is to go."""
    if not home.ready:
        return "/setup"
    return "/sign-in" if signed is None else "/today"
