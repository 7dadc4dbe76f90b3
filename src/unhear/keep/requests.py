"""Requests of agents and visitors: sealed like everything else, gone by themselves in time."""

import json
from datetime import datetime

from unhear.forget.database import TraceKind, TraceRow
from unhear.forget.keytree import KeyTree
from unhear.forget.traces import content_of
from unhear.household.data_rights import DataRequest, Denial, Right, Status, Visit
from unhear.household.words import DeviceId
from unhear.keep.registers import Register

AGENT = DeviceId("agent")


def _bytes(request: DataRequest) -> bytes:
    return json.dumps(
        {
            "agent": request.agent,
            "right": request.right,
            "received_at": request.received_at.isoformat(),
            "digest": request.digest.hex(),
            "agent_request_id": request.agent_request_id,
            "claims": dict(request.claims),
            "state": request.state,
            "denial": request.denial,
            "agreed": request.agreed,
            "erasure": request.erasure,
            "visit": None if (visit := request.visit) is None else _visit_fields(visit),
        }
    ).encode()


def _request(tree: KeyTree, row: TraceRow) -> DataRequest:
    fields = json.loads(content_of(tree, row))
    denial = fields["denial"]
    return DataRequest(
        id=row.id,
        agent=fields["agent"],
        right=Right(fields["right"]),
        received_at=datetime.fromisoformat(fields["received_at"]),
        digest=bytes.fromhex(fields["digest"]),
        agent_request_id=fields["agent_request_id"],
        claims=fields["claims"],
        state=Status(fields["state"]),
        denial=None if denial is None else Denial(denial),
        agreed=fields["agreed"],
        erasure=fields["erasure"],
        visit=None if (visit := fields.get("visit")) is None else _visit(*visit),
    )


def _visit_fields(visit: Visit) -> list[str]:
    return [visit.camera, visit.since.isoformat(), visit.until.isoformat()]


def _visit(camera: str, since: str, until: str) -> Visit:
    return Visit(DeviceId(camera), datetime.fromisoformat(since), datetime.fromisoformat(until))


DATA_REQUESTS = Register(
    TraceKind.REQUEST,
    AGENT,
    at=lambda request: request.received_at,
    until=lambda request: request.expires_at,
    content=_bytes,
    entry=_request,
)
"""What agents and visitors asked for."""
