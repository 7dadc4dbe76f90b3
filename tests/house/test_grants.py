"""What is granted opens for who has the link, until it is over, and goes as the recording goes."""

from datetime import timedelta

import pytest

from tests.forget.test_forgetting import _key_pages, _keys
from tests.forget.thief import reachable_keys
from tests.home import NOON, SOUND, Home
from tests.house.grants import TERMS, grant_clip, grant_sound, grants_of, opened, sealed_anew
from tests.keep.films import add, begin, pieces
from unhear.forget.errors import HeldBack, NoSuchTrace
from unhear.forget.kept_receipts import receipts
from unhear.forget.snapshot import snapshot
from unhear.house.grants import GrantRefused, Terms
from unhear.household.hold import Hold
from unhear.household.scope import Scope
from unhear.household.words import DeviceId, PersonId, Purpose, TraceId
from unhear.keep import age
from unhear.keep.age import NotForThisIdentity
from unhear.keep.grants import GONE, OPENINGS_MAX
from unhear.prove.claims import BY_GRANT, Looked
from unhear.prove.ledger import Ledger
from unhear.prove.receipt import Receipt, verify
from unhear.prove.statement import commit, read_statement


class LedgerAway(Exception):
    """Nothing can be stated."""


def _receipts(home: Home, kind: str) -> list[Receipt]:
    found = snapshot(home.db, home.roots, lambda tx, tree: receipts(tx, tree, home.id))
    return [one for one in found if one.statement["kind"] == kind]


def _gone(home: Home, grant: TraceId) -> bool:
    grants = grants_of(home)
    for ask in (grants.current, grants.open, grants.take_back):
        with pytest.raises(NoSuchTrace, match=GONE):
            ask(grant)
    with home.db.reading() as transaction:
        return transaction.trace(home.id, grant) is None


def test_the_link_opens_a_clip_and_the_house_cannot(home: Home) -> None:
    whole = pieces(3)
    clip = add(begin(home), *whole)
    link, made = grant_clip(home, clip)
    found = grants_of(home).open(made.id)
    assert opened(home, found.pieces, clip, link) == b"".join(whole)
    household = home.identity.open_with_passphrase("correct horse battery staple")
    with pytest.raises(NotForThisIdentity):
        opened(home, found.pieces, clip, household)
    (listed,) = grants_of(home).all()
    assert (listed.whom, listed.why, listed.opened) == ("the neighbour", "her bicycle", 1)


def test_the_link_opens_a_sound(home: Home) -> None:
    sound = home.keep()
    link, made = grant_sound(home, sound)
    assert opened(home, grants_of(home).open(made.id).pieces, sound, link) == SOUND


def test_a_grant_and_every_opening_have_receipts_that_name_only_the_grant(home: Home) -> None:
    clip = add(begin(home), *pieces(1))
    _, made = grant_clip(home, clip)
    for _ in range(2):
        grants_of(home).open(made.id)
    (granted,), looks = _receipts(home, "grant"), _receipts(home, "look")
    assert granted.statement["expires_at"] == "2026-03-16T12:00:00Z"
    assert len(looks) == 2
    for receipt in (granted, *looks):
        verdict = verify(receipt, home.ledger.key)
        assert receipt.opening is not None
        stranger = receipt.opening.person  # type: ignore[union-attr] # it is whole
        assert stranger is not None
        assert stranger.item == made.id.hex().encode()
        assert commit("person", stranger) == receipt.statement["person"]
        assert made.id.hex() not in str(verdict.statement)
    claim = read_statement(looks[0].statement)
    assert isinstance(claim, Looked)
    assert claim.how == BY_GRANT


