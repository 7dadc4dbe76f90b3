"""What staff asked for and looked at: sealed like everything else, and kept as long as receipts."""

import json
from datetime import datetime
from typing import Any

from unhear.forget.database import TraceKind, TraceRow, Transaction
from unhear.forget.kept_receipts import RECEIPT_YEARS
from unhear.forget.keytree import KeyTree
from unhear.forget.traces import NewTrace, add_trace, content_of, put_content, row_of, utterance_of
from unhear.household.staff import (
    AccessRequest,
    AccessState,
    Colleague,
    Reason,
    Role,
    Staff,
    StaffLook,
    StaffPurpose,
    StaffTerms,
    Wanted,
)
from unhear.household.words import (
    UNKNOWN_PERSON,
    DeviceId,
    HouseholdId,
    PersonId,
    TraceId,
    Utterance,
)

STAFF = DeviceId("staff")


def add_access_request(
    transaction: Transaction, tree: KeyTree, household: HouseholdId, request: AccessRequest
) -> None:
    """Keep a request."""
    content = _request_bytes(request)
    new = _new(TraceKind.STAFF_REQUEST, request.id, request.asked_at, content)
    add_trace(transaction, tree, household, new)


def access_requests(
    transaction: Transaction, tree: KeyTree, household: HouseholdId
) -> list[AccessRequest]:
    """Answer the requests that are kept, newest first."""
    rows = transaction.traces(household, (TraceKind.STAFF_REQUEST,))
    found = [_request(tree, row) for row in rows]
    return sorted(found, key=lambda one: one.asked_at, reverse=True)


def access_request_of(
    transaction: Transaction, tree: KeyTree, household: HouseholdId, request: TraceId
) -> AccessRequest:
    """Answer one request. Raises `NoSuchTrace`."""
    return _request(tree, _row(transaction, household, request))


def set_access_request(
    transaction: Transaction, tree: KeyTree, household: HouseholdId, request: AccessRequest
) -> None:
    """Put a request as it stands now in place of what it was. Raises `NoSuchTrace`."""
    row = _row(transaction, household, request.id)
    put_content(transaction, tree, row, _request_bytes(request))


def add_staff_look(
    transaction: Transaction, tree: KeyTree, household: HouseholdId, look: StaffLook
) -> None:
    """Keep what guardians read of a look."""
    content = json.dumps(
        {
            "staff": _colleague_fields(look.staff),
            "operator": look.operator,
            "purpose": look.purpose,
            "ticket": look.ticket,
            "recording": look.recording.hex(),
            "device": look.device,
            "seconds": look.seconds,
            "filmed": look.filmed,
            "entry": look.entry,
        }
    ).encode()
    new = _new(TraceKind.STAFF_LOOK, look.id, look.at, content)
    add_trace(transaction, tree, household, new)


def staff_looks(transaction: Transaction, tree: KeyTree, household: HouseholdId) -> list[StaffLook]:
    """Answer the looks that are kept, newest first."""
    rows = transaction.traces(household, (TraceKind.STAFF_LOOK,))
    return sorted((_look(tree, row) for row in rows), key=lambda one: one.at, reverse=True)


def terms_fields(terms: StaffTerms) -> dict[str, Any]:
    """Answer what `terms_from` takes."""
    return {
        "staff": _staff_fields(terms.staff),
        "reason": _reason_fields(terms.reason),
        "request": terms.request.hex(),
    }


def terms_from(fields: dict[str, Any]) -> StaffTerms:
    """Answer the terms of these fields."""
    return StaffTerms(
        _staff(fields["staff"]),
        _reason(fields["reason"]),
        TraceId(bytes.fromhex(fields["request"])),
    )


def _new(kind: TraceKind, trace: TraceId, at: datetime, content: bytes) -> NewTrace:
    return NewTrace(
        id=trace,
        kind=kind,
        utterance=Utterance(of=trace, heard_at=at, device=STAFF, person=UNKNOWN_PERSON),
        content=content,
        expires_at=at.replace(year=at.year + RECEIPT_YEARS, day=min(at.day, 28)),
    )


def _row(transaction: Transaction, household: HouseholdId, request: TraceId) -> TraceRow:
    kinds = (TraceKind.STAFF_REQUEST,)
    return row_of(transaction, household, request, kinds, "there is no such request")


def _request_bytes(request: AccessRequest) -> bytes:
    wanted = request.wanted
    recordings = wanted.recordings
    return json.dumps(
        {
            "staff": _staff_fields(request.staff),
            "reason": _reason_fields(request.reason),
            "recordings": None if recordings is None else sorted(one.hex() for one in recordings),
            "since": _iso(wanted.since),
            "until": _iso(wanted.until),
            "device": wanted.device,
            "asked_at": request.asked_at.isoformat(),
            "decision": request.decision,
            "decided_at": _iso(request.decided_at),
            "by": request.by,
            "word": request.word,
            "grants": [one.hex() for one in request.grants],
            "ends_at": _iso(request.until),
        }
    ).encode()


def _request(tree: KeyTree, row: TraceRow) -> AccessRequest:
    fields = json.loads(content_of(tree, row))
    recordings = fields["recordings"]
    wanted = Wanted(
        None if recordings is None else frozenset(TraceId(bytes.fromhex(r)) for r in recordings),
        _moment(fields["since"]),
        _moment(fields["until"]),
        None if fields["device"] is None else DeviceId(fields["device"]),
    )
    return AccessRequest(
        id=row.id,
        staff=_staff(fields["staff"]),
        reason=_reason(fields["reason"]),
        wanted=wanted,
        asked_at=datetime.fromisoformat(fields["asked_at"]),
        decision=AccessState(fields["decision"]),
        decided_at=_moment(fields["decided_at"]),
        by=None if fields["by"] is None else PersonId(fields["by"]),
        word=fields["word"],
        grants=tuple(TraceId(bytes.fromhex(one)) for one in fields["grants"]),
        until=_moment(fields["ends_at"]),
    )


def _look(tree: KeyTree, row: TraceRow) -> StaffLook:
    fields = json.loads(content_of(tree, row))
    return StaffLook(
        id=row.id,
        at=utterance_of(tree, row).heard_at,
        staff=_colleague(fields["staff"]),
        operator=fields["operator"],
        purpose=StaffPurpose(fields["purpose"]),
        ticket=fields["ticket"],
        recording=TraceId(bytes.fromhex(fields["recording"])),
        device=DeviceId(fields["device"]),
        seconds=fields["seconds"],
        filmed=fields["filmed"],
        entry=fields["entry"],
    )


def _colleague_fields(one: Colleague) -> dict[str, str]:
    return {"id": one.id, "name": one.name, "role": one.role}


def _colleague(fields: dict[str, str]) -> Colleague:
    return Colleague(fields["id"], fields["name"], Role(fields["role"]))


def _staff_fields(staff: Staff) -> dict[str, str]:
    return {**_colleague_fields(staff), "recipient": staff.recipient}


def _staff(fields: dict[str, str]) -> Staff:
    return Staff(fields["id"], fields["name"], Role(fields["role"]), fields["recipient"])


def _reason_fields(reason: Reason) -> dict[str, Any]:
    return {
        "purpose": reason.purpose,
        "ticket": reason.ticket,
        "why": reason.why,
        "hours": reason.hours,
        "second": None if (second := reason.second) is None else _colleague_fields(second),
    }


def _reason(fields: dict[str, Any]) -> Reason:
    second = fields["second"]
    return Reason(
        StaffPurpose(fields["purpose"]),
        fields["ticket"],
        fields["why"],
        fields["hours"],
        None if second is None else _colleague(second),
    )


def _iso(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
