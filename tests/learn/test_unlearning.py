"""What is learned is, after any history, what a build from the contributions kept makes of it."""

import json
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.home import Home, make_home
from unhear.forget.capsule import unseal
from unhear.forget.database import TraceRow
from unhear.forget.errors import Barred, CapsuleClosed
from unhear.forget.kept_receipts import receipts
from unhear.forget.roots import open_tree
from unhear.forget.snapshot import snapshot
from unhear.forget.traces import content_of, contribution_id, new_trace_id
from unhear.household.learning import Subject
from unhear.household.scope import Scope
from unhear.household.words import DeviceId, PersonId, Purpose, TraceId, Utterance
from unhear.learn.rows import LEARNED_KINDS, learned_row, put_learned
from unhear.learn.standing import Standing, standings
from unhear.learn.subjects import VOCABULARY
from unhear.learn.vocabulary import said
from unhear.prove.opening import Opening
from unhear.prove.receipt import Receipt, verify

PHRASES = ("warm the teapot", "teapot on", "sing to the begonia", "begonia and teapot")


def standing(home: Home) -> Standing:
    found = snapshot(home.db, home.roots, lambda tx, tree: standings(tx, tree, home.id))
    return next(one for one in found if one.subject is Subject.VOCABULARY)


def learned(home: Home) -> dict[str, int]:
    row = _rows(home)[0]
    if row is None:
        return {}
    with home.db.reading() as transaction:
        counts: dict[str, int] = json.loads(content_of(open_tree(transaction, home.roots), row))
    return counts


def _rows(home: Home) -> list[TraceRow | None]:
    with home.db.reading() as transaction:
        return [
            learned_row(transaction, home.id, kind, Subject.VOCABULARY) for kind in LEARNED_KINDS
        ]


def forget(home: Home, *traces: TraceId) -> Receipt:
    return home.forgetter.forget(home.id, Scope(recordings=frozenset(traces)))


def kept_receipts(home: Home, kind: str) -> list[Receipt]:
    found = snapshot(home.db, home.roots, lambda tx, tree: receipts(tx, tree, home.id))
    return [one for one in found if one.statement["kind"] == kind]


