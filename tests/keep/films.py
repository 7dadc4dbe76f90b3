"""Clips, kept in a house's lower half: bytes stand for film."""

from datetime import datetime, timedelta

from tests.home import PASSPHRASE, Home
from unhear.clock import random_bytes
from unhear.forget.traces import new_trace_id
from unhear.household.words import WHOEVER_IS_SEEN, DeviceId, Seen, TraceId, Utterance
from unhear.keep import age
from unhear.keep.clips import Clips, OpenClip

PIECE_SECONDS = 2.0


def clips_of(home: Home) -> Clips:
    return Clips(
        database=home.db,
        keeper=home.roots,
        payloads=home.blobs,
        household=home.id,
        recipient=home.identity.recipient,
    )


def begin(
    home: Home,
    *,
    camera: str = "front door",
    at: datetime | None = None,
    seen: tuple[Seen, ...] = (Seen.MOTION,),
) -> OpenClip:
    began_at = at or home.clock()
    utterance = Utterance(new_trace_id(), began_at, DeviceId(camera), WHOEVER_IS_SEEN, seen=seen)
    return clips_of(home).begin(utterance, began_at + timedelta(days=3))


def add(clip: OpenClip, *pieces: bytes) -> TraceId:
    for data in pieces:
        begins = clip.film.seconds
        clip.add(data, begins, begins + PIECE_SECONDS)
    return clip.utterance.of


def pieces(number: int) -> list[bytes]:
    return [random_bytes(90_000 + one) for one in range(number)]


def opened(home: Home, trace: TraceId) -> list[bytes]:
    identity = home.identity.open_with_passphrase(PASSPHRASE)
    return [age.decrypt(piece, [identity]) for piece in clips_of(home).pieces(trace)]
