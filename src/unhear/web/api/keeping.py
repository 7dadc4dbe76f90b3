"""How long things stay, what is kept now, and how the house is."""

from datetime import datetime

from fastapi import APIRouter

from unhear import __version__
from unhear.house.audit import audit_apart
from unhear.house.doctor import QUICK_CHECKS
from unhear.household.retention import (
    CEILINGS,
    CHILD_PROFILE_DAYS_MAX,
    DAYS_MAX,
    DeviceKind,
    Retention,
    RetentionRule,
)
from unhear.household.words import PersonKind, Purpose
from unhear.web.api.fields import Answered, Taken
from unhear.web.problems import Problem
from unhear.web.signed_in import Guardian

router = APIRouter(tags=["keeping"])

TOO_LONG = "too-long"


class Rule(Taken):
    """A number of days for all that matches; what is null matches everything."""

    days: int
    purpose: Purpose | None = None
    person: PersonKind | None = None
    device: DeviceKind | None = None


class Stay(Taken):
    """How long things stay, in days."""

    days: int
    child_profile_days: int
    rules: tuple[Rule, ...] = ()


class Keeping(Answered):
    """What is in force, what the law of the house allows at most, and what is kept now."""

    stay: Stay
    days_max: int
    child_profile_days_max: int
    ceilings: dict[str, int]
    recordings: int
    oldest: datetime | None


class Finding(Answered):
    """One check of the house."""

    check: str
    ok: bool
    seen: str
    todo: str = ""


class Status(Answered):
    """How the house is."""

    version: str
    keeper: str
    keeper_grade: str
    keeper_limits: list[str]
    log_key: str
    findings: list[Finding]


@router.get("/keeping")
def keeping(signed: Guardian) -> Keeping:
    """Say how long things stay, and what is kept."""
    house = signed.house
    retention = house.household.retention
    count, oldest = house.catalogue.extent()
    return Keeping(
        stay=Stay(
            days=retention.days,
            child_profile_days=retention.child_profile_days,
            rules=tuple(
                Rule(days=r.days, purpose=r.purpose, person=r.person, device=r.device)
                for r in retention.rules
            ),
        ),
        days_max=DAYS_MAX,
        child_profile_days_max=CHILD_PROFILE_DAYS_MAX,
        ceilings={kind.value: days for kind, days in CEILINGS.items()},
        recordings=count,
        oldest=oldest,
    )


@router.put("/keeping")
def set_keeping(signed: Guardian, wanted: Stay) -> Keeping:
    """Change how long things stay; what is kept already keeps its expiry."""
    try:
        retention = Retention(
            wanted.days,
            tuple(RetentionRule(r.days, r.purpose, r.person, r.device) for r in wanted.rules),
            wanted.child_profile_days,
        )
    except ValueError as error:
        raise Problem(422, TOO_LONG, f"{error}.") from None
    signed.house.household = signed.house.family.set_retention(retention)
    return keeping(signed)


@router.get("/status")
def status(signed: Guardian) -> Status:
    """Say how the house is."""
    house = signed.house
    advice = [one for check in QUICK_CHECKS for one in check(house)]
    return Status(
        version=__version__,
        keeper=house.keeper.kind,
        keeper_grade=house.keeper.grade,
        keeper_limits=list(house.keeper.limits),
        log_key=str(house.ledger.key),
        findings=[
            Finding(check=a.check, ok=a.health == "ok", seen=a.seen, todo=a.todo) for a in advice
        ],
    )


@router.post("/audit")
def audited(signed: Guardian) -> list[Finding]:
    """Check everything: keys, payloads, expiry, the ledger, and that no plaintext lies about."""
    return [
        Finding(check=f.check, ok=f.ok, seen=f.seen) for f in audit_apart(signed.house.settings)
    ]
