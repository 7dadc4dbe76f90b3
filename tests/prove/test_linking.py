"""The entries of a real house lead to nobody, and no two of them to each other."""

import json

import pytest

from tests.home import Home
from unhear.household.scope import Scope
from unhear.prove.opening import Opening
from unhear.prove.receipt import Receipt, verify
from unhear.prove.statement import statement_bytes

ERASURES = 40


def _receipts(home: Home) -> list[Receipt]:
    found = []
    for _ in range(ERASURES):
        home.clock.pass_time(seconds=61)
        trace = home.keep()
        found.append(home.forgetter.forget(home.id, Scope(recordings=frozenset([trace]))))
    return found


def _leaves(home: Home) -> list[bytes]:
    with home.db.reading() as transaction:
        return list(transaction.ledger_leaves(0, transaction.ledger_size()))


def test_no_two_receipts_of_a_house_share_what_could_link_them(home: Home) -> None:
    receipts = _receipts(home)
    for unique in ("id", "subject", "items_root"):
        assert len({receipt.statement[unique] for receipt in receipts}) == ERASURES
    roots = [root for receipt in receipts for root in receipt.statement["roots_destroyed"]]
    assert len(set(roots)) == len(roots) == ERASURES
    openings = [r.opening for r in receipts if isinstance(r.opening, Opening)]
    salts = [c.salt for opening in openings for c in (opening.subject, *opening.items)]
    assert len(set(salts)) == len(salts) == 2 * ERASURES
    assert {opening.subject.item for opening in openings} == {home.id}


@pytest.mark.dear
def test_the_log_holds_no_id_no_name_and_no_minute(home: Home) -> None:
    items = [
        item.item
        for receipt in _receipts(home)
        if isinstance(receipt.opening, Opening)
        for item in (receipt.opening.subject, *receipt.opening.items)
    ]
    leaves = b"".join(_leaves(home))
    people = [person.name for person in home.household.people]
    for private in [*items, *(name.encode() for name in (home.household.name, *people))]:
        assert private.hex().encode() not in leaves
        assert len(private) < 4 or private not in leaves
    assert b":00:00Z" in leaves
    assert f"{home.clock():%H:%M:}".encode() not in leaves


@pytest.mark.dear
def test_every_entry_of_a_house_is_read_strictly_and_is_canonical(home: Home) -> None:
    receipt = _receipts(home)[-1]
    verify(Receipt.from_json(receipt.to_json()), home.ledger.key)
    leaves = _leaves(home)
    assert len(leaves) > ERASURES
    for leaf in leaves:
        assert statement_bytes(json.loads(leaf)) == leaf
