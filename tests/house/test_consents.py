"""Consents given, split by purpose, stopped, and erased; the more private wins."""

import json
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from tests.home import Home, make_home
from unhear.house.consents import MayNotDecide
from unhear.house.setup import SetupPlan
from unhear.household.consent import Choice
from unhear.household.family import Household
from unhear.household.methods import Verified
from unhear.household.policy import decide
from unhear.household.words import (
    OPTIONAL,
    UNKNOWN_PERSON,
    DeviceId,
    Person,
    PersonId,
    PersonKind,
    Purpose,
)

PLAN = SetupPlan(name="Home", guardian="Sam", adults=("Jo",), children=("Theodora",), keep=True)
HERE = Verified("terminal")
KITCHEN = DeviceId("kitchen")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = make_home(tmp_path / "house", plan=PLAN)
    home.clock.at = home.clock.at.replace(year=2027)
    return home


def named(home: Home, name: str) -> PersonId:
    person = home.household.named(name)
    assert person is not None
    return person.id


def give(home: Home, name: str, *purposes: Purpose, by: str = "Sam") -> Household:
    return home.consents.give(Choice(named(home, name), purposes, named(home, by)), HERE)


def counts(home: Home, name: str, purpose: Purpose) -> bool:
    return home.household.consent(named(home, name), purpose, home.clock()) is not None


def statements(home: Home) -> list[dict[str, Any]]:
    with home.db.reading() as transaction:
        leaves = transaction.ledger_leaves(0, transaction.ledger_size())
        return [json.loads(leaf) for leaf in leaves]


def second_guardian(home: Home) -> Person:
    return home.family.add("Kim", PersonKind.GUARDIAN)


def test_everything_optional_is_off_for_a_child_and_each_is_given_alone(home: Home) -> None:
    assert not any(counts(home, "Theodora", purpose) for purpose in OPTIONAL)
    for purpose in OPTIONAL:
        give(home, "Theodora", purpose)
        assert [one for one in OPTIONAL if counts(home, "Theodora", one)] == [purpose]
        home.consents.stop(named(home, "Theodora"), purpose, named(home, "Sam"))
    assert not any(counts(home, "Theodora", purpose) for purpose in OPTIONAL)


def test_a_consent_says_who_how_when_and_on_which_notice(home: Home) -> None:
    shown = home.consents.facts()
    household = give(home, "Theodora", Purpose.KEEP)
    (consent,) = household.given(named(home, "Theodora"), Purpose.KEEP)
    assert (consent.by, consent.method, consent.result) == (
        named(home, "Sam"),
        "terminal",
        "verified",
    )
    assert (consent.given_at, consent.notice) == (home.clock(), shown.version)
    assert household.notice(consent.notice) == shown
    leaf = statements(home)[-1]
    opened = sha256(b"unhear/notice/v1" + consent.salt + bytes.fromhex(shown.version)).hexdigest()
    assert (leaf["kind"], leaf["notice"], leaf["method"]) == ("consent", opened, "terminal")
    assert shown.version not in json.dumps(statements(home)), "it would link the leaves of a house"


def test_answering_needs_no_consent_and_a_child_gives_none(home: Home) -> None:
    child, sam = named(home, "Theodora"), named(home, "Sam")
    with pytest.raises(MayNotDecide, match="needs no consent"):
        home.consents.give(Choice(child, (Purpose.RESPOND,), sam), HERE)
    for by in (child, named(home, "Jo"), UNKNOWN_PERSON):
        with pytest.raises(MayNotDecide, match="only a guardian"):
            home.consents.give(Choice(child, (Purpose.KEEP,), by), HERE)
        with pytest.raises(MayNotDecide, match="only a guardian"):
            home.consents.stop(child, Purpose.KEEP, by)
    jo = named(home, "Jo")
    home.consents.give(Choice(jo, (Purpose.SHARE,), jo), HERE)
    assert counts(home, "Jo", Purpose.SHARE)


def test_stop_leaves_what_was_kept_and_delete_leaves_what_is_allowed(home: Home) -> None:
    child, sam = named(home, "Theodora"), named(home, "Sam")
    give(home, "Theodora", Purpose.KEEP)
    kept, other = home.keep(person=child), home.keep(person=sam)
    receipt = home.consents.delete(child, Purpose.KEEP)
    assert receipt.statement["scope"] == "person and purpose"
    assert [one.id for one in home.catalogue.recordings()] == [other]
    assert counts(home, "Theodora", Purpose.KEEP), "deleting stops nothing"
    home.clock.pass_time(seconds=1)
    kept = home.keep(person=child)
    home.consents.stop(child, Purpose.KEEP, sam)
    assert not counts(home, "Theodora", Purpose.KEEP)
    assert {one.id for one in home.catalogue.recordings()} == {kept, other}, "stopping erases none"
    assert statements(home)[-1]["kind"] == "consent-withdrawn"
    give(home, "Theodora", Purpose.KEEP)
    home.consents.stop_and_delete(child, Purpose.KEEP, sam)
    assert not counts(home, "Theodora", Purpose.KEEP)
    assert [one.id for one in home.catalogue.recordings()] == [other]
    assert [one["kind"] for one in statements(home)[-2:]] == ["consent-withdrawn", "erasure"]


