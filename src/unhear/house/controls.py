"""What an operator must have before anybody is answered; a home need not.

Whoever runs a house for others is bound by the children's rule of the United States (16 CFR 312).
Each control names its clause; `docs/children.md` holds this very table.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from unhear.house.house import House
from unhear.household.notice import Facts
from unhear.household.words import Purpose
from unhear.settings import OperatorSettings

ASSESSED_WITHIN = timedelta(days=365)
NEEDS_A_REASON = (Purpose.RESPOND, Purpose.KEEP, Purpose.PERSONALISE, Purpose.SHARE)
"""Purposes for which something is kept or passed on, so that its need must be said."""


class ControlsMissing(Exception):
    """An operator's house answers nobody while a mandatory control is off."""


@dataclass(frozen=True, slots=True)
class State:
    """What controls look at."""

    house: House
    facts: Facts
    operator: OperatorSettings
    today: date


@dataclass(frozen=True, slots=True)
class Control:
    """One control: what is asked, where, what to do; `missing` says what is not there."""

    name: str
    clause: str
    asks: str
    todo: str
    missing: Callable[[State], str | None]


@dataclass(frozen=True, slots=True)
class Missing:
    """A control that is off, and what of it is missing."""

    control: Control
    what: str


def missing_controls(house: House) -> list[Missing]:
    """Answer the controls that are off, whatever the profile: a home can see what it would need."""
    facts = house.practice.facts(house.household)
    state = State(house, facts, house.settings.operator, house.clock().date())
    found = ((control, control.missing(state)) for control in CONTROLS)
    return [Missing(control, what) for control, what in found if what is not None]


def require_controls(house: House) -> None:
    """Raise `ControlsMissing` for an operator's house in which a control is off."""
    if house.settings.profile != "operator":
        return
    if missing := missing_controls(house):
        told = "; ".join(f"{one.control.name}: {one.what} ({one.control.todo})" for one in missing)
        raise ControlsMissing(
            f"an operator may answer nobody while a mandatory control is off. {told}"
        )


def controls_table() -> str:
    """Answer the controls as a table, for the documentation."""
    rows = (f"| {one.name} | {one.clause} | {one.asks} | {one.todo} |" for one in CONTROLS)
    head = "| control | clause | what must be there | what to do |\n|---|---|---|---|"
    return "\n".join([head, *rows]) + "\n"


def _coordinator(state: State) -> str | None:
    return None if state.operator.coordinator else "nobody is named"


def _assessment(state: State) -> str | None:
    assessed = state.operator.risk_assessed
    if assessed is None:
        return "there is none"
    if assessed > state.today:
        return f"{assessed} has not come yet"
    return None if state.today - assessed <= ASSESSED_WITHIN else f"the last is of {assessed}"


def _contact(state: State) -> str | None:
    own = state.operator
    parts = {
        "name": own.name,
        "address": own.address,
        "telephone": own.telephone,
        "email": own.email,
    }
    return _listed(name for name, value in parts.items() if not value)


def _notice(state: State) -> str | None:
    return None if state.operator.notice_url else "nobody can find it"


def _retention(state: State) -> str | None:
    said = {purpose for purpose, need in state.operator.needs.items() if need.strip()}
    return _listed(purpose for purpose in NEEDS_A_REASON if purpose not in said)


def _assurances(state: State) -> str | None:
    given = {name for name, day in state.operator.assurances.items() if day <= state.today}
    personal = {one.connector for one in state.facts.recipients if one.personal}
    return _listed(sorted(personal - given))


def _method(state: State) -> str | None:
    practice = state.house.practice
    weak = practice.too_weak(discloses=state.facts.discloses)
    enough = [name for name, method in practice.methods.items() if method.ready]
    return "there is none" if set(enough) <= set(weak) else None


def _sweep(state: State) -> str | None:
    with state.house.database.reading() as transaction:
        mark = transaction.clock_mark()
    return "the clock is doubted" if mark is not None and mark.doubted is not None else None


def _drill(state: State) -> str | None:
    last = state.house.last_drill()
    return "the last one failed" if last is not None and last.result == "failed" else None


def _listed(names: Iterator[str] | list[str]) -> str | None:
    return ", ".join(names) or None


CONTROLS = (
    Control(
        "security coordinator",
        "16 CFR 312.8(b)",
        "somebody answers for the security programme, by name",
        "set `coordinator` in the table `[operator]`",
        _coordinator,
    ),
    Control(
        "risk assessment",
        "16 CFR 312.8(b)",
        "risks were assessed within the last 12 months",
        "assess them, and set `risk_assessed` in `[operator]` to the day",
        _assessment,
    ),
    Control(
        "restore drill",
        "16 CFR 312.8(b)",
        "the last rehearsed restore did not fail",
        "see `unhear doctor`, and run `unhear drill`",
        _drill,
    ),
    Control(
        "notice contact",
        "16 CFR 312.4(d)(1)",
        "parents know who runs it and how to reach them",
        "set `name`, `address`, `telephone` and `email` in `[operator]`",
        _contact,
    ),
    Control(
        "online notice",
        "16 CFR 312.4(c)(1)(v)",
        "the online notice stands where the direct notice leads",
        "show `unhear notice` there, and set `notice_url` in `[operator]`",
        _notice,
    ),
    Control(
        "retention policy",
        "16 CFR 312.10",
        "for each purpose it is said why the business needs it",
        "say so for each in `[operator.needs]`",
        _retention,
    ),
    Control(
        "processor assurances",
        "16 CFR 312.8(c)",
        "everybody who gets something has assured in writing to keep it safe",
        "get it, and set its day for each connector in `[operator.assurances]`",
        _assurances,
    ),
    Control(
        "consent method",
        "16 CFR 312.5(b)",
        "one method is ready that is enough for what is disclosed",
        "see `unhear consent methods`",
        _method,
    ),
    Control(
        "deletion by age",
        "16 CFR 312.10",
        "what is past its time and children's unused profiles are deleted every day",
        "set the clock right, or say that it is right with `unhear clock accept`",
        _sweep,
    ),
)
"""The mandatory controls."""
