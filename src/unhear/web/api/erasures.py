"""Forgetting, and how far it has come."""

import json
from datetime import date, datetime
from typing import Any

from fastapi import APIRouter
from pydantic import AwareDatetime

from unhear.clock import day_number
from unhear.forget.progress import out_of_reach, progress_of
from unhear.household.scope import Scope
from unhear.household.words import DeviceId, PersonId, Purpose, Seen, TraceId
from unhear.prove.receipt import Receipt
from unhear.web.api.fields import Answered, Taken, Trace
from unhear.web.problems import Problem
from unhear.web.signed_in import STEP_UP, Guardian, SignedIn

router = APIRouter(prefix="/erasures", tags=["forgetting"])

NOTHING_NAMED = Problem(422, "nothing-named", "Say what to forget, or `everything`.")
NO_SUCH_SCOPE = Problem(422, "no-such-scope", "These selectors exclude each other, or are empty.")
NOTHING_SHOWN = Problem(404, "nothing-shown", "No clip that is kept shows this.")
RECORDINGS_MAX = 2_048


class Wanted(Taken):
    """What to forget: what matches every selector that is given."""

    recordings: tuple[Trace, ...] | None = None
    person: str | None = None
    device: str | None = None
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None
    purpose: Purpose | None = None
    showing: Seen | None = None
    """The clips of cameras that show this, of all that the other selectors name."""

    words_only: bool = False
    everything: bool = False
    household: bool = False


class Forgotten(Answered):
    """What was forgotten: the receipt, which anybody can check, and the log's key for that."""

    id: str
    count: str
    receipt: dict[str, Any]
    key: str


class Erasing(Answered):
    """One erasure, and what it waits for; empty when it is done."""

    id: str
    asked_at: datetime
    scope: str
    expired: bool
    state: str
    waits_for: tuple[str, ...]
    looks_again: date | None


class Erasures(Answered):
    """All erasures, and what none of them reaches."""

    erasures: list[Erasing]
    out_of_reach: list[str]


@router.post("")
def forget(signed: Guardian, wanted: Wanted) -> Forgotten:
    """Forget, everywhere and in every old backup. What is wide needs a fresh proof."""
    try:
        scope = Scope(
            recordings=None if wanted.recordings is None else _traces(wanted.recordings),
            person=None if wanted.person is None else PersonId(wanted.person),
            device=None if wanted.device is None else DeviceId(wanted.device),
            since=wanted.since,
            until=wanted.until,
            purpose=wanted.purpose,
            words_only=wanted.words_only,
            household=wanted.household,
        )
    except (ValueError, TypeError):
        raise NO_SUCH_SCOPE from None
    if wanted.showing is not None:
        scope = Scope(recordings=_shown(signed, wanted.showing, scope))
    if scope == Scope() and not wanted.everything:
        raise NOTHING_NAMED
    wide = wanted.everything or scope in (Scope(household=True), Scope(purpose=scope.purpose))
    if wide and not signed.house.sign_ins.is_fresh(signed.session):
        raise STEP_UP
    return forgotten(signed, scope)


@router.get("")
def erasures(signed: Guardian) -> Erasures:
    """Say how far every erasure has come."""
    house = signed.house
    now = house.clock()
    found = progress_of(house.database, house.keeper, house.household.id, day_number(now))
    return Erasures(
        erasures=[
            Erasing(
                id=one.id.hex(),
                asked_at=one.asked_at,
                scope=one.scope,
                expired=one.expired,
                state=one.state.value,
                waits_for=one.waits_for,
                looks_again=one.looks_again,
            )
            for one in found
        ],
        out_of_reach=out_of_reach(house.forgetter.horizon_days, now),
    )


def forgotten(signed: SignedIn, scope: Scope) -> Forgotten:
    """Forget what a scope names; answer the receipt."""
    house = signed.house
    return told(signed, house.forgetter.forget(house.household.id, scope))


def told(signed: SignedIn, receipt: Receipt) -> Forgotten:
    """Answer a receipt as the API tells it."""
    return Forgotten(
        id=str(receipt.statement["id"]),
        count=str(receipt.statement["count"]),
        receipt=json.loads(receipt.to_json()),
        key=str(signed.house.ledger.key),
    )


def _shown(signed: SignedIn, seen: Seen, scope: Scope) -> frozenset[TraceId]:
    if scope.household or scope.words_only:
        raise NO_SUCH_SCOPE
    found = signed.house.catalogue.showing(seen, scope)
    if not found:
        raise NOTHING_SHOWN
    return found


def _traces(ids: tuple[Any, ...]) -> frozenset[TraceId]:
    if not 1 <= len(ids) <= RECORDINGS_MAX:
        raise ValueError("so many recordings are named in several requests")
    return frozenset(TraceId(one) for one in ids)
