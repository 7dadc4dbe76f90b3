"""What staff asked for and looked at: sealed like everything else, and kept as long as receipts."""

import json
from datetime import datetime
from typing import Any

from unhear.forget.database import TraceKind, TraceRow
from unhear.forget.kept_receipts import RECEIPT_YEARS
from unhear.forget.keytree import KeyTree
from unhear.forget.traces import content_of, utterance_of
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
from unhear.household.words import DeviceId, PersonId, TraceId
from unhear.keep.registers import Register

STAFF = DeviceId("staff")


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


def _for_years(at: datetime) -> datetime:
    return at.replace(year=at.year + RECEIPT_YEARS, day=min(at.day, 28))


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


def _look_bytes(look: StaffLook) -> bytes:
    return json.dumps(
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


ACCESS_REQUESTS = Register(
    TraceKind.STAFF_REQUEST,
    STAFF,
    at=lambda request: request.asked_at,
    until=lambda request: _for_years(request.asked_at),
    content=_request_bytes,
    entry=_request,
)
"""What staff asked for."""

STAFF_LOOKS = Register(
    TraceKind.STAFF_LOOK,
    STAFF,
    at=lambda look: look.at,
    until=lambda look: _for_years(look.at),
    content=_look_bytes,
    entry=_look,
)
"""What guardians read of who looked."""