def test_what_cannot_be_stated_is_not_given_out(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    clip = add(begin(home), *pieces(1))
    _, made = grant_clip(home, clip)

    def away(*_: object) -> int:
        raise LedgerAway

    monkeypatch.setattr(Ledger, "append", away)
    with pytest.raises(LedgerAway):
        grants_of(home).open(made.id)
    with pytest.raises(LedgerAway):
        grant_clip(home, clip)
    assert [one.opened for one in grants_of(home).all()] == [0]


GOES = [
    Scope(),
    Scope(device=DeviceId("front door")),
    Scope(since=NOON - timedelta(hours=1)),
    Scope(purpose=Purpose.KEEP),
    Scope(purpose=Purpose.REVIEW),
    Scope(household=True),
]
STAYS = [
    Scope(device=DeviceId("garden")),
    Scope(until=NOON - timedelta(hours=1)),
    Scope(words_only=True),
    Scope(purpose=Purpose.IMPROVE),
]


@pytest.mark.parametrize("scope", [None, *GOES])
def test_a_grant_goes_with_what_is_forgotten(home: Home, scope: Scope | None) -> None:
    clip = add(begin(home), *pieces(1))
    grants = [grant_clip(home, clip)[1].id for _ in range(2)]
    home.forgetter.forget(home.id, scope or Scope(recordings=frozenset([clip])))
    assert all(_gone(home, grant) for grant in grants)


@pytest.mark.parametrize("scope", STAYS)
def test_a_grant_stays_when_others_are_forgotten(home: Home, scope: Scope) -> None:
    clip = add(begin(home), *pieces(1))
    add(begin(home, camera="garden", at=NOON - timedelta(hours=3)), *pieces(1))
    _, made = grant_clip(home, clip)
    home.forgetter.forget(home.id, scope)
    assert grants_of(home).current(made.id) == made


@pytest.mark.parametrize("held", [False, True], ids=["free", "under a hold of another"])
def test_one_is_taken_back_and_another_stays(home: Home, *, held: bool) -> None:
    clip, other = add(begin(home), *pieces(1)), home.keep()
    if held:
        _hold(home, other)
    _, first = grant_clip(home, clip)
    link, second = grant_clip(home, clip)
    receipt = grants_of(home).take_back(first.id)
    assert receipt.statement["count"] == "1"
    assert _gone(home, first.id)
    assert opened(home, grants_of(home).open(second.id).pieces, clip, link)
    assert {one.id for one in home.catalogue.recordings()} == {clip, other}


def _hold(home: Home, held: TraceId) -> None:
    until = home.clock() + timedelta(days=30)
    hold = Hold(Scope(recordings=frozenset([held])), "a court, file 17", "Sam", home.clock(), until)
    home.holds.agree(home.holds.ask(hold), "Robin")


def test_what_is_held_back_is_shown_to_nobody_all_the_same(home: Home) -> None:
    clip = add(begin(home), *pieces(1))
    _, made = grant_clip(home, clip)
    _hold(home, clip)
    with pytest.raises(HeldBack):
        home.forgetter.forget(home.id, Scope(recordings=frozenset([clip])))
    assert _gone(home, made.id)
    assert [one.id for one in home.catalogue.recordings()] == [clip]


def test_it_is_over_to_the_second_and_its_key_goes_with_the_next_sweep(home: Home) -> None:
    clip = home.keep(days=30)
    _, made = grant_sound(home, clip)
    home.clock.pass_time(days=2, seconds=-1)
    assert home.sweeper.sweep() == []
    assert grants_of(home).current(made.id) == made
    home.clock.pass_time(seconds=1)
    for ask in (grants_of(home).current, grants_of(home).open):
        with pytest.raises(NoSuchTrace, match=GONE):
            ask(made.id)
    assert grants_of(home).all() == []
    home.clock.pass_time(days=0.5)
    (receipt,) = home.sweeper.sweep()
    assert (receipt.statement["scope"], receipt.statement["count"]) == ("expired", "1")
    assert _gone(home, made.id)


def test_it_ends_with_the_recording_and_is_swept_with_it(home: Home) -> None:
    sound = home.keep(days=1)
    _, made = grant_sound(home, sound, Terms("police", "a theft", 7))
    assert made.expires_at == NOON.replace(hour=0) + timedelta(days=1)
    home.clock.pass_time(days=0.5)
    (receipt,) = home.sweeper.sweep()
    assert receipt.statement["count"] == "2-9"
    assert _gone(home, made.id)


def test_a_link_opens_so_often_and_no_more(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("unhear.keep.grants.OPENINGS_MAX", 3)
    assert OPENINGS_MAX > 3
    _, made = grant_sound(home, home.keep())
    for _ in range(3):
        grants_of(home).open(made.id)
    with pytest.raises(NoSuchTrace, match=GONE):
        grants_of(home).open(made.id)


def test_what_is_no_grant_is_not_made(home: Home) -> None:
    clip = add(begin(home), *pieces(2))
    _, headers = sealed_anew(home, [age.seal(b"film", [home.identity.recipient])[0]] * 3)
    two = age.seal(b"film", [age.Identity.generate().recipient for _ in range(2)])[0]
    sam = PersonId("sam")
    for wrong in ([], headers, [headers[0] + b"more"], [two], [headers[0][:-9]], [b""]):
        with pytest.raises(GrantRefused):
            grants_of(home).make(sam, clip, wrong, TERMS)
    for days in (0, 8):
        with pytest.raises(GrantRefused):
            grants_of(home).make(sam, clip, headers[:1], Terms("police", "a theft", days))
    home.forgetter.forget(home.id, Scope(recordings=frozenset([clip])))
    with pytest.raises(NoSuchTrace):
        grants_of(home).make(sam, clip, headers[:1], TERMS)


@pytest.mark.parametrize("how", ["taken back", "forgotten", "over"])
def test_an_old_copy_with_todays_root_opens_no_grant(home: Home, how: str) -> None:
    clip = add(begin(home), *pieces(1))
    _, made = grant_clip(home, clip, Terms("police", "a theft", 1))
    keys, pages = _keys(home, [clip, made.id]), _key_pages(home)
    if how == "taken back":
        grants_of(home).take_back(made.id)
    elif how == "forgotten":
        home.forgetter.forget(home.id, Scope(recordings=frozenset([clip])))
    else:
        home.clock.pass_time(days=1.6)
        home.sweeper.sweep()
    pages += _key_pages(home)
    with home.db.reading() as transaction:
        current = transaction.current_root()
    found = reachable_keys(current.tree_id, pages, [home.roots.get(current.root_id)])
    opens = {one: key in found[slot] for one, (slot, key) in keys.items()}
    assert opens == {made.id: False, clip: how != "forgotten"}
