"""Words alone, one purpose, a whole household; and a request made twice is one erasure."""

import json

import pytest

from tests.home import PASSPHRASE, SOUND, Home
from unhear.forget import kept_receipts
from unhear.forget.database import TraceKind
from unhear.forget.errors import NoSuchTrace
from unhear.forget.roots import open_tree
from unhear.forget.snapshot import snapshot
from unhear.household.scope import Scope
from unhear.household.words import DeviceId, PersonId, Purpose
from unhear.keep import age
from unhear.prove.receipt import verify


@pytest.mark.sqlite("SQLite overwrites what is deleted; elsewhere its key alone is relied on")
def test_the_words_go_and_the_sound_stays(home: Home) -> None:
    home.keep("the weather is fine")
    trace = home.keep("where is my diary")
    before = home.catalogue.sealed(trace)
    with home.db.reading() as transaction:
        old = transaction.trace(home.id, trace)
    receipt = home.forgetter.forget(home.id, Scope(recordings=frozenset([trace]), words_only=True))
    after = home.catalogue.sealed(trace)
    identity = home.identity.open_with_passphrase(PASSPHRASE)
    assert before.transcript is not None
    assert after.transcript is None
    assert age.decrypt(after.sound, [identity]) == SOUND
    assert receipt.statement["scope"] == "recording and words only"
    assert old is not None
    assert old.words is not None
    home.db.tidy()
    assert old.words not in home.settings.database_file.read_bytes()
    assert old.details not in home.settings.database_file.read_bytes()


def test_words_alone_go_of_everything_and_once(home: Home) -> None:
    for number in range(5):
        home.keep(f"sentence {number}")
    first = home.forgetter.forget(home.id, Scope(words_only=True))
    assert first.statement["count"] == "2-9"
    assert all(home.catalogue.sealed(r.id).transcript is None for r in home.catalogue.recordings())
    home.keep("another sentence")
    second = home.forgetter.forget(home.id, Scope(words_only=True))
    assert second.statement["count"] == "1"


def test_one_purpose_goes_and_what_is_kept_for_others_stays(home: Home) -> None:
    trace = home.keep(person="mia")
    home.memory(trace).remember({"item": "walnuts"})
    home.forgetter.forget(home.id, Scope(purpose=Purpose.RESPOND))
    assert list(home.memory(trace).items()) == []
    assert [r.id for r in home.catalogue.recordings()] == [trace]
    home.memory(trace).remember({"item": "milk"})
    home.forgetter.forget(home.id, Scope(person=PersonId("mia"), purpose=Purpose.KEEP))
    assert home.catalogue.recordings() == []
    assert len(home.memory(trace).items()) == 1


def test_a_purpose_nothing_is_kept_for_is_attested_all_the_same(home: Home) -> None:
    home.keep()
    receipt = home.forgetter.forget(home.id, Scope(purpose=Purpose.IMPROVE))
    assert receipt.statement["count"] == "0"
    assert len(home.catalogue.recordings()) == 1


def test_a_whole_household_leaves_its_receipts_and_nothing_else(home: Home) -> None:
    trace = home.keep()
    home.memory(trace).remember({"item": "walnuts"})
    home.forgetter.forget(home.id, Scope(device=DeviceId("nowhere")))
    receipt = home.forgetter.forget(home.id, Scope(household=True))
    assert verify(receipt, home.ledger.key).statement["scope"] == "household"
    with home.db.reading() as transaction:
        kinds = {row.kind for row in transaction.traces(home.id, tuple(TraceKind))}
        row = transaction.household(home.id)
        tree = open_tree(transaction, home.roots)
        assert len(kept_receipts.receipts(transaction, tree, home.id)) == 2
    assert kinds == {TraceKind.RECEIPT}
    assert (row.recipient, row.identity) == ("", b"")
    assert list(home.blobs.all(home.id)) == []
    again = home.forgetter.forget(home.id, Scope(household=True))
    assert again.statement["id"] == receipt.statement["id"]


def test_the_same_request_twice_is_one_erasure(home: Home) -> None:
    trace = home.keep(person="mia")
    scope = Scope(person=PersonId("mia"))
    first = home.forgetter.forget(home.id, scope)
    home.clock.pass_time(days=1)
    again = home.forgetter.forget(home.id, scope)
    assert again.to_json() == first.to_json()
    same = Scope(recordings=frozenset([trace]))
    with pytest.raises(NoSuchTrace):
        home.forgetter.forget(home.id, same)
    assert home.sql("SELECT count(*) FROM erasure") == [(1,)]


def test_a_recording_asked_for_twice_answers_the_same_receipt(home: Home) -> None:
    scope = Scope(recordings=frozenset([home.keep()]))
    first = home.forgetter.forget(home.id, scope)
    assert home.forgetter.forget(home.id, scope).to_json() == first.to_json()


def test_asking_again_bars_what_was_heard_in_between(home: Home) -> None:
    scope = Scope(person=PersonId("mia"))
    home.forgetter.forget(home.id, scope)
    home.clock.pass_time(days=2)
    heard_at = home.clock()
    home.clock.pass_time(seconds=5)
    home.forgetter.forget(home.id, scope)
    with pytest.raises(Exception, match="named by an erasure"):
        home.keep(person="mia", heard_at=heard_at)
    home.keep(person="sam", heard_at=heard_at)


def test_something_new_under_the_same_scope_is_a_new_erasure(home: Home) -> None:
    scope = Scope(person=PersonId("mia"))
    home.keep(person="mia")
    first = home.forgetter.forget(home.id, scope)
    home.clock.pass_time(seconds=60)
    home.keep(person="mia")
    second = home.forgetter.forget(home.id, scope)
    assert first.statement["id"] != second.statement["id"]
    assert home.catalogue.recordings() == []


def test_a_late_transcript_is_dropped_when_words_were_forgotten(home: Home) -> None:
    heard_at = home.clock()
    home.clock.pass_time(seconds=1)
    home.forgetter.forget(home.id, Scope(words_only=True))
    trace = home.keep(heard_at=heard_at)
    assert home.catalogue.sealed(trace).transcript is None


def test_what_a_request_names_stays_out_of_the_rows(home: Home) -> None:
    home.forgetter.forget(home.id, Scope(person=PersonId("mia-the-secret-name")))
    assert b"mia-the-secret-name" not in home.at_rest()


def test_receipts_name_no_person(home: Home) -> None:
    home.keep(person="mia")
    receipt = home.forgetter.forget(home.id, Scope(person=PersonId("mia")))
    assert "mia" not in json.dumps(dict(receipt.statement))
    assert snapshot(home.db, home.roots, lambda tx, tree: kept_receipts.receipts(tx, tree, home.id))
