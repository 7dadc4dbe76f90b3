"""Children grow up: bands, and what happens when somebody comes of age."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.home import Home, make_home
from unhear.clock import month_number
from unhear.forget.snapshot import snapshot
from unhear.house.ages import HANDOVER_DAYS, WrongAge
from unhear.house.consents import MayNotDecide
from unhear.house.setup import SetupPlan
from unhear.house.told import told_text
from unhear.household.ages import (
    Age,
    AgeBand,
    band_of,
    comes_of_age,
    grown,
    is_of_age,
    needs_verifying,
)
from unhear.household.consent import Choice, Lapse
from unhear.household.methods import Verified
from unhear.household.policy import decide
from unhear.household.words import DeviceId, Person, PersonId, PersonKind, Purpose
from unhear.keep.notices import notices

PLAN = SetupPlan(name="Home", guardian="Sam", children=("Theodora",))
KITCHEN = DeviceId("kitchen")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = make_home(tmp_path / "house", plan=PLAN)
    home.clock.at = datetime(2027, 3, 10, tzinfo=UTC)
    return home


def child(home: Home) -> Person:
    found = home.household.named("Theodora")
    assert found is not None
    return found


def age(home: Home) -> Age:
    known = child(home).age
    assert known is not None
    return known


def sam(home: Home) -> PersonId:
    return home.household.people[0].id


def allow(home: Home, *purposes: Purpose) -> None:
    home.consents.give(Choice(child(home).id, purposes, sam(home)), Verified("terminal"))


def told(home: Home) -> list[str]:
    found = snapshot(home.db, home.roots, lambda tx, tree: notices(tx, tree, home.id))
    return [told_text(notice.told, "en") for notice in found]


def counts(home: Home, purpose: Purpose = Purpose.KEEP) -> bool:
    return home.household.consent(child(home).id, purpose, home.clock()) is not None


def go(home: Home, year: int, month: int, day: int = 1) -> None:
    """Live until a day, and do each day what a house does each day."""
    until = datetime(year, month, day, tzinfo=UTC)
    while home.clock.at < until:
        home.clock.pass_time(days=1)
        home.ages.look()


MARCH_2027 = month_number(datetime(2027, 3, 1, tzinfo=UTC))


def test_a_child_whose_age_nobody_told_counts_as_the_youngest(home: Home) -> None:
    assert band_of(child(home).age) is AgeBand.UNDER_6
    assert needs_verifying(child(home).age)
    home.ages.look()
    assert age(home).band is None
    assert needs_verifying(age(home))


@given(st.sampled_from(AgeBand), st.integers(13, 16))
def test_the_bands_follow_each_other_without_gap(band: AgeBand, age_of_consent: int) -> None:
    assert band.first <= band.last
    months = band.months_until_change(age_of_consent)
    assert 12 <= months <= 12 * (band.last + 1 - band.first)
    if not is_of_age(Age(band, 0), age_of_consent):
        exact = Age(band, 100, exact=True)
        if not comes_of_age(exact, age_of_consent):
            after = grown(exact, age_of_consent)
            assert after.band is not None
            assert after.band.first == band.last + 1
            assert after.look_month > 100


def test_only_a_band_and_a_month_are_kept(home: Home) -> None:
    home.ages.tell(child(home).id, AgeBand.FROM_6)
    assert age(home) == Age(AgeBand.FROM_6, MARCH_2027 + 12)
    home.ages.tell(child(home).id, AgeBand.FROM_6, MARCH_2027 + 5)
    assert age(home) == Age(AgeBand.FROM_6, MARCH_2027 + 5, exact=True)


@pytest.mark.parametrize(("band", "months"), [("6-9", 0), ("6-9", 49), ("10-12", -3)])
def test_a_month_that_cannot_be_is_refused(home: Home, band: str, months: int) -> None:
    with pytest.raises(WrongAge, match="nobody of the band"):
        home.ages.tell(child(home).id, AgeBand(band), MARCH_2027 + months)
    with pytest.raises(WrongAge, match="no child"):
        home.ages.tell(sam(home), AgeBand(band))


def test_an_age_is_asked_for_again_in_a_year_and_without_answer_no_consent_counts(
    home: Home,
) -> None:
    home.ages.tell(child(home).id, AgeBand.FROM_6)
    allow(home, Purpose.KEEP)
    go(home, 2028, 1, 25)
    assert (told(home), counts(home)) == ([], True)
    go(home, 2028, 2, 1)
    assert len(told(home)) == 1
    assert "From March 2028 on no consent for Theodora counts" in told(home)[0]
    go(home, 2028, 2, 29)
    assert counts(home)
    go(home, 2028, 3, 1)
    assert not counts(home)
    assert not decide(home.household, child(home).id, home.clock(), KITCHEN).keeps
    (consent,) = home.household.given(child(home).id, Purpose.KEEP)
    assert consent.lapsed is Lapse.AGE
    with pytest.raises(MayNotDecide, match="first tell how old"):
        allow(home, Purpose.KEEP)
    home.consents.stop(child(home).id, Purpose.REVIEW, sam(home))
    go(home, 2028, 6, 1)
    assert home.household.named("Theodora") is not None, "nobody said that she came of age"
    home.ages.tell(child(home).id, AgeBand.FROM_6)
    assert not counts(home), "a consent that lapsed is given anew"
    allow(home, Purpose.KEEP)
    assert counts(home)


@pytest.mark.dear
def test_who_told_the_month_is_not_asked_again_before_the_child_comes_of_age(home: Home) -> None:
    home.ages.tell(child(home).id, AgeBand.FROM_6, MARCH_2027 + 2)
    allow(home, Purpose.KEEP)
    go(home, 2027, 5)
    assert (age(home).band, counts(home), told(home)) == (AgeBand.FROM_10, True, [])
    assert age(home).look_month == MARCH_2027 + 2 + 36
    assert needs_verifying(age(home))
    go(home, 2030, 5)
    assert (age(home).band, counts(home)) == (AgeBand.FROM_13, True)
    assert not needs_verifying(age(home))


def test_who_comes_of_age_decides_and_guardians_knew_before(home: Home) -> None:
    home.ages.tell(child(home).id, AgeBand.FROM_13, MARCH_2027 + 3)
    allow(home, Purpose.KEEP, Purpose.PERSONALISE)
    kept = home.keep(person=child(home).id, days=90)
    home.memory(kept, person=child(home).id).remember({"item": "walnuts"})
    go(home, 2027, 5, 1)
    assert told(home) == []
    go(home, 2027, 5, 3)
    (text,) = told(home)
    assert "In June 2027 Theodora comes of age and decides" in text
    assert f"{HANDOVER_DAYS} days later everything of Theodora is erased" in text
    go(home, 2027, 5, 31)
    assert counts(home)
    go(home, 2027, 6, 1)
    assert not counts(home), "what guardians consented to lapses"
    assert [one.id for one in home.catalogue.recordings()] == [kept]
    with pytest.raises(MayNotDecide):
        allow(home, Purpose.KEEP)
    with home.db.reading() as transaction:
        leaves = list(transaction.ledger_leaves(0, transaction.ledger_size()))
    lapses = [leaf for leaf in map(json.loads, leaves) if leaf["kind"] == "consent-lapsed"]
    assert [lapse["why"] for lapse in lapses] == [Lapse.OF_AGE.value] * 2


def test_who_takes_over_allows_what_they_like_and_the_rest_is_erased(home: Home) -> None:
    theodora = child(home).id
    with pytest.raises(MayNotDecide, match="has not come of age"):
        home.ages.take_over(theodora, [Purpose.KEEP])
    home.ages.tell(theodora, AgeBand.FROM_16)
    kept = home.keep(person=theodora, days=90)
    home.memory(kept, person=theodora).remember({"item": "walnuts"})
    receipts = home.ages.take_over(theodora, [Purpose.KEEP])
    assert [receipt.statement["count"] for receipt in receipts] == ["1"]
    assert [one.id for one in home.catalogue.recordings()] == [kept]
    assert list(home.memory(kept).items()) == []
    household = home.household
    grown_up = household.person(theodora)
    assert grown_up is not None
    assert (grown_up.kind, grown_up.age) == (PersonKind.ADULT, None)
    (consent,) = household.given(theodora, Purpose.KEEP)
    assert (consent.by, consent.method) == (theodora, "own choice")
    assert counts(home)
    choice = Choice(theodora, (Purpose.REVIEW,), sam(home))
    home.consents.give(choice, Verified("terminal"))
    assert not counts(home, Purpose.REVIEW), "no guardian decides any more"
    reasons = decide(household, theodora, home.clock(), KITCHEN).reasons
    assert reasons[0].startswith("The speaker consented (own choice)")
    go(home, 2027, 12)
    assert home.household.person(theodora) is not None
    assert told(home) == [], "the guardians' notices about her are gone"


def test_who_does_not_decide_in_time_is_erased_with_a_receipt(home: Home) -> None:
    theodora = child(home).id
    home.ages.tell(theodora, AgeBand.FROM_16)
    home.keep(person=theodora, days=90)
    assert "takes over before" in told(home)[0]
    home.clock.pass_time(days=HANDOVER_DAYS - 1)
    assert home.ages.look() == []
    home.clock.pass_time(days=1)
    (receipt,) = home.ages.look()
    assert receipt.statement["scope"] == "person"
    assert home.household.person(theodora) is None
    assert home.catalogue.recordings() == []
    assert told(home) == []


def test_a_guardian_can_say_that_it_is_too_early(home: Home) -> None:
    home.ages.tell(child(home).id, AgeBand.FROM_16)
    home.ages.tell(child(home).id, AgeBand.FROM_13)
    home.clock.pass_time(days=HANDOVER_DAYS + 1)
    assert home.ages.look() == []
    allow(home, Purpose.KEEP)
    assert counts(home)


@pytest.mark.parametrize(("age_of_consent", "band"), [(13, "13-15"), (14, "13-15"), (16, "16-17")])
def test_the_age_of_consent_is_that_of_the_state(
    tmp_path: Path, age_of_consent: int, band: str
) -> None:
    home = make_home(tmp_path / "house", plan=PLAN)
    home.settings = home.settings.model_copy(update={"age_of_consent": age_of_consent})
    home = Home(home.settings, clock=home.clock)
    home.ages.tell(child(home).id, AgeBand(band))
    decides = age(home).handover_day is not None
    assert decides is (AgeBand(band).first >= age_of_consent)


def test_within_a_band_somebody_comes_of_age_in_the_month_that_was_told(tmp_path: Path) -> None:
    home = make_home(tmp_path / "house", plan=PLAN)
    home = Home(home.settings.model_copy(update={"age_of_consent": 14}), clock=home.clock)
    home.clock.at = datetime(2027, 3, 10, tzinfo=UTC)
    with pytest.raises(WrongAge):
        home.ages.tell(child(home).id, AgeBand.FROM_13, MARCH_2027 + 13)
    home.ages.tell(child(home).id, AgeBand.FROM_10, MARCH_2027 + 1)
    go(home, 2028, 3, 31)
    assert (age(home).band, age(home).handover_day) == (AgeBand.FROM_13, None)
    go(home, 2028, 4, 1)
    assert age(home).handover_day is not None
