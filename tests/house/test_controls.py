"""An operator answers nobody while a control that the law asks for is off; a home may."""

import asyncio
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.cli.program import PASSPHRASE, unhear
from tests.home import NOON, SetClock
from tests.ports import free_port
from unhear import clock
from unhear.house.advice import Health
from unhear.house.controls import (
    CONTROLS,
    NEEDS_A_REASON,
    ControlsMissing,
    controls_table,
    missing_controls,
)
from unhear.house.doctor import QUICK_CHECKS
from unhear.house.house import House
from unhear.house.setup import SetupPlan, set_up
from unhear.house.turn import Assistant
from unhear.household.methods import BUILT_IN
from unhear.household.scope import Scope
from unhear.prove.claims import Drill
from unhear.service.roles import work
from unhear.settings import OperatorSettings, Settings, SettingsWrong, read_settings

DOCS = Path(__file__).parents[2] / "docs"
PLAN = SetupPlan("Home", "Ada", adults=("Jo",), children=("Mia",))
WHOLE = OperatorSettings(
    name="Ears Ltd",
    address="1 High Street",
    telephone="+1 555 0100",
    email="parents@ears.example",
    notice_url="https://ears.example/notice",
    coordinator="N. N.",
    risk_assessed=NOON.date(),
    needs={purpose.value: "to do what parents asked for" for purpose in NEEDS_A_REASON},
)
SENDING: dict[str, dict[str, Any]] = {
    "ask": {"url": "https://llm.example/v1"},
    "weather": {"latitude": 1.0, "longitude": 2.0},
    "home": {"home_assistant": "http://ha.example", "mqtt": "mqtt://broker.example"},
}
SENDERS = ("ask", "weather", "home_assistant", "mqtt", "mirror")


@pytest.fixture(autouse=True)
def set_clock(monkeypatch: pytest.MonkeyPatch) -> SetClock:
    set_clock = SetClock(NOON)
    monkeypatch.setattr(clock, "now", set_clock)
    return set_clock


def opened(tmp_path: Path, operator: OperatorSettings = WHOLE, **settings: Any) -> House:
    folder = tmp_path / "house"
    if not folder.exists():
        set_up(Settings(house=folder), PLAN, PASSPHRASE)
    chosen = {"profile": "operator", **settings}
    return House(Settings(house=folder, operator=operator, **chosen))


def off(house: House) -> dict[str, str]:
    return {one.control.name: one.what for one in missing_controls(house)}


def test_with_every_control_on_an_operator_answers(tmp_path: Path) -> None:
    house = opened(tmp_path)
    assert off(house) == {}
    Assistant(house).close()
    house.close()


@pytest.mark.parametrize(
    ("missing", "control"),
    [
        ({"coordinator": ""}, "security coordinator"),
        ({"risk_assessed": None}, "risk assessment"),
        ({"risk_assessed": NOON.date() - timedelta(days=366)}, "risk assessment"),
        ({"risk_assessed": NOON.date() + timedelta(days=1)}, "risk assessment"),
        ({"name": ""}, "notice contact"),
        ({"address": ""}, "notice contact"),
        ({"telephone": ""}, "notice contact"),
        ({"email": ""}, "notice contact"),
        ({"notice_url": ""}, "online notice"),
        ({"needs": {}}, "retention policy"),
        ({"needs": {**WHOLE.needs, "keep": " "}}, "retention policy"),
    ],
)
def test_each_one_that_is_off_is_named_and_nobody_is_answered(
    tmp_path: Path, missing: dict[str, Any], control: str
) -> None:
    house = opened(tmp_path, WHOLE.model_copy(update=missing))
    assert off(house).keys() == {control}
    (known,) = [one for one in CONTROLS if one.name == control]
    with pytest.raises(ControlsMissing, match=control) as refused:
        Assistant(house)
    assert known.todo in str(refused.value)
    advice = [one for check in QUICK_CHECKS for one in check(house) if one.check == control]
    assert [one.health for one in advice] == [Health.WRONG]
    house.close()


def test_an_assessment_of_a_year_ago_will_do(tmp_path: Path) -> None:
    ago = WHOLE.model_copy(update={"risk_assessed": NOON.date() - timedelta(days=365)})
    house = opened(tmp_path, ago)
    assert off(house) == {}
    house.close()


def test_everybody_who_gets_something_must_have_assured_it(tmp_path: Path) -> None:
    sending: dict[str, Any] = {"skills": SENDING, "mirror": "s3://bucket/prefix"}
    house = opened(tmp_path, **sending)
    assert off(house) == {"processor assurances": ", ".join(sorted(SENDERS))}
    given = dict.fromkeys(SENDERS, NOON.date())
    for one in SENDERS:
        rest = {name: day for name, day in given.items() if name != one}
        later = {**rest, one: NOON.date() + timedelta(days=1)}
        for assurances in (rest, later):
            partly = opened(
                tmp_path, WHOLE.model_copy(update={"assurances": assurances}), **sending
            )
            assert off(partly) == {"processor assurances": one}
            partly.database.close()
    whole = opened(tmp_path, WHOLE.model_copy(update={"assurances": given}), **sending)
    assert off(whole) == {}
    whole.database.close()
    house.database.close()


