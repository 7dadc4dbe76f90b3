"""Guardians change who lives here, consents and retention, and read how far forgetting has come."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.cli.program import PASSPHRASE, unhear
from unhear.clock import now
from unhear.forget.traces import new_trace_id
from unhear.house.house import House
from unhear.house.setup import SetupPlan, set_up
from unhear.house.sign_ins import Entering
from unhear.household.words import DeviceId, PersonKind, Utterance
from unhear.settings import Settings

PLAN = SetupPlan("Testers", "Ada", adults=("Grace",), children=("Mia",), keep=True)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    set_up(Settings(house=tmp_path / "house"), PLAN, PASSPHRASE)
    return tmp_path / "house"


def keep_something(folder: Path, name: str) -> str:
    house = House(Settings(house=folder))
    person = house.household.named(name)
    assert person is not None
    trace = house.catalogue.keep(
        wav=b"RIFF",
        transcript="words",
        utterance=Utterance(new_trace_id(), now(), DeviceId("kitchen"), person.id, 1.0),
        keep_until=now() + timedelta(days=9),
    )
    house.close()
    return trace.hex()


def test_people_and_consents_come_and_go(folder: Path) -> None:
    unhear(folder, "people", "add", "Leo", "--kind", "child")
    assert "already" in unhear(folder, "people", "add", "leo", "--kind", "guest", code=3)["error"]
    unhear(folder, "consent", "give", "Leo", "--for", "keep")
    consents = unhear(folder, "consent", "list")["consents"]
    assert {"Leo", "Ada", "Grace", "unknown"} == {consent["person"] for consent in consents}
    unhear(folder, "consent", "withdraw", "Leo", "--for", "keep")
    listed = unhear(folder, "consent", "list")
    assert "Leo" not in {consent["person"] for consent in listed["consents"]}
    assert [(no["person"], no["by"]) for no in listed["objections"]] == [("Leo", "Ada")]
    unhear(folder, "people", "keep", "Leo")
    unhear(folder, "people", "remove", "Leo")
    names = [person["name"] for person in unhear(folder, "people", "list")["people"]]
    assert names == ["Ada", "Grace", "Mia"]
    assert "only guardian" in unhear(folder, "people", "remove", "Ada", code=3)["error"]
    assert "nobody here" in unhear(folder, "people", "remove", "Leo", code=2)["error"]
    assert unhear(folder, "notices")["notices"] == []


def test_guardians_are_signed_out_at_the_machine(folder: Path) -> None:
    house = House(Settings(house=folder))
    ada = house.household.people[0].id
    kim = house.family.add("Kim", PersonKind.GUARDIAN).id
    tokens = [
        house.sign_ins.open(Entering(person, "passkey", bytes([number]) * 32, ("Safari", "Mac")))[0]
        for number, person in enumerate((ada, ada, kim))
    ]

    def signed_in() -> list[bool]:
        return [house.sign_ins.of(token) is not None for token in tokens]

    assert signed_in() == [True, True, True]
    assert unhear(folder, "people", "sign-out", "Ada") == {"signed_out": 2}
    assert signed_in() == [False, False, True]
    assert unhear(folder, "people", "sign-out") == {"signed_out": 1}
    assert signed_in() == [False, False, False]
    assert unhear(folder, "people", "sign-out") == {"signed_out": 0}
    house.close()


def test_consent_is_stopped_and_what_was_kept_is_deleted_apart(folder: Path) -> None:
    keep_something(folder, "Grace")
    kept = keep_something(folder, "Ada")
    unhear(folder, "consent", "withdraw", "Grace", "--for", "keep")
    assert len(unhear(folder, "recordings")["recordings"]) == 2
    assert unhear(folder, "consent", "give", "Grace", "--for", "keep")["counts"] == ["keep"]
    unhear(folder, "consent", "withdraw", "Grace", "--for", "keep", "--delete")
    left = unhear(folder, "recordings")["recordings"]
    assert [kept.startswith(one["id"]) for one in left] == [True]


def test_retention_has_ceilings_and_no_for_ever(folder: Path) -> None:
    unhear(
        folder, "retention", "set", "--days", "20", "--rule", "7:child:voice", "--rule", "3:review"
    )
    shown = unhear(folder, "retention", "show")
    assert (shown["days"], [rule["days"] for rule in shown["rules"]]) == (20, [7, 3])
    for wrong in ("91:child", "0", "for ever", "3:cat"):
        unhear(folder, "retention", "set", "--rule", wrong, code=2)
    assert "365" in unhear(folder, "retention", "set", "--days", "366", code=2)["error"]
    assert unhear(folder, "retention", "set", "--clear")["rules"] == []


def test_a_hold_needs_two_people_and_an_erasure_waits_for_it(folder: Path) -> None:
    kept = keep_something(folder, "Ada")
    asked = ("--reason", "Court of Somewhere 12/34", "--by", "Grace", "--days", "9")
    assert "say what" in unhear(folder, "hold", "ask", *asked, code=2)["error"]
    hold = unhear(folder, "hold", "ask", *asked, "--recording", kept[:8])["id"]
    assert "two people" in unhear(folder, "hold", "agree", hold, "--by", "grace", code=3)["error"]
    unhear(folder, "hold", "agree", hold, "--by", "Ada")
    assert "may not be erased yet" in unhear(folder, "forget", kept[:8], code=3)["error"]
    (waiting,) = unhear(folder, "erasures")["erasures"]
    assert waiting["waits_for"] == "a legal hold"
    assert unhear(folder, "audit")["ok"]
    assert unhear(folder, "hold", "lift", hold)["finished"] == 1
    shown = unhear(folder, "erasures")
    assert shown["erasures"][0]["state"] == "done"
    assert any("exported" in what for what in shown["out_of_reach"])
    assert unhear(folder, "recordings")["recordings"] == []


def test_a_hold_sealed_by_order_is_not_shown(folder: Path) -> None:
    asked = ("--reason", "Sealed order 99", "--by", "Grace", "--days", "9", "--by-order")
    hold = unhear(folder, "hold", "ask", *asked, "--device", "kitchen")["id"]
    unhear(folder, "hold", "agree", hold, "--by", "Ada")
    assert unhear(folder, "hold", "list")["holds"] == []


def test_the_clock_is_believed_on_a_guardians_word(folder: Path) -> None:
    assert unhear(folder, "clock", "show")["believed"] is None
    unhear(folder, "clock", "accept")
    shown = unhear(folder, "clock", "show")
    assert shown["believed"] is not None
    assert not shown["doubted"]
