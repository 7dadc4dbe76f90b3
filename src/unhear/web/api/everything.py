"""A copy of everything, for a guardian to take: what the house itself can say."""

import json
from typing import Any

from fastapi import APIRouter

from unhear.house.everything import all_receipts, everything
from unhear.house.looks import EXPORTED
from unhear.web.api.fields import Answered
from unhear.web.signed_in import FreshGuardian

router = APIRouter(prefix="/everything", tags=["copy"])


class Everything(Answered):
    """Each of `parts` becomes a file; recordings are fetched, and opened, one by one."""

    recordings: int
    parts: dict[str, Any]
    receipts: list[dict[str, Any]]


@router.get("")
def told(signed: FreshGuardian) -> Everything:
    """Answer all that the house can say in clear; sound and words are sealed.

    That copies of all recordings are taken out is stated first.
    """
    house = signed.house
    kept = [one.id for one in house.catalogue.recordings()]
    house.looks.take(signed.person.id, kept, EXPORTED)
    return Everything(
        recordings=house.catalogue.extent()[0],
        parts=dict(everything(house, signed.person.id)),
        receipts=[json.loads(one.to_json()) for one in all_receipts(house)],
    )
