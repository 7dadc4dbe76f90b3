"""Turn templates into pages."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from unhear.desk.roles import Operation, may
from unhear.desk.signed_in import SignedIn, desk_of

FOLDER = Path(__file__).parent
PAGES: Mapping[str, tuple[str, Operation]] = {
    "requests": ("Requests", Operation.ASK),
    "granted": ("Granted", Operation.LOOK),
    "approvals": ("Second approvals", Operation.APPROVE),
    "history": ("My history", Operation.SEE_OWN),
    "looks": ("Everybody's looks", Operation.SEE_ALL),
    "people": ("People", Operation.MANAGE),
}
"""Those that stand in the navigation, in this order, for whom they are."""

POLICY = (
    "microphone=(), camera=(), geolocation=(), fullscreen=(), picture-in-picture=(), "
    "display-capture=()"
)
"""Film stays in the page, below the watermark."""

SAID = {
    "not_reached": "The desk cannot be reached; try again.",
    "problem_broken": "Something went wrong; try again.",
    "unlock_first": "Show your passkey first.",
    "passkey_cancelled": "No passkey was shown; try again.",
    "cannot_open": "This cannot be opened: it was changed, or granted to another passkey.",
    "no_key": "This passkey can hold no key, so nothing would open with it; take another.",
    "other_passkey": "This is not the passkey that you joined with.",
    "opening": "Opening; the home has stated that you look.",
    "opened": "Opened. It is stored nowhere, and gone when you leave this page.",
    "film": "What was filmed",
    "sound": "What was heard",
    "joining": "For {name}: make your passkey.",
}
"""What scripts say."""

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
    shown.setdefault("problem", "")
    content = _templates.get_template(f"{name}.html").render(
        page=name,
        pages=[] if signed is None else pages_of(signed),
        signed=signed,
        csrf="" if signed is None else signed.session.csrf,
        operator=desk_of(request).settings.name,
        said=SAID,
        **shown,
    )
    return HTMLResponse(content, http_status, headers={"permissions-policy": POLICY})


def pages_of(signed: SignedIn) -> list[tuple[str, str]]:
    """Answer the pages that are for somebody: names and titles."""
    role = signed.member.role
    return [(name, title) for name, (title, what) in PAGES.items() if may(role, what)]


def back_to(path: str) -> RedirectResponse:
    """Answer where to go after a form was taken (RFC 9110, section 15.4.4)."""
    return RedirectResponse(path, 303)
