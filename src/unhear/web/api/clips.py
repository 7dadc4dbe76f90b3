"""What cameras filmed: where a clip's pieces lie, and its small pictures; sealed, all of it."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query

from unhear.keep.film import SealedPiece
from unhear.web.api.fields import Answered, Taken, Trace
from unhear.web.ceremonies import text
from unhear.web.problems import Problem
from unhear.web.signed_in import Guardian, SignedIn

router = APIRouter(prefix="/recordings", tags=["recordings"])

STILLS_MAX = 100
GROWS_WITHIN = timedelta(seconds=30)
"""A clip whose last piece is older than this grows no more."""

TOO_MANY = Problem(422, "too-many", f"Ask for 1 to {STILLS_MAX} pictures at a time.")


class Piece(Answered):
    """A piece of a clip: an age file of its own.

    `header` is its age header (base64url), and `size` bytes of the payload from `at` are its body.
    Opened, and put one behind the other, the pieces are fragmented MP4; `begins` and `ends` are
    seconds from the clip's beginning.
    """

    header: str
    at: int
    size: int
    begins: float
    ends: float


class Film(Answered):
    """A clip: its pieces so far, in their order; `growing` while more may come."""

    pieces: list[Piece]
    seconds: float
    growing: bool


class Wanted(Taken):
    """The clips whose pictures are asked for."""

    recordings: tuple[Trace, ...]


class Stills(Answered):
    """Small pictures by the clips' ids: age files (base64url), JPEG inside."""

    stills: dict[str, str]


@router.get("/{recording}/film")
def film(
    signed: Guardian,
    recording: Trace,
    after: Annotated[int, Query(ge=0, description="How many pieces are known already.")] = 0,
) -> Film:
    """Answer where a clip's pieces lie, and their headers; the look is stated first.

    With `after`, who follows a clip while it is filmed is answered the pieces that came since.
    """
    found = signed.house.clips.film(recording)
    signed.house.looks.take(signed.person.id, [recording])
    if after == 0:
        signed.house.note_opened(recording)
    return Film(
        pieces=[piece(one) for one in found.pieces[after:]],
        seconds=found.seconds,
        growing=_growing(signed, recording),
    )


def piece(one: SealedPiece) -> Piece:
    """Answer a piece as the API tells it."""
    return Piece(
        header=text(one.header),
        at=one.at,
        size=one.size,
        begins=one.begins,
        ends=one.ends,
    )


@router.post("/stills")
def stills(signed: Guardian, wanted: Wanted) -> Stills:
    """Answer the small pictures of clips as age files; the looks are stated first, together."""
    if not 1 <= len(wanted.recordings) <= STILLS_MAX:
        raise TOO_MANY
    found = signed.house.clips.stills(wanted.recordings)
    if found:
        signed.house.looks.take(signed.person.id, found)
    return Stills(stills={clip.hex(): text(still) for clip, still in found.items()})


def _growing(signed: SignedIn, recording: Trace) -> bool:
    """Whether a clip may be filmed still."""
    clip = signed.house.catalogue.recording(recording).utterance
    ended_at = clip.heard_at + timedelta(seconds=clip.seconds)
    recent = signed.house.clock() - ended_at < GROWS_WITHIN
    return recent and signed.house.cameras.filming(clip.device)
