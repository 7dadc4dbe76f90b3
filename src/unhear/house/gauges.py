"""How a house stands at this moment, for whoever runs it: numbers alone."""

import shutil
from collections import Counter
from collections.abc import Iterator
from functools import partial

from unhear.clock import day_number
from unhear.forget.database import Transaction
from unhear.forget.holds import scopes_held
from unhear.forget.keytree import KeyTree
from unhear.forget.naming import held_back
from unhear.forget.progress import LEGAL_HOLD, progress_of
from unhear.forget.roots import parked_id
from unhear.forget.snapshot import snapshot
from unhear.house.house import House
from unhear.signals.words import CameraStanding, Metric, RootDue, Value

Gauge = tuple[Metric, float, tuple[Value, ...]]


def gauges_of(house: House) -> Iterator[Gauge]:
    """Yield every gauge of a house. Raises `ForgetError` and `StoreError`."""
    yield from _erasures(house)
    yield from _roots(house)
    yield Metric.EXPIRED, snapshot(house.database, house.keeper, partial(_late, house)), ()
    with house.database.reading() as transaction:
        entries, published = house.ledger.sizes(transaction)
    yield Metric.LEDGER, entries, ()
    yield Metric.UNPUBLISHED, entries - published, ()
    here = house.cameras.here()
    states = Counter(one.state.value for one in here.values())
    if house.beyond is None:  # otherwise it is another process's to tell
        states[CameraStanding.AWAY.value] += len(house.cameras.named.keys() - here.keys())
    for standing in CameraStanding:
        yield Metric.CAMERAS, states[standing.value], (standing,)
    yield Metric.DISK_FREE, shutil.disk_usage(house.settings.house).free, ()


def _erasures(house: House) -> Iterator[Gauge]:
    now = house.clock()
    found = progress_of(
        house.database, house.keeper, house.household.id, day_number(now), unfinished=True
    )
    yield Metric.UNFINISHED, len(found), ()
    asked = [one.asked_at for one in found if one.waits_for != (LEGAL_HOLD,)]
    yield Metric.OLDEST, (now - min(asked, default=now)).total_seconds(), ()


def _roots(house: House) -> Iterator[Gauge]:
    """Count the queued roots that are held: one that is destroyed leaves the queue later."""
    with house.database.reading() as transaction:
        queued = transaction.queued_roots()
    today = day_number(house.clock())
    held = set(house.keeper.ids()) if queued else set()
    due = [root for root, day in queued.items() if day <= today]
    late = sum(not held.isdisjoint({root, parked_id(root)}) for root in due)
    yield Metric.ROOTS_QUEUED, late, (RootDue.NOW,)
    yield Metric.ROOTS_QUEUED, len(queued) - len(due), (RootDue.LATER,)


def _late(house: House, transaction: Transaction, tree: KeyTree) -> int:
    """Count what the daily round should have forgotten by yesterday."""
    ours, today = house.household.id, day_number(house.clock())
    held = scopes_held(transaction, tree, ours, today)
    late = transaction.expired(ours, today - 1)
    return sum(not held_back(tree, row, held) for row in late)
