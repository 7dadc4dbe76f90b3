"""What staff may see ends to the minute, in every old copy too; what they saw can be undone."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.forget.test_forgetting import _key_pages, _keys
from tests.forget.thief import reachable_keys
from tests.home import PASSPHRASE, SOUND, Home, make_home
from tests.house.grants import grant_sound, grants_of, opened, sealed_anew
from unhear.forget.database import TraceKind
from unhear.forget.errors import CapsuleClosed, NoSuchTrace
from unhear.forget.roots import open_tree
from unhear.forget.traces import content_of, new_trace_id
from unhear.house.access import Access
from unhear.house.grants import GrantRefused
from unhear.house.undoing import Undoing
from unhear.household.learning import Subject
from unhear.household.staff import (
    WAITS,
    AccessClosed,
    AccessRequest,
    AccessState,
    Reason,
    Role,
    Staff,
    StaffPurpose,
    Wanted,
)
from unhear.household.words import PersonId, TraceId
from unhear.keep import age
from unhear.keep.access import ACCESS_REQUESTS
from unhear.keep.grants import GONE, Grant
from unhear.learn.rows import LEARNED_KINDS, learned_row
from unhear.learn.subjects import digest
from unhear.prove.receipt import verify
from unhear.service.duties import END_EVERY

SAM = PersonId("sam")
HOURS = 5


def access_of(home: Home) -> Access:
    return Access(
        database=home.db,
        keeper=home.roots,
        ledger=home.ledger,
        catalogue=home.catalogue,
        grants=grants_of(home),
        household=lambda: home.household,
        clock=home.clock,
    )


def ask(home: Home, *recordings: TraceId, name: str = "alex", key: str = "age1") -> AccessRequest:
    reason = Reason(StaffPurpose.SUPPORT, "123", "a door", HOURS)
    request = AccessRequest(
        id=new_trace_id(),
        staff=Staff(name, name.title(), Role.SUPPORT, key),
        reason=reason,
        wanted=Wanted(frozenset(recordings)),
        asked_at=home.clock(),
    )
    with home.db.writing() as transaction:
        tree = open_tree(transaction, home.roots)
        ACCESS_REQUESTS.add(transaction, tree, home.id, request)
    return request


def let_in(home: Home, recording: TraceId, name: str = "alex") -> tuple[age.Identity, Grant]:
    member, headers = sealed_anew(home, [home.catalogue.parts(recording)[0]])
    request = ask(home, recording, name=name, key=str(member.recipient))
    made = access_of(home).grant(SAM, request.id, [(recording, headers)])
    return member, grants_of(home).current(made.grants[0], staff=True)


def look(home: Home, grant: Grant) -> None:
    with home.db.writing() as transaction:
        tree = open_tree(transaction, home.roots)
        found = grants_of(home).to_staff(transaction, tree, grant.id)
        grants_of(home).opened(transaction, tree, found)


def _row(home: Home, trace: TraceId) -> bool:
    with home.db.reading() as transaction:
        return transaction.trace(home.id, trace) is not None


def test_a_grant_is_destroyed_within_a_minute_of_its_end(home: Home) -> None:
    grants = grants_of(home)
    member, made = let_in(home, home.keep())
    assert opened(home, made.pieces, made.recording, member) == SOUND
    assert timedelta(minutes=1) >= END_EVERY
    home.clock.pass_time(seconds=HOURS * 3600 - 1)
    assert grants.end_what_is_over() is None
    home.clock.pass_time(seconds=1)
    with pytest.raises(NoSuchTrace, match=GONE):
        grants.current(made.id, staff=True)
    receipt = grants.end_what_is_over()
    assert receipt is not None
    assert receipt.statement["count"] == "1"
    assert not _row(home, made.id)
    assert _row(home, made.recording)
    assert grants.end_what_is_over() is None


def test_a_link_ends_alike(home: Home) -> None:
    _, made = grant_sound(home, home.keep())
    home.clock.pass_time(days=2)
    assert grants_of(home).end_what_is_over() is not None
    assert not _row(home, made.id)


@pytest.mark.parametrize("how", ["over", "revoked"])
def test_an_old_copy_with_todays_root_opens_no_grant_to_staff(home: Home, how: str) -> None:
    _, made = let_in(home, home.keep())
    keys, pages = _keys(home, [made.recording, made.id]), _key_pages(home)
    if how == "over":
        home.clock.pass_time(seconds=HOURS * 3600)
        grants_of(home).end_what_is_over()
    else:
        access_of(home).revoke(made.id)
    pages += _key_pages(home)
    with home.db.reading() as transaction:
        current = transaction.current_root()
    found = reachable_keys(current.tree_id, pages, [home.roots.get(current.root_id)])
    assert {one: key in found[slot] for one, (slot, key) in keys.items()} == {
        made.id: False,
        made.recording: True,
    }


def test_who_has_the_database_and_every_key_of_the_house_has_no_key_of_staff(home: Home) -> None:
    member, made = let_in(home, home.keep())
    with home.db.reading() as transaction:
        tree = open_tree(transaction, home.roots)
        rows = transaction.traces(home.id, tuple(TraceKind))
        kept = b"".join(content_of(tree, row) for row in rows)
    assert member.reveal().encode() not in kept
    assert member.secret not in kept
    for other in (age.Identity.generate(), home.identity.open_with_passphrase(PASSPHRASE)):
        with pytest.raises(age.NotForThisIdentity):
            opened(home, made.pieces, made.recording, other)


def test_an_administrator_who_edits_the_database_makes_no_grant_last(home: Home) -> None:
    _, made = let_in(home, home.keep())
    _, fresh = let_in(home, home.keep())
    home.sql("UPDATE trace SET expires_day = expires_day + 300 WHERE id = :id", id=made.id)
    home.clock.pass_time(seconds=HOURS * 3600)
    with pytest.raises(NoSuchTrace, match=GONE):
        grants_of(home).current(made.id, staff=True)
    content = "(SELECT content FROM trace WHERE id = :fresh)"
    home.sql(f"UPDATE trace SET content = {content} WHERE id = :id", fresh=fresh.id, id=made.id)  # noqa: S608
    with pytest.raises(CapsuleClosed):
        grants_of(home).current(made.id, staff=True)


def test_a_row_moved_to_another_name_does_not_open(home: Home) -> None:
    _, made = let_in(home, home.keep())
    other = new_trace_id()
    home.sql("UPDATE trace SET id = :other WHERE id = :id", other=other, id=made.id)
    with pytest.raises(CapsuleClosed):
        grants_of(home).current(other, staff=True)


def test_a_request_waits_a_week_and_is_decided_once(home: Home) -> None:
    access, recording = access_of(home), home.keep()
    request = ask(home, recording)
    assert access.state(request) is AccessState.WAITING
    with pytest.raises(GrantRefused, match="choose at least one"):
        access.grant(SAM, request.id, [])
    home.clock.pass_time(seconds=WAITS.total_seconds())
    assert access.state(request) is AccessState.OVER
    with pytest.raises(AccessClosed):
        access.refuse(SAM, request.id)
    _, headers = sealed_anew(home, [home.catalogue.parts(recording)[0]])
    with pytest.raises(AccessClosed):
        access.grant(SAM, request.id, [(recording, headers)])
    assert access.grants() == []


def test_a_guardian_lets_in_for_fewer_hours_and_never_for_more(home: Home) -> None:
    access, recording = access_of(home), home.keep()
    member, headers = sealed_anew(home, [home.catalogue.parts(recording)[0]])
    request = ask(home, recording, key=str(member.recipient))
    for hours in (0, HOURS + 1):
        with pytest.raises(GrantRefused, match="hours were asked for"):
            access.grant(SAM, request.id, [(recording, headers)], hours)
    made = access.grant(SAM, request.id, [(recording, headers)], 1)
    assert made.until == home.clock() + timedelta(hours=1)


def undoing_of(home: Home) -> Undoing:
    return Undoing(database=home.db, keeper=home.roots, forgetter=home.forgetter, household=home.id)


def _learned(home: Home) -> dict[TraceKind, bytes]:
    with home.db.reading() as transaction:
        tree = open_tree(transaction, home.roots)
        rows = {
            kind: learned_row(transaction, home.id, kind, Subject.VOCABULARY)
            for kind in LEARNED_KINDS
        }
        return {
            kind: digest(content_of(tree, row)) for kind, row in rows.items() if row is not None
        }


def test_what_was_seen_wrongly_is_undone_to_the_last_bit(home: Home, tmp_path: Path) -> None:
    seen, later, other = home.keep(), home.keep(), home.keep()
    unseen = home.keep()
    home.learn("warm the teapot", of=unseen)
    before = _learned(home)
    for recording, words in ((seen, "sing to the begonia"), (later, "begonia and teapot")):
        home.learn(words, of=recording)
    assert _learned(home) != before
    for recording, name in ((seen, "alex"), (other, "robin")):
        look(home, let_in(home, recording, name)[1])
    let_in(home, unseen)
    home.clock.pass_time(seconds=7200)
    look(home, let_in(home, later)[1])
    undoing = undoing_of(home)
    noon = home.clock() - timedelta(hours=2)
    assert undoing.seen("alex") == {seen, later}
    assert undoing.seen("alex", until=noon + timedelta(hours=1)) == {seen}
    assert undoing.seen("alex", since=noon + timedelta(hours=1)) == {later}
    assert undoing.seen("nobody") == frozenset()
    assert dict(undoing.would_erase(frozenset({seen, later}), home.clock())) == {
        TraceKind.RECORDING: 2,
        TraceKind.CONTRIBUTION: 2,
        TraceKind.GRANT: 2,
    }
    assert _row(home, seen)
    receipt = undoing.undo(undoing.seen("alex"))
    assert verify(receipt, home.ledger.key).proves
    assert _learned(home) == before
    assert {one.id for one in home.catalogue.recordings()} == {other, unseen}
    never = make_home(tmp_path / "never")
    never.learn("warm the teapot", of=unseen)
    assert _learned(never) == _learned(home)
    assert undoing.would_erase(undoing.seen("alex"), home.clock()) == {}
    assert undoing.undo(undoing.seen("alex")).statement == receipt.statement
