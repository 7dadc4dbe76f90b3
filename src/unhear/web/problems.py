"""Errors as problem details (RFC 9457): what was wrong, and what to do, for programs and people.

A problem never repeats what was sent.
"""

from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from unhear.access.message import Refused
from unhear.engines.errors import ModelDamaged, ModelMissing
from unhear.fleet.fleet import FleetRefuses, NotInvited
from unhear.forget.errors import (
    Barred,
    ClockDoubted,
    ForgetError,
    MirrorAway,
    NoSuchTrace,
)
from unhear.house.audit import AuditFailed
from unhear.house.family import FamilyError
from unhear.house.grants import GrantRefused
from unhear.house.setup import AlreadySetUp
from unhear.house.voices import TooLittleSpeech, VoiceNotLearned
from unhear.household.data_rights import RequestClosed
from unhear.household.staff import AccessClosed
from unhear.keep.identity import IdentityError
from unhear.prove.errors import ProofError
from unhear.settings import SettingsWrong
from unhear.stores.errors import StoreError
from unhear.web.headers import HEADERS

KIND = "application/problem+json"
TYPES = "/problems/"
"""Below which the types of problems stand; each is a word."""


class ProblemDetails(BaseModel):
    """A problem as it is answered; `errors` says what was not understood, and where."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[dict[str, Any]] | None = None


PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {
        "description": "A problem (RFC 9457): `detail` says what to do.",
        "content": {KIND: {"schema": ProblemDetails.model_json_schema()}},
    }
    for status in (422, "default")
}
"""How the description of the operations tells of problems."""

KNOWN: Mapping[type[Exception], tuple[int, str]] = {
    NoSuchTrace: (404, "no-such-thing"),
    Barred: (409, "barred"),
    FleetRefuses: (409, "fleet-refuses"),
    NotInvited: (403, "not-invited"),
    ClockDoubted: (409, "clock-doubted"),
    MirrorAway: (503, "mirror-away"),
    FamilyError: (409, "family"),
    GrantRefused: (422, "cannot-share"),
    TooLittleSpeech: (409, "too-little-speech"),
    VoiceNotLearned: (409, "voice-not-allowed"),
    ModelMissing: (503, "model-missing"),
    ModelDamaged: (503, "model-missing"),
    RequestClosed: (409, "request-closed"),
    AccessClosed: (409, "request-closed"),
    Refused: (403, "refused"),
    AuditFailed: (503, "audit-failed"),
    AlreadySetUp: (409, "already-set-up"),
    IdentityError: (400, "identity"),
    SettingsWrong: (409, "settings"),
    ProofError: (409, "proof"),
    ForgetError: (503, "cannot-forget-now"),
    StoreError: (503, "store-away"),
}


def _sentence(text: str) -> str:
    text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "!", "?")) else f"{text}."


class Problem(Exception):
    """A refusal with its status, its type (a word) and a sentence that says what to do."""

    def __init__(self, status: int, kind: str, detail: str) -> None:
        super().__init__(detail)
        self.status = status
        self.kind = kind
        self.detail = _sentence(detail)


BROKEN = Problem(500, "broken", "Something went wrong here; nothing was lost. Try again.")


def answer(problem: Problem, headers: Mapping[str, str] | None = None, **more: Any) -> Response:
    """Answer a problem as JSON."""
    content = {
        "type": TYPES + problem.kind,
        "title": problem.kind.replace("-", " "),
        "status": problem.status,
        "detail": problem.detail,
        **more,
    }
    return JSONResponse(content, problem.status, headers=dict(headers or {}), media_type=KIND)


def of(error: Exception) -> Problem:
    """Answer the problem that an error of the house is."""
    for kind in type(error).__mro__:
        if kind in KNOWN:
            status, word = KNOWN[kind]
            return Problem(status, word, str(error))
    raise TypeError(f"{type(error).__name__} is no error that the house tells")


def tell_problems(app: FastAPI) -> None:
    """Have an application answer every error as a problem."""

    async def told(_request: Request, error: Exception) -> Response:
        return answer(error if isinstance(error, Problem) else of(error))

    async def refused(_request: Request, error: Exception) -> Response:
        if not isinstance(error, HTTPException):
            raise error
        word = str(error.detail).lower().replace(" ", "-")
        return answer(Problem(error.status_code, word, f"{error.detail}."), error.headers)

    async def invalid(_request: Request, error: Exception) -> Response:
        if not isinstance(error, RequestValidationError):
            raise error
        places = [
            {"where": [str(part) for part in one["loc"]], "what": _what(one)}
            for one in error.errors()
        ]
        first = f"{'.'.join(places[0]['where'])}: {places[0]['what']}" if places else "see errors"
        return answer(Problem(422, "not-understood", first), errors=places)

    async def broken(_request: Request, _error: Exception) -> Response:
        return answer(BROKEN, HEADERS)

    app.add_exception_handler(Problem, told)
    app.add_exception_handler(Exception, broken)
    for kind in KNOWN:
        app.add_exception_handler(kind, told)
    app.add_exception_handler(HTTPException, refused)
    app.add_exception_handler(RequestValidationError, invalid)


def _what(one: Mapping[str, Any]) -> str:
    """Answer what is wrong in words that repeat nothing of what was sent."""
    if one["type"] in {"value_error", "assertion_error"}:
        return "this value cannot be used here"
    return str(one["msg"])
