"""Every consent and every look leaves a receipt that verifies, and goes with the person."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.home import Home, make_home
from unhear.forget.kept_receipts import (
    SHOWN,
    Shown,
    hour_of,
    keep_receipt,
    newest,
    person_in,
    receipts,
)
from unhear.forget.roots import open_tree
from unhear.forget.snapshot import snapshot
from unhear.house.looks import EXPORTED, Looks
from unhear.house.setup import SetupPlan
from unhear.household.consent import Choice
from unhear.household.methods import Verified
from unhear.household.scope import Scope
from unhear.household.words import PersonId, Purpose, TraceId
from unhear.prove.opening import ConsentOpening, Opening
from unhear.prove.receipt import Receipt, verify

PLAN = SetupPlan(name="Home", guardian="Sam", adults=("Jo",), children=("Theodora",), keep=True)
HERE = Verified("terminal")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = make_home(tmp_path / "house", plan=PLAN)
    home.clock.at = home.clock.at.replace(year=2027)
    return home


def looks_of(home: Home) -> Looks:
    return Looks(
        database=home.db,
        keeper=home.roots,
        ledger=home.ledger,
        household=home.id,
        clock=home.clock,
    )


def kept(home: Home) -> list[Receipt]:
    return snapshot(home.db, home.roots, lambda tx, tree: receipts(tx, tree, home.id))


def kinds(home: Home) -> list[str]:
    return [str(one.statement["kind"]) for one in kept(home)]


def leaves(home: Home) -> list[dict[str, object]]:
    with home.db.reading() as transaction:
        return [json.loads(one) for one in transaction.ledger_leaves(0, transaction.ledger_size())]


def named(home: Home, name: str) -> PersonId:
    person = home.household.named(name)
    assert person is not None
    return person.id


def test_every_word_about_a_consent_leaves_a_receipt_that_opens_it(home: Home) -> None:
    child, sam = named(home, "Theodora"), named(home, "Sam")
    before = len(kept(home))
    choice = Choice(child, (Purpose.KEEP,), sam)
    home.consents.stop(child, Purpose.KEEP, sam)
    home.consents.stop(child, Purpose.KEEP, sam)
    home.consents.give(choice, HERE)
    home.consents.give(choice, HERE)
    home.consents.stop(child, Purpose.KEEP, sam)
    said = kept(home)[before:]
    assert [one.statement["kind"] for one in said] == [
        "consent-refused",
        "consent",
        "consent-renewed",
        "consent-withdrawn",
    ]
    for one in kept(home):
        read = Receipt.from_json(one.to_json())
        assert leaves(home)[read.proof.index] == read.statement
        verdict = verify(read, home.ledger.key)
        assert verdict.claim is not None
        assert "whose household it was" in verdict.proves[-1]
    assert {person_in(one) for one in said} == {child}
    version = home.consents.facts().version
    for one in said:
        assert isinstance(one.opening, ConsentOpening)
        assert one.opening.subject.item == home.id
    given = said[1].opening
    assert isinstance(given, ConsentOpening)
    assert given.notice is not None
    assert given.notice.item.hex() == version


def test_what_was_consented_to_at_setup_has_receipts(home: Home) -> None:
    consents = [one for one in leaves(home) if one["kind"] == "consent"]
    assert len(consents) == len(home.household.consents) == kinds(home).count("consent") > 0


def test_a_lapse_leaves_a_receipt(home: Home) -> None:
    child, sam = named(home, "Theodora"), named(home, "Sam")
    home.consents.give(Choice(child, (Purpose.KEEP,), sam), HERE)
    home.clock.pass_time(days=800)
    home.ages.look()
    home.clock.pass_time(days=800)
    home.ages.look()
    assert kinds(home)[-1] == "consent-lapsed"
    last = kept(home)[-1]
    assert person_in(last) == child
    verify(last, home.ledger.key)


def test_a_look_is_stated_once_an_hour_and_opens_to_who_and_what(home: Home) -> None:
    looks, sam, jo = looks_of(home), named(home, "Sam"), named(home, "Jo")
    first, second = home.keep(), home.keep()
    before = len(kept(home))
    looks.take(sam, [first])
    looks.take(sam, [first])
    looks.take(sam, [first, second])
    looks.take(jo, [first])
    looks.take(sam, [first, second], EXPORTED)
    third = home.keep()
    looks.take(jo, [third], EXPORTED)
    looks.take(jo, [third])
    home.clock.pass_time(seconds=3600)
    looks.take(sam, [first])
    looks.take(sam, [])
    said = kept(home)[before:]
    shown = [(person_in(one), one.statement["how"], _items(one)) for one in said]
    assert shown == [
        (sam, "opened", {first}),
        (sam, "opened", {second}),
        (jo, "opened", {first}),
        (sam, "exported", {first, second}),
        (jo, "exported", {third}),
        (sam, "opened", {first}),
    ]
    for one in said:
        assert "which recordings" in verify(one, home.ledger.key).proves[-1]
    whole = said[3].disclosing(first)
    assert first.hex() in verify(whole, home.ledger.key).proves[-1]


def _items(receipt: Receipt) -> set[bytes]:
    assert isinstance(receipt.opening, Opening)
    return {item.item for item in receipt.opening.items}


def test_what_cannot_be_stated_may_not_be_looked_at(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks, sam, trace = looks_of(home), named(home, "Sam"), home.keep()

    def full(*_: object) -> None:
        raise OSError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(type(home.ledger), "append", full)
        for _ in range(2):
            with pytest.raises(OSError, match="full"):
                looks.take(sam, [trace])
    looks.take(sam, [trace])
    assert kinds(home)[-1] == "look"


def test_no_statement_tells_who_or_what_or_leads_to_another(home: Home) -> None:
    looks, sam, child = looks_of(home), named(home, "Sam"), named(home, "Theodora")
    trace = home.keep()
    for _ in range(3):
        home.clock.pass_time(seconds=3600)
        looks.take(sam, [trace])
        home.consents.give(Choice(child, (Purpose.KEEP,), sam), HERE)
        home.consents.stop(child, Purpose.KEEP, sam)
    said = json.dumps(leaves(home))
    for private in (sam, child, trace.hex(), home.id.hex(), sam.encode().hex(), "Sam", "Theodora"):
        assert private not in said
    for name in ("subject", "person", "items_root", "notice"):
        found = [leaf[name] for leaf in leaves(home) if name in leaf]
        assert len(set(map(str, found))) == len(found), name


def test_receipts_about_a_person_go_with_them_and_others_stay(home: Home) -> None:
    child, sam, jo = (named(home, name) for name in ("Theodora", "Sam", "Jo"))
    home.consents.give(Choice(child, (Purpose.KEEP,), sam), HERE)
    home.consents.give(Choice(jo, (Purpose.SHARE,), sam), HERE)
    about = [one for one in kept(home) if person_in(one) == child]
    others = [one.proof.index for one in kept(home) if person_in(one) != child]
    assert about
    home.family.remove(child)
    left = kept(home)
    assert not [one for one in left if person_in(one) == child]
    assert set(others) <= {one.proof.index for one in left}
    size = len(leaves(home))
    assert size > about[-1].proof.index, "the ledger keeps what it says of nobody"
    for one in about:
        verify(one, home.ledger.key)


def test_when_the_household_goes_only_what_says_nothing_of_anybody_stays(home: Home) -> None:
    looks_of(home).take(named(home, "Sam"), [home.keep()])
    home.forgetter.forget(home.id, Scope(household=True))
    assert set(kinds(home)) == {"erasure"}


@pytest.mark.dear
@given(
    days=st.lists(st.tuples(st.integers(0, 3), st.booleans()), max_size=12),
    size=st.integers(1, 5),
    shown=st.sampled_from([None, *Shown]),
)
@settings(max_examples=15, deadline=None)
def test_pages_together_are_all_of_them_newest_first(
    tmp_path_factory: pytest.TempPathFactory,
    days: Sequence[tuple[int, bool]],
    size: int,
    shown: Shown | None,
) -> None:
    home = make_home(tmp_path_factory.mktemp("pages") / "house", plan=PLAN)
    looks, sam = looks_of(home), named(home, "Sam")
    for number, (later, erased) in enumerate(days):
        home.clock.pass_time(days=later, seconds=3600)
        if erased:
            home.forgetter.forget(home.id, Scope(recordings=frozenset({home.keep()})))
        else:
            looks.take(sam, [TraceId(number.to_bytes(16, "big"))])
    wanted = SHOWN[shown] if shown else ()
    found: list[int] = []
    before = None
    while True:
        page = snapshot(
            home.db,
            home.roots,
            lambda tx, tree, before=before: [  # type: ignore[misc] # mypy cannot see a default
                one
                for one, _ in zip(
                    newest(tx, tree, home.id, statements=wanted, before=before),
                    range(size),
                    strict=False,
                )
            ],
        )
        if not page:
            break
        found += [receipt.proof.index for _, receipt in page]
        before = page[-1][0]
    every = [one for one in kept(home) if not wanted or one.statement["kind"] in wanted]
    assert sorted(found, reverse=True) == sorted((one.proof.index for one in every), reverse=True)
    times = {one.proof.index: hour_of(one)[:10] for one in every}
    assert [times[one] for one in found] == sorted(times.values(), reverse=True)


def test_a_receipt_that_is_about_nobody_has_no_person(home: Home) -> None:
    receipt = home.forgetter.forget(home.id, Scope(recordings=frozenset({home.keep()})))
    assert person_in(receipt) is None
    with home.db.writing() as transaction:
        tree = open_tree(transaction, home.roots)
        keep_receipt(transaction, tree, home.id, receipt, home.clock())
    assert kinds(home).count("erasure") == 2