def test_a_method_of_consent_must_be_enough_for_what_is_disclosed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = opened(tmp_path)
    methods = house.practice.methods
    for usable in ({"terminal", "passkey"}, set[str]()):
        left = {name: one for name, one in methods.items() if name in usable}
        monkeypatch.setitem(house.__dict__, "practice", replace(house.practice, methods=left))
        assert off(house).keys() == {"consent method"}
    house.close()


def test_what_is_not_deleted_and_a_drill_that_failed_keep_it_shut(
    tmp_path: Path, set_clock: SetClock
) -> None:
    house = opened(tmp_path)
    house.tidy()
    with house.database.writing() as transaction:
        transaction.set_drill(Drill("2026-03-14T12:00:00Z", "failed"))
    assert off(house).keys() == {"restore drill"}
    with house.database.writing() as transaction:
        transaction.set_drill(Drill("2026-03-14T12:00:00Z", "passed"))
    set_clock.pass_time(days=100)
    with pytest.raises(Exception, match="clock says"):
        house.tidy()
    assert off(house) == {"deletion by age": "the clock is doubted"}
    house.sweeper.accept_clock()
    assert off(house) == {}
    house.close()


def test_a_home_is_asked_for_none_of_it(tmp_path: Path) -> None:
    house = opened(tmp_path, OperatorSettings(), profile="home")
    assert off(house)
    Assistant(house).close()
    assert not [one for check in QUICK_CHECKS for one in check(house) if "312" in one.todo]
    house.close()


def test_parents_can_have_things_erased_whatever_is_missing(tmp_path: Path) -> None:
    house = opened(tmp_path, OperatorSettings())
    with pytest.raises(ControlsMissing):
        Assistant(house)
    receipt = house.forgetter.forget(house.household.id, Scope())
    assert receipt.statement["scope"] == "everything"
    house.consents.stop(
        house.household.people[2].id,
        next(iter(house.practice.facts(house.household).purposes)),
        house.household.people[0].id,
    )
    house.close()


def test_at_the_command_line(tmp_path: Path) -> None:
    folder = tmp_path / "house"
    set_up(Settings(house=folder), PLAN, PASSPHRASE)
    (folder / "settings.toml").write_text(
        'profile = "operator"\n[operator]\nname = "Ears Ltd"\nrisk_assessed = 2020-01-01\n'
        '[operator.needs]\nkeep = "to let parents listen"\n'
        "[operator.assurances]\nask = 2020-01-01\n"
    )
    settings = read_settings(folder)
    assert settings.operator.risk_assessed == date(2020, 1, 1)
    assert settings.operator.assurances == {"ask": date(2020, 1, 1)}
    refused = unhear(folder, "ask", "--text", "what time is it", code=3)["error"]
    assert "security coordinator" in refused
    assert "set `coordinator`" in refused
    rows = unhear(folder, "controls", code=1)["controls"]
    missing = {row["control"]: row["missing"] for row in rows}
    assert "2020-01-01" in missing["risk assessment"]
    assert missing["notice contact"] == "address, telephone, email"
    assert missing["consent method"] is None
    assert unhear(folder, "people", "list")["people"]
    (folder / "settings.toml").write_text('profile = "company"\n')
    with pytest.raises(SettingsWrong, match="profile"):
        read_settings(folder)


def test_the_documented_controls_are_these() -> None:
    assert controls_table() in (DOCS / "children.md").read_text(), controls_table()


def test_every_method_of_consent_is_documented_with_what_it_is_worth() -> None:
    rows = [
        line.split("|")[1:-1]
        for line in (DOCS / "children.md").read_text().splitlines()
        if line.startswith("| `")
    ]
    documented = {
        name.strip(" `"): (clause, strong.strip() == "yes")
        for names, clause, _, strong in rows
        for name in names.split(",")
    }
    assert documented.keys() == {method.name for method in BUILT_IN}
    for method in BUILT_IN:
        clause, strong = documented[method.name]
        assert strong is method.withstands_disclosure
        if "312.5" in method.clause:
            assert f"({method.clause.rpartition('(')[2]}" in clause


@pytest.mark.speech
def test_an_operator_at_work_stops_on_the_day_on_which_a_control_goes_off(
    tmp_path: Path, set_clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = opened(tmp_path, page="", provide=f"127.0.0.1:{free_port()}")
    house.close()

    async def live() -> None:
        served = asyncio.Event()
        working = asyncio.ensure_future(work(house.settings, lambda _line: served.set()))
        await asyncio.wait(
            [working, asyncio.ensure_future(served.wait())], return_when="FIRST_COMPLETED"
        )
        assert not working.done()
        await asyncio.sleep(0)
        set_clock.pass_time(days=366)
        async with asyncio.timeout(60):
            await working

    with pytest.raises(ControlsMissing, match="risk assessment"):
        asyncio.run(live())
