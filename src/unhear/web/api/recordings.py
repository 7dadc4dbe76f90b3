"""What is kept: listed in clear where a guardian asks, opened in their browser alone."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse

from unhear.house.house import House
from unhear.household.scope import Scope
from unhear.household.words import DeviceId, PersonId, Seen, TraceId
from unhear.keep.catalogue import Place, Recording
from unhear.web.api.erasures import Forgotten, forgotten
from unhear.web.api.fields import Answered, Trace
from unhear.web.problems import Problem
from unhear.web.signed_in import Guardian

router = APIRouter(prefix="/recordings", tags=["recordings"])

LIMIT_DEFAULT, LIMIT_MAX = 50, 500
PIECE_BYTES = 1 << 18
SEALED = "application/octet-stream"
NO_WORDS = Problem(404, "no-words", "This recording has no transcript any more.")
WRONG_CURSOR = Problem(422, "wrong-cursor", "Ask with the `next` of the page before.")
WRONG_RANGE = Problem(416, "wrong-range", "This range lies outside the recording.")


class Sealed(Response):
    """Sealed bytes."""

    media_type = SEALED


class Kept(Answered):
    """A kept recording: what the index knows of it. Sound and words are sealed."""

    id: str
    heard_at: datetime
    device: str
    person: str | None
    """The person's id, or null for an unknown voice."""

    seconds: float
    intent: str | None
    seen: list[Seen]
    """What a camera's clip shows; nothing where it is sound."""

    reasons: tuple[str, ...]
    expires_at: datetime


class Page(Answered):
    """Recordings, newest first; `next` asks for those before them."""

    recordings: list[Kept]
    next: str | None


@router.get("")
def recordings(
    signed: Guardian,
    before: Annotated[str | None, Query(description="The `next` of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=LIMIT_MAX)] = LIMIT_DEFAULT,
    person: str | None = None,
    device: str | None = None,
) -> Page:
    """List what is kept, newest first."""
    scope = Scope(
        person=None if person is None else PersonId(person),
        device=None if device is None else DeviceId(device),
    )
    place = None if before is None else _place(before)
    found = signed.house.catalogue.newest(place, limit + 1, scope)
    more = len(found) > limit
    return Page(
        recordings=[kept(one) for one in found[:limit]],
        next=_cursor(found[limit - 1].place) if more else None,
    )


@router.get("/{recording}")
def recording(signed: Guardian, recording: Trace) -> Kept:
    """Answer what is known of a recording."""
    return kept(signed.house.catalogue.recording(recording))


@router.get("/{recording}/header", response_class=Sealed)
def header(signed: Guardian, recording: Trace) -> Response:
    """Answer the age header, without which the payload is noise; the look is stated first."""
    sealed, _ = signed.house.catalogue.parts(recording)
    signed.house.looks.take(signed.person.id, [recording])
    signed.house.note_opened(recording)
    return Sealed(sealed)


@router.get("/{recording}/transcript", response_class=Sealed)
def transcript(signed: Guardian, recording: Trace) -> Response:
    """Answer the transcript as an age file; the look is stated first."""
    _, words = signed.house.catalogue.parts(recording)
    if words is None:
        raise NO_WORDS
    signed.house.looks.take(signed.person.id, [recording])
    return Sealed(words)


@router.get("/{recording}/payload", response_class=Sealed)
def payload(signed: Guardian, recording: Trace, request: Request) -> Response:
    """Answer the sealed payload, whole or a range of it (RFC 9110, section 14)."""
    house = signed.house
    house.catalogue.recording(recording)
    return sealed_bytes(
        house, recording, house.payloads.size(house.household.id, recording), request
    )


def sealed_bytes(house: House, recording: TraceId, size: int, request: Request) -> Response:
    """Answer the first `size` bytes of a payload, or the range of these that is asked for."""
    start, end = _range(request.headers.get("range"), size)
    headers = {"accept-ranges": "bytes", "content-length": str(end - start)}
    partial = (start, end) != (0, size)
    if partial:
        headers["content-range"] = f"bytes {start}-{end - 1}/{size}"
    return StreamingResponse(
        pieces_of(house, recording, start, end),
        206 if partial else 200,
        headers=headers,
        media_type=SEALED,
    )


@router.delete("/{recording}")
def forget(signed: Guardian, recording: Trace) -> Forgotten:
    """Forget a recording, and answer the receipt."""
    return forgotten(signed, Scope(recordings=frozenset({recording})))


def kept(one: Recording) -> Kept:
    """Answer a recording as the API tells it."""
    utterance = one.utterance
    return Kept(
        id=one.id.hex(),
        heard_at=utterance.heard_at,
        device=utterance.device,
        person=utterance.person,
        seconds=utterance.seconds,
        intent=utterance.intent,
        seen=list(utterance.seen),
        reasons=utterance.reasons,
        expires_at=one.expires_at,
    )


def pieces_of(house: House, trace: TraceId, start: int, end: int) -> Iterator[bytes]:
    """Yield a payload's bytes from `start` before `end`."""
    for at in range(start, end, PIECE_BYTES):
        until = min(at + PIECE_BYTES, end)
        yield house.payloads.part(house.household.id, trace, at, until)


def _range(asked: str | None, size: int) -> tuple[int, int]:
    """Answer from where to before where; raises `Problem` for a range that is not there."""
    found = re.fullmatch(r"bytes=(\d*)-(\d*)", asked or "")
    if asked is None or found is None or found.groups() == ("", ""):
        return 0, size
    first, last = found.groups()
    if first == "":
        return max(size - int(last), 0), size
    start, end = int(first), min(int(last) + 1, size) if last else size
    if start >= end:
        raise WRONG_RANGE
    return start, end


def _cursor(place: Place) -> str:
    return f"{place[0].isoformat()}~{place[1].hex()}"


def _place(cursor: str) -> Place:
    moment, _, trace = cursor.replace(" ", "+").partition("~")
    try:
        place = datetime.fromisoformat(moment), TraceId(bytes.fromhex(trace))
    except ValueError:
        raise WRONG_CURSOR from None
    if place[0].tzinfo is None:
        raise WRONG_CURSOR
    return place
