"""What visitors can do: leave a message, and ask that their visit be forgotten."""

from datetime import datetime, timedelta

from unhear.clock import random_bytes
from unhear.forget.traces import new_trace_id
from unhear.house.house import House
from unhear.household.data_rights import VISITOR, DataRequest, Right, Visit
from unhear.household.policy import decide_film
from unhear.household.scope import Scope
from unhear.household.words import WHOEVER_IS_SEEN, DeviceId, TraceId, Utterance
from unhear.keep.notices import Told

VISIT_MAX = timedelta(days=1)
DIGEST_BYTES = 32
MESSAGE_SECONDS_MAX = 30.0
MESSAGES_A_DAY = 20


class NoVisit(Exception):
    """Nobody can have been filmed at such a time, or it is too long to be a visit."""


class NoMessages(Exception):
    """No message can be left at a camera that keeps nothing, or as many as may be were today."""


def leave_message(house: House, camera: DeviceId, file: bytes, seconds: float) -> TraceId:
    """Keep what a visitor said, sealed to the household in their own browser; tell that it came.

    Raises `NoSuchCamera`, `NoMessages`, `HeaderDamaged`, and what keeping raises.
    """
    house.cameras.decided(camera)
    now = house.clock()
    decision = decide_film(house.household, camera, now)
    today = Scope(device=camera, since=now - timedelta(days=1))
    messages = [one for one in house.catalogue.recordings(today) if not one.utterance.seen]
    if decision.keep_until is None or len(messages) >= MESSAGES_A_DAY:
        raise NoMessages
    utterance = Utterance(
        of=new_trace_id(),
        heard_at=now,
        device=camera,
        person=WHOEVER_IS_SEEN,
        seconds=min(max(seconds, 0.0), MESSAGE_SECONDS_MAX),
        purposes=decision.purposes,
        reasons=("A visitor left it as a message.", *decision.reasons),
    )
    kept = house.catalogue.keep_sealed(file, utterance, decision.keep_until)
    house.door.message(camera, kept)
    return kept


def ask_to_forget(house: House, camera: DeviceId, since: datetime, until: datetime) -> DataRequest:
    """Take a visitor's request, for a guardian to decide; answer it.

    Raises `NoSuchCamera`, `NoVisit` and `TooManyRequests`.
    """
    now, stay = house.clock(), timedelta(days=house.cameras.decided(camera).days)
    if not (since < until <= since + VISIT_MAX and since <= now and until > now - stay):
        raise NoVisit
    request = DataRequest(
        id=new_trace_id(),
        agent=VISITOR,
        right=Right.DELETION,
        received_at=now,
        digest=random_bytes(DIGEST_BYTES),  # nobody signed it, so every request is another one
        visit=Visit(camera, since, until),
    )
    told = Told("visit", {"camera": camera})
    house.data_requests.receive(request, sorted(house.household.guardians), told)
    return request