@pytest.mark.dear
@settings(max_examples=5, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(PHRASES), st.booleans()), max_size=6),
    st.randoms(use_true_random=False),
)
def test_any_history_leaves_what_the_rest_alone_would_make(
    history: list[tuple[str, bool]], random: Random
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        home, kept = make_home(Path(folder) / "house"), dict[TraceId, str]()
        for words, forgets in history:
            kept[home.learn(words)] = words
            if forgets:
                gone = random.choice(sorted(kept))
                forget(home, gone)
                del kept[gone]
            assert standing(home).is_proved
        fresh = VOCABULARY.nothing()
        for words in random.sample(sorted(kept.values()), len(kept)):
            fresh = VOCABULARY.added(fresh, [VOCABULARY.contribution.write(said(words))])
        assert learned(home) == json.loads(fresh)
        assert standing(home).recordings == len(kept)
        assert kept or _rows(home) == [None, None]
        home.ledger.wait()
        home.db.close()


def test_what_is_there_but_was_not_taught_is_seen(home: Home) -> None:
    home.learn(PHRASES[0], person="robin")
    with home.db.writing() as transaction:
        tree = open_tree(transaction, home.roots)
        row = _rows(home)[0]
        assert row is not None
        counts = json.loads(content_of(tree, row))
        counts["teapot"] += 1
        state = VOCABULARY.state.write(counts)
        put_learned(transaction, tree, home.id, (LEARNED_KINDS[0], Subject.VOCABULARY), state)
    assert not standing(home).is_proved


def test_the_same_recording_teaches_once(home: Home) -> None:
    trace = home.learn(PHRASES[0], person="robin")
    home.learn(PHRASES[0], of=trace)
    assert standing(home).recordings == 1
    assert learned(home)["teapot"] == 1


def test_an_erasure_leaves_no_older_state_or_model_that_opens(home: Home) -> None:
    home.learn(PHRASES[1])
    gone = home.learn(PHRASES[0], person="robin")
    before = _rows(home)
    forget(home, gone)
    with home.db.reading() as transaction:
        tree = open_tree(transaction, home.roots)
        for row in before:
            assert row is not None
            with pytest.raises(CapsuleClosed):
                unseal(tree.key(row.slot), "content", home.id, row.id, row.content)
    assert learned(home) == {"teapot": 1, "on": 1, "teapot on": 1}


def test_the_receipt_opens_to_the_digests_before_and_after(home: Home) -> None:
    home.learn(PHRASES[1])
    gone, before = home.learn(PHRASES[0], person="robin"), standing(home)
    erased = forget(home, gone)
    (receipt,) = kept_receipts(home, "unlearning")
    verify(receipt, home.ledger.key)
    assert receipt.statement["erasure"] == erased.statement["id"]
    assert isinstance(receipt.opening, Opening)
    (item,) = receipt.opening.items
    after = standing(home)
    assert json.loads(item.item) == {
        "subject": "vocabulary",
        "state": [before.state.hex(), after.state.hex()],
        "model": [before.model.hex(), after.model.hex()],
    }


def test_what_taught_nothing_has_no_such_receipt(home: Home) -> None:
    home.learn(PHRASES[0], person="robin")
    forget(home, home.keep())
    assert kept_receipts(home, "unlearning") == []


def test_what_two_recordings_taught_goes_with_either(home: Home) -> None:
    for number in (0, 1):
        second = new_trace_id()
        other = Utterance(second, home.clock(), DeviceId("kitchen"), PersonId("alex"))
        first = home.learn(with_others=[other])
        forget(home, (first, second)[number])
        assert learned(home) == {}
        assert standing(home).recordings == 0


@pytest.mark.parametrize(
    ("scope", "goes"),
    [
        (Scope(person=PersonId("robin")), True),
        (Scope(person=PersonId("alex")), False),
        (Scope(purpose=Purpose.IMPROVE), True),
        (Scope(purpose=Purpose.IDENTIFY), False),
        (Scope(purpose=Purpose.KEEP), False),
        (Scope(words_only=True), True),
        (Scope(device=DeviceId("kitchen")), True),
        (Scope(household=True), True),
    ],
)
def test_what_was_learned_goes_with_what_a_scope_names(
    home: Home, scope: Scope, *, goes: bool
) -> None:
    home.learn(PHRASES[0], person="robin")
    home.forgetter.forget(home.id, scope)
    assert (_rows(home) == [None, None]) == goes


def test_what_was_learned_goes_when_its_time_is_over(home: Home) -> None:
    home.learn(PHRASES[0], person="robin")
    home.clock.pass_time(days=29)
    home.learn(PHRASES[1])
    home.clock.pass_time(days=2)
    home.sweeper.accept_clock()
    home.sweeper.sweep()
    assert learned(home) == {"teapot": 1, "on": 1, "teapot on": 1}
    assert standing(home).is_proved


def test_nothing_is_learned_of_what_somebody_asked_to_forget_meanwhile(home: Home) -> None:
    for scope in (Scope(person=PersonId("robin")), Scope(device=DeviceId("x"), words_only=True)):
        home.forgetter.forget(home.id, scope)
    home.clock.pass_time(seconds=-60)
    with pytest.raises(Barred):
        home.learn(PHRASES[0], person="robin")
    assert _rows(home) == [None, None]
    assert home.learn(PHRASES[0], person="alex")


def test_a_contribution_whose_key_is_lost_is_unlearned_by_building_from_the_rest(
    home: Home,
) -> None:
    home.learn(PHRASES[1])
    lost = home.learn(PHRASES[0], person="robin")
    with home.db.writing() as transaction:
        row = transaction.trace(home.id, contribution_id(Subject.VOCABULARY, lost))
        assert row is not None
        assert row.words is not None
        transaction.set_capsule(replace(row, words=row.words[::-1]))
    forget(home, lost)
    assert learned(home) == {"teapot": 1, "on": 1, "teapot on": 1}
    assert standing(home).is_proved


def test_several_threads_learn_and_forget_at_once(home: Home) -> None:
    def live(words: str) -> TraceId:
        gone, stays = home.learn(words), home.learn(words)
        forget(home, gone)
        return stays

    with ThreadPoolExecutor(len(PHRASES)) as threads:
        kept = list(threads.map(live, PHRASES * 2))
    fresh = VOCABULARY.added(
        VOCABULARY.nothing(), [VOCABULARY.contribution.write(said(words)) for words in PHRASES * 2]
    )
    assert learned(home) == json.loads(fresh)
    assert standing(home).is_proved
    forget(home, *kept)
    assert _rows(home) == [None, None]
