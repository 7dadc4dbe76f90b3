"""A few recordings go in the transaction that bars them, and the bar does not depend on that."""

from typing import Any

import pytest

from tests.home import Home
from unhear.forget.database import ErasureState
from unhear.forget.engine import AT_ONCE_MAX
from unhear.forget.errors import KeeperFailed
from unhear.household.scope import Scope
from unhear.prove.receipt import verify

WRITTEN_AT_ONCE, WRITTEN_APART = 2, 3
"""Transactions: what bars and commits, or each of both, and what attests."""


def _written(home: Home) -> int:
    """Answer how many transactions have written before this one, which does too."""
    ((number,),) = home.sql("SELECT number FROM commit_count")
    return int(number)


@pytest.mark.parametrize(
    ("count", "written"), [(1, WRITTEN_AT_ONCE), (AT_ONCE_MAX + 1, WRITTEN_APART)]
)
def test_few_recordings_are_barred_and_gone_in_one_transaction(
    home: Home, count: int, written: int
) -> None:
    gone, stays = [home.keep() for _ in range(count)], home.keep()
    before = _written(home)
    receipt = home.forgetter.forget(home.id, Scope(recordings=frozenset(gone)))
    assert _written(home) - before - 1 == written
    verify(receipt, home.ledger.key)
    assert [one.id for one in home.catalogue.recordings()] == [stays]


@pytest.mark.parametrize(
    ("what", "error"),
    [
        ("keeper", KeeperFailed("the keeper is away")),
        ("lessons", ValueError("what was learned is damaged")),
    ],
)
def test_what_was_asked_is_barred_whatever_stands_in_the_way_of_its_keys(
    home: Home, monkeypatch: pytest.MonkeyPatch, what: str, error: Exception
) -> None:
    gone, stays = home.keep(), home.keep()
    in_the_way: dict[str, tuple[object, str]] = {
        "keeper": (home.roots, "put"),
        "lessons": (home.learned, "unlearn"),
    }

    def fail(*_: Any, **__: Any) -> None:
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(*in_the_way[what], fail)
        with pytest.raises(type(error), match=str(error)):
            home.forgetter.forget(home.id, Scope(recordings=frozenset([gone])))
    with home.db.reading() as transaction:
        (asked,) = transaction.unfinished_erasures(home.id)
    assert asked.state is ErasureState.ASKED

    (receipt,) = home.forgetter.resume(home.id)

    verify(receipt, home.ledger.key)
    assert [one.id for one in home.catalogue.recordings()] == [stays]
    assert len(home.roots.ids()) == 1
