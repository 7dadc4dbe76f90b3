"""Where authorised agents ask, over the Data Rights Protocol 1.0 (section 2).

Nothing here needs a guardian's session, and nothing here does anything: a request waits for a
guardian. Where the settings name no agent there is nothing here at all.
"""

import re
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse

from unhear.forget.traces import new_trace_id
from unhear.house.agents import Message, MessageRefused
from unhear.house.data_requests import AlreadyAsked, TooManyRequests
from unhear.house.house import House
from unhear.household.data_rights import DataRequest, RequestClosed, Right, Status
from unhear.household.words import TraceId
from unhear.keep.notices import Told
from unhear.web.api.fields import HEX_ID
from unhear.web.problems import KIND
from unhear.web.security import AGENTS
from unhear.web.signed_in import TheHome

CLAIMS = ("name", "email", "phone_number", "address", "power_of_attorney")
"""What a guardian is shown of whom an agent names (section 3.04)."""

VERIFIED = "_verified"
CLAIM_LETTERS_MAX = 200
ID_LETTERS_MAX = 100
REGIMES = (None, "ccpa")


class AgentRefused(Exception):
    """An agent is told no, as the protocol writes it (section 3.06); `fatal` is for good."""

    def __init__(self, status: HTTPStatus, message: str, *, fatal: bool = False) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.fatal = fatal


async def refuse(_request: Request, error: Exception) -> Response:
    """Answer a refusal; one without a message has no body."""
    if not isinstance(error, AgentRefused):
        raise error
    if not error.message:
        return Response(status_code=error.status)
    said = {"code": str(error.status.value), "message": error.message}
    return JSONResponse(said | ({"fatal": True} if error.fatal else {}), error.status)


NOTHING_HERE = AgentRefused(HTTPStatus.NOT_FOUND, "No agent may ask here.")
NO_TOKEN = AgentRefused(HTTPStatus.FORBIDDEN, "This token is no agent's; fetch a new one.")
NOT_YOURS = AgentRefused(HTTPStatus.FORBIDDEN, "There is no such request of this agent.")
NO_REGISTRATION = AgentRefused(HTTPStatus.FORBIDDEN, "")

_ERROR = {"type": "object", "required": ["code", "message"]}
_ERRORS: dict[int | str, dict[str, Any]] = {
    "default": {
        "description": "An error (Data Rights Protocol 1.0, section 3.06), or a problem "
        "(RFC 9457) of what stands before every operation.",
        "content": {"application/json": {"schema": _ERROR}, KIND: {}},
    }
}
router = APIRouter(tags=["agents"], responses=_ERRORS)


def _open_house(home: TheHome) -> House:
    if not home.ready or not home.house.agents.any:
        raise NOTHING_HERE
    return home.house


TheHouse = Annotated[House, Depends(_open_house)]


def _agent(house: TheHouse, request: Request) -> str:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    agent = house.agents.of_token(token.strip()) if scheme.lower() == "bearer" else None
    if agent is None:
        raise NO_TOKEN
    return agent


async def _body(request: Request) -> bytes:
    return await request.body()


Agent = Annotated[str, Depends(_agent)]
Body = Annotated[bytes, Depends(_body)]


@router.get("/.well-known/data-rights.json")
def about(home: TheHome, house: TheHouse) -> dict[str, Any]:
    """Say what a directory lists of this house (section 3.05.2); nothing of who lives here."""
    return {
        "id": house.agents.business,
        "name": house.settings.operator.name or house.agents.business,
        "api_base": home.origin,
        "supported_actions": list(Right),
        "supported_verifications": [],
        "web_url": home.origin,
    }


@router.post(AGENTS + "agent/{agent}")
def register(house: TheHouse, agent: str, body: Body) -> dict[str, str]:
    """Answer a token, for a message that the agent signed (section 2.05)."""
    try:
        return {"agent-id": agent, "token": house.agents.register(agent, body)}
    except MessageRefused:
        raise NO_REGISTRATION from None


@router.get(AGENTS + "agent/{agent}")
def known(asks: Agent, agent: str) -> dict[str, str]:
    """Say that a token is still good (section 2.06)."""
    if asks != agent:
        raise NO_TOKEN
    return {}


