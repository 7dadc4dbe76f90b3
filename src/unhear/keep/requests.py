"""Requests of agents and visitors: sealed like everything else, gone by themselves in time."""

import json
from datetime import datetime

from unhear.forget.database import TraceKind, TraceRow, Transaction
from unhear.forget.keytree import KeyTree
from unhear.forget.traces import NewTrace, add_trace, content_of, put_content, row_of
from unhear.household.data_rights import DataRequest, Denial, Right, Status, Visit
from unhear.household.words import UNKNOWN_PERSON, DeviceId, HouseholdId, TraceId, Utterance

AGENT = DeviceId("agent")


def add_request(
    transaction: Transaction, tree: KeyTree, household: HouseholdId, request: DataRequest
) -> None:
    """Keep a request until it expires."""
    new = NewTrace(
        id=request.id,
        kind=TraceKind.REQUEST,
        utterance=Utterance(
            of=request.id, heard_at=request.received_at, device=AGENT, person=UNKNOWN_PERSON
        ),
        content=_bytes(request),
        expires_at=request.expires_at,
    )
    add_trace(transaction, tree, household, new)


def requests(transaction: Transaction, tree: KeyTree, household: HouseholdId) -> list[DataRequest]:
    """Answer the requests that are kept, newest first."""
    rows = transaction.traces(household, (TraceKind.REQUEST,))
    found = [_request(tree, row) for row in rows]
    return sorted(found, key=lambda one: one.received_at, reverse=True)


def request_of(
    transaction: Transaction, tree: KeyTree, household: HouseholdId, request: TraceId
) -> DataRequest:
    """Answer one request. Raises `NoSuchTrace`."""
    return _request(tree, _row(transaction, household, request))


def set_request(
    transaction: Transaction, tree: KeyTree, household: HouseholdId, request: DataRequest
) -> None:
    """Put a request as it stands now in place of what it was. Raises `NoSuchTrace`."""
    row = _row(transaction, household, request.id)
    put_content(transaction, tree, row, _bytes(request))


def _row(transaction: Transaction, household: HouseholdId, request: TraceId) -> TraceRow:
    kinds = (TraceKind.REQUEST,)
    return row_of(transaction, household, request, kinds, "there is no such request any more")


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