def test_stopping_counts_for_the_very_next_words(home: Home) -> None:
    child = named(home, "Theodora")
    give(home, "Theodora", Purpose.KEEP)
    assert decide(home.household, child, home.clock(), KITCHEN).keeps
    home.consents.stop(child, Purpose.KEEP, named(home, "Sam"))
    decision = decide(home.household, child, home.clock(), KITCHEN)
    assert not decision.keeps
    assert "said no" in decision.reasons[0]


def test_one_guardians_no_stands_against_anothers_yes(home: Home) -> None:
    kim, child = second_guardian(home).id, named(home, "Theodora")
    give(home, "Theodora", Purpose.KEEP)
    assert counts(home, "Theodora", Purpose.KEEP), "one guardian is enough"
    home.consents.stop(child, Purpose.KEEP, kim)
    assert not counts(home, "Theodora", Purpose.KEEP)
    give(home, "Theodora", Purpose.KEEP, by="Sam")
    assert not counts(home, "Theodora", Purpose.KEEP), "the more private wins"
    give(home, "Theodora", Purpose.KEEP, by="Kim")
    assert counts(home, "Theodora", Purpose.KEEP), "who said no may say yes"


def test_where_all_must_consent_one_who_has_not_is_enough_to_keep_it_off(home: Home) -> None:
    kim, sam, child = second_guardian(home).id, named(home, "Sam"), named(home, "Theodora")
    give(home, "Theodora", Purpose.KEEP)
    home.consents.require_all_guardians([kim], on=True)
    assert not counts(home, "Theodora", Purpose.KEEP)
    assert "Not every guardian" in decide(home.household, child, home.clock(), KITCHEN).reasons[0]
    give(home, "Theodora", Purpose.KEEP, by="Kim")
    assert counts(home, "Theodora", Purpose.KEEP)
    assert counts(home, "Jo", Purpose.KEEP), "it is about children"
    with pytest.raises(MayNotDecide, match="all guardians must agree"):
        home.consents.require_all_guardians([kim], on=False)
    with pytest.raises(MayNotDecide):
        home.consents.require_all_guardians([named(home, "Jo")], on=True)
    assert home.household.all_guardians
    assert not home.consents.require_all_guardians([kim, sam], on=False).all_guardians


def test_a_guardian_who_leaves_takes_their_word_along(home: Home) -> None:
    kim = second_guardian(home).id
    give(home, "Theodora", Purpose.KEEP, by="Kim")
    home.consents.stop(named(home, "Theodora"), Purpose.REVIEW, kim)
    home.family.remove(kim)
    assert not counts(home, "Theodora", Purpose.KEEP)
    assert home.household.objections == ()


def test_an_adults_own_no_stands_against_a_guardians_yes(home: Home) -> None:
    jo = named(home, "Jo")
    assert counts(home, "Jo", Purpose.KEEP)
    home.consents.stop(jo, Purpose.KEEP, jo)
    give(home, "Jo", Purpose.KEEP, by="Sam")
    assert not counts(home, "Jo", Purpose.KEEP)


def test_an_unknown_voice_has_no_consent_where_children_live(home: Home) -> None:
    at = home.clock()
    give_unknown = Choice(UNKNOWN_PERSON, (Purpose.SHARE,), named(home, "Sam"))
    household = home.consents.give(give_unknown, HERE)
    assert household.consent(UNKNOWN_PERSON, Purpose.SHARE, at) is None
    assert household.consent(UNKNOWN_PERSON, Purpose.KEEP, at) is None
    home.family.remove(named(home, "Theodora"))
    assert home.household.consent(UNKNOWN_PERSON, Purpose.SHARE, at) is not None


def test_a_consent_counts_from_when_it_was_given(home: Home) -> None:
    before = home.clock() - timedelta(seconds=1)
    give(home, "Theodora", Purpose.KEEP)
    child = named(home, "Theodora")
    assert home.household.consent(child, Purpose.KEEP, before) is None