@router.post(AGENTS + "data-rights-request")
def ask(house: TheHouse, agent: Agent, body: Body) -> dict[str, str]:
    """Take a request, for a guardian to decide (section 2.01)."""
    try:
        new = _request(house, agent, house.agents.message(agent, body))
        told = Told(f"agent_{new.right}", {"agent": house.agents.name_of(agent)})
        house.data_requests.receive(new, sorted(house.household.guardians), told)
    except MessageRefused as error:
        status = HTTPStatus.BAD_REQUEST if error.trusted else HTTPStatus.FORBIDDEN
        raise AgentRefused(status, _sentence(error), fatal=True) from None
    except AlreadyAsked as error:
        raise AgentRefused(HTTPStatus.CONFLICT, _sentence(error), fatal=True) from None
    except TooManyRequests as error:
        raise AgentRefused(HTTPStatus.TOO_MANY_REQUESTS, _sentence(error)) from None
    return _told(house, new)


@router.get(AGENTS + "data-rights-request/{request}")
def status(house: TheHouse, agent: Agent, request: str) -> dict[str, str]:
    """Say how far a request is (section 2.02)."""
    found = house.data_requests.of(agent, _id(request))
    if found is None:
        raise NOT_YOURS
    return _told(house, found)


@router.delete(AGENTS + "data-rights-request/{request}")
def revoke(house: TheHouse, agent: Agent, request: str, body: Body) -> dict[str, str]:
    """Take a request back, unless a guardian has agreed to it already (section 2.04)."""
    try:
        house.agents.signed(agent, body)
        found = house.data_requests.revoke(agent, _id(request))
    except MessageRefused as error:
        raise AgentRefused(HTTPStatus.FORBIDDEN, _sentence(error)) from None
    except RequestClosed as error:
        raise AgentRefused(HTTPStatus.CONFLICT, _sentence(error)) from None
    if found is None:
        raise NOT_YOURS
    return _told(house, found)


def _request(house: House, agent: str, message: Message) -> DataRequest:
    fields = message.fields
    try:
        right = Right(str(fields.get("exercise")))
    except ValueError:
        supported = " and ".join(Right)
        raise MessageRefused(f"only {supported} can be asked for here", trusted=True) from None
    if fields.get("regime") not in REGIMES:
        raise MessageRefused("this regime is not known here", trusted=True)
    own = fields.get("agent-request-id")
    if own is not None and not (isinstance(own, str) and 0 < len(own) <= ID_LETTERS_MAX):
        raise MessageRefused("agent-request-id is too long, or no text", trusted=True)
    return DataRequest(
        id=new_trace_id(),
        agent=agent,
        right=right,
        received_at=house.clock(),
        digest=message.digest,
        agent_request_id=own,
        claims=_claims(fields),
    )


def _claims(fields: Any) -> dict[str, str]:
    """Answer whom the agent names, as short texts for a guardian to read."""
    found = {}
    for name in CLAIMS:
        if (value := fields.get(name)) is None:
            continue
        if isinstance(value, dict):
            value = ", ".join(str(part) for part in value.values())
        checked = " (verified)" if fields.get(name + VERIFIED) is True else ""
        plain = re.sub(r"\s+", " ", str(value))[:CLAIM_LETTERS_MAX]
        found[name] = f"{plain}{checked}"
    return found


def _told(house: House, request: DataRequest) -> dict[str, str]:
    """Answer the status of a request (section 3.03); nothing of the household is in it."""
    state = request.status(house.clock())
    told = {
        "request_id": request.id.hex(),
        "status": state.value,
        "received_at": _moment(request.received_at),
        "expected_by": _moment(request.expires_at),
        "expires_at": _moment(request.expires_at),
        "processing_details": _details(request, state),
    }
    if request.agent_request_id is not None:
        told["agent_request_id"] = request.agent_request_id
    if request.denial is not None:
        told["reason"] = request.denial.value
    return told


def _details(request: DataRequest, state: Status) -> str:
    if state is Status.IN_PROGRESS and request.agreed:
        return "A guardian of the household agreed, and it is being done."
    if state is Status.FULFILLED and request.right is Right.ACCESS:
        return "A guardian of the household made the copy and hands it over; none is sent."
    return {
        Status.IN_PROGRESS: "A guardian of the household decides.",
        Status.FULFILLED: "It was erased; the household has the receipt.",
        Status.DENIED: "A guardian of the household said no.",
        Status.REVOKED: "It was taken back.",
        Status.EXPIRED: "Nobody decided it in time.",
    }[state]


def _moment(at: datetime) -> str:
    return at.isoformat(timespec="seconds")


def _id(request: str) -> TraceId:
    if HEX_ID.fullmatch(request) is None:
        raise NOT_YOURS
    return TraceId(bytes.fromhex(request))


def _sentence(error: Exception) -> str:
    text = str(error)
    return f"{text[:1].upper()}{text[1:]}."
