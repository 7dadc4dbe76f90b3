"""A fleet over HTTP: what homes contribute and take back, and the model that they share."""

import re
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Request
from pydantic import BaseModel, Field
from starlette.middleware import Middleware

from unhear import __version__
from unhear.fleet.fleet import Fleet
from unhear.household.words import HouseholdId, TraceId
from unhear.learn.releases import PER_HOME_MAX
from unhear.stores.log_files import LogFolder
from unhear.web.log import log_app
from unhear.web.problems import PROBLEMS, Problem, tell_problems
from unhear.web.security import Limits, SecurityHeaders

JOINING = "/homes"
HEX = "^[0-9a-f]{32}$"

UNKNOWN = Problem(401, "not-a-home", "This token is no home's of this fleet; join it anew.")
NO_MODEL = Problem(404, "no-model", "There is no model yet, or the last was withdrawn.")
NO_ID = Problem(404, "no-such-thing", "An id is 32 hexadecimal digits.")
NO_NUMBERS = Problem(422, "not-understood", "This is no contribution that the fleet can hide.")


class Invited(BaseModel):
    """What a home joins with."""

    invitation: Annotated[str, Field(max_length=64)]


class Ids(BaseModel):
    """Contributions, by the ids that the home gave them."""

    ids: Annotated[list[Annotated[str, Field(pattern=HEX)]], Field(max_length=4 * PER_HOME_MAX)]


def _fleet(request: Request) -> Fleet:
    fleet: Fleet = request.app.state.fleet
    return fleet


TheFleet = Annotated[Fleet, Depends(_fleet)]


def _home(fleet: TheFleet, request: Request) -> HouseholdId:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    home = fleet.home_of(token.strip()) if scheme.lower() == "bearer" else None
    if home is None:
        raise UNKNOWN
    return home


async def _body(request: Request) -> bytes:
    return await request.body()


TheHome = Annotated[HouseholdId, Depends(_home)]
Body = Annotated[bytes, Depends(_body)]


def fleet_app(fleet: Fleet, log: LogFolder) -> FastAPI:
    """Answer the app of one fleet; its published log stands below `/log`."""
    app = FastAPI(
        title="unhear fleet",
        version=__version__,
        docs_url=None,
        redoc_url=None,
        responses=PROBLEMS,
        middleware=[Middleware(SecurityHeaders), Middleware(Limits, proving=(JOINING,))],
    )
    app.state.fleet = fleet
    tell_problems(app)
    app.post(JOINING, status_code=201)(join)
    app.put("/contributions/{one}", status_code=204)(contribute)
    app.get("/contributions")(held)
    app.post("/contributions/forget")(take_back)
    app.get("/model")(model)
    app.mount("/log", log_app(log))
    return app


def join(fleet: TheFleet, asked: Invited) -> dict[str, str]:
    """Let a home join, once for each invitation; its token is told once."""
    return {"token": fleet.join(asked.invitation), "log": str(fleet.ledger.key)}


def contribute(fleet: TheFleet, home: TheHome, one: str, body: Body) -> None:
    """Add a contribution under an id of the home's choice; the same again changes nothing."""
    if re.fullmatch(HEX, one) is None:
        raise NO_ID
    try:
        fleet.contribute(home, TraceId(bytes.fromhex(one)), body)
    except ValueError:
        raise NO_NUMBERS from None


def held(fleet: TheFleet, home: TheHome) -> dict[str, list[str]]:
    """Say what is kept of this home."""
    return {"ids": [one.hex() for one in fleet.held(home)]}


def take_back(fleet: TheFleet, home: TheHome, asked: Ids) -> dict[str, Any]:
    """Forget contributions; the receipt is of the fleet's log, and none where none was kept."""
    ids = [TraceId(bytes.fromhex(one)) for one in asked.ids]
    receipt = fleet.take_back(home, ids)
    return {"receipt": None if receipt is None else receipt.to_json(indent=None)}


def model(fleet: TheFleet, _home: TheHome) -> dict[str, Any]:
    """Answer the model, when it was made, and of how many homes each label came.

    With noise, `epsilon` and `delta` say what it may tell of one home.
    """
    release = fleet.release()
    if release is None or release.model is None:
        raise NO_MODEL
    return {
        "model": release.model.to_bytes().hex(),
        "at": release.at.isoformat(),
        "homes": dict(release.homes),
        "epsilon": None if release.noise is None else release.noise.epsilon,
        "delta": None if release.noise is None else release.noise.delta,
    }
