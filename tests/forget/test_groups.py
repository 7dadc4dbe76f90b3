"""Many requests at once: from threads, from processes, and more than one transaction holds."""

import threading
from collections.abc import Callable

import pytest

from tests.home import Home
from unhear.forget import commit
from unhear.forget.errors import NoSuchTrace
from unhear.forget.group import Group
from unhear.forget.traces import new_trace_id
from unhear.household.scope import Scope
from unhear.household.words import PersonId, TraceId
from unhear.prove.receipt import Receipt, verify


def _together(work: list[Callable[[], None]]) -> None:
    barrier = threading.Barrier(len(work))

    def run(one: Callable[[], None]) -> None:
        barrier.wait()
        one()

    threads = [threading.Thread(target=run, args=(one,)) for one in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_requests_of_many_threads_share_root_changes(home: Home) -> None:
    traces = [home.keep() for _ in range(24)]
    receipts: list[Receipt] = []
    with home.db.reading() as transaction:
        before = transaction.current_root().epoch

    def forget(number: int) -> Callable[[], None]:
        scope = Scope(recordings=frozenset([traces[number]]))
        return lambda: receipts.append(home.forgetter.forget(home.id, scope))

    _together([forget(number) for number in range(24)])
    with home.db.reading() as transaction:
        after = transaction.current_root().epoch
    assert len({receipt.statement["id"] for receipt in receipts}) == 24
    assert after - before < 24
    assert home.catalogue.recordings() == []
    assert len(home.roots.ids()) == 1
    for receipt in receipts:
        verify(receipt, home.ledger.key)


def test_one_request_that_fails_fails_no_other() -> None:
    group: Group[int, int] = Group(
        lambda numbers: [ValueError("odd") if n % 2 else n * 10 for n in numbers], 8
    )
    answers: dict[int, object] = {}

    def submit(number: int) -> Callable[[], None]:
        def work() -> None:
            try:
                answers[number] = group.submit(number)
            except ValueError as error:
                answers[number] = str(error)

        return work

    _together([submit(number) for number in range(10)])
    assert answers == {n: "odd" if n % 2 else n * 10 for n in range(10)}


def test_an_unknown_recording_in_a_group_fails_alone(home: Home) -> None:
    known, unknown = home.keep(), new_trace_id()
    outcomes: list[object] = []

    def forget(trace: TraceId) -> Callable[[], None]:
        def work() -> None:
            try:
                outcomes.append(
                    home.forgetter.forget(home.id, Scope(recordings=frozenset([trace])))
                )
            except NoSuchTrace as error:
                outcomes.append(error)

        return work

    _together([forget(known), forget(unknown)])
    assert {type(outcome) for outcome in outcomes} == {Receipt, NoSuchTrace}


def test_much_goes_in_parts_with_one_receipt(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commit, "TRACES_PER_COMMIT_MAX", 4)
    stays = home.keep(person="sam")
    for _ in range(11):
        home.keep(person="mia")
    receipt = home.forgetter.forget(home.id, Scope(person=PersonId("mia")))
    assert len(receipt.statement["roots_destroyed"]) == 3
    assert receipt.statement["epoch_to"] - receipt.statement["epoch_from"] == 3
    assert [r.id for r in home.catalogue.recordings()] == [stays]
    assert len(home.roots.ids()) == 1
    verify(receipt, home.ledger.key)
