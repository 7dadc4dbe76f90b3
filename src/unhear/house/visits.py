"""What people ask whom a camera filmed: to have their visit forgotten."""

from datetime import datetime, timedelta

from unhear.clock import random_bytes
from unhear.forget.traces import new_trace_id
from unhear.house.house import House
from unhear.household.data_rights import VISITOR, DataRequest, Right, Visit
from unhear.household.words import DeviceId

VISIT_MAX = timedelta(days=1)
DIGEST_BYTES = 32


class NoVisit(Exception):
    """Nobody can have been filmed at such a time, or it is too long to be a visit."""


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
    told = f"Somebody who was at {camera} asks that it be forgotten; decide it under Receipts."
    house.data_requests.receive(request, sorted(house.household.guardians), told)
    return request
