"""What is counted is what happened."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.copies.houses import forget, keep, new_house
from tests.home import NOON, WORDS, Home, SetClock
from unhear.forget.errors import Barred, HolderAway, TraceRemains
from unhear.forget.traces import new_trace_id
from unhear.house.gauges import gauges_of
from unhear.house.house import House
from unhear.household.scope import Scope
from unhear.household.words import TraceId
from unhear.signals.words import CameraStanding, Metric, RootDue
from unhear.telling.exporting import Exporting, exporting


@pytest.fixture
def listener() -> Iterator[Exporting]:
    with exporting(None) as told:
        yield told


@dataclass
class Values:
    """What stands on the page."""

    listener: Exporting

    def __call__(self, name: str, **labels: str) -> float:
        families = text_string_to_metric_families(self.listener.page().decode())
        samples = [sample for family in families for sample in family.samples]
        found = [one.value for one in samples if one.name == name and one.labels == labels]
        return found[0] if found else 0.0


def _forget(home: Home, *traces: TraceId) -> None:
    home.forgetter.forget(home.id, Scope(recordings=frozenset(traces)))


@pytest.fixture
def value(listener: Exporting) -> Values:
    return Values(listener)


def test_keeps_and_erasures_by_what_became_of_them(home: Home, value: Values) -> None:
    kept = [home.keep() for _ in range(3)]
    size = home.blobs.size(home.id, kept[0])
    _forget(home, kept[0])
    heard = home.catalogue.recording(kept[1]).utterance
    late = replace(heard, of=new_trace_id(), heard_at=NOON - timedelta(hours=1))
    home.forgetter.forget(home.id, Scope())
    with pytest.raises(Barred):
        home.catalogue.keep(wav=b"x", transcript=WORDS, utterance=late, keep_until=NOON)
    assert value("unhear_keeps_total", outcome="kept") == 3
    assert value("unhear_keeps_total", outcome="barred") == 1
    assert value("unhear_sealed_bytes_total") == 3 * size
    assert value("unhear_keep_seconds_count") == 4
    assert value("unhear_erasures_total", outcome="done") == 2
    assert value("unhear_erasure_seconds_count") == 2
    for step in ("bar", "find", "commit", "sweep", "look", "attest"):
        assert value("unhear_erasure_step_seconds_count", step=step) == 2
    assert value("unhear_root_seconds_count", step="put") == 2
    assert value("unhear_root_seconds_count", step="destroy") == 2


def test_what_stands_in_the_way_is_counted_as_that(
    home: Home, value: Values, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise HolderAway("the disk is away")

    first, second = home.keep(), home.keep()
    with monkeypatch.context() as patch:
        patch.setattr(home.conversation, "destroy", away)
        with pytest.raises(HolderAway):
            _forget(home, first)
    with monkeypatch.context() as patch:
        patch.setattr(home.conversation, "held", lambda *_: [second])
        with pytest.raises(TraceRemains):
            _forget(home, second)
    assert value("unhear_erasures_total", outcome="holder_away") == 1
    assert value("unhear_erasures_total", outcome="trace_remains") == 1
    assert value("unhear_erasures_total", outcome="done") == 0


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = new_house(tmp_path / "house")
    yield house
    house.close()


def _gauges(house: House) -> dict[Any, float]:
    return {(metric, *labels): value for metric, value, labels in gauges_of(house)}


def test_gauges_say_how_it_stands(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = keep(house), keep(house)
    forget(house, first)
    house.ledger.wait()
    house.ledger.publish(house.database)
    calm = _gauges(house)
    assert calm[Metric.UNFINISHED,] == calm[Metric.OLDEST,] == calm[Metric.EXPIRED,] == 0
    assert calm[Metric.ROOTS_QUEUED, RootDue.NOW] == calm[Metric.UNPUBLISHED,] == 0
    assert calm[Metric.CAMERAS, CameraStanding.CONNECTED] == 0
    assert calm[Metric.DISK_FREE,] > 0
    with house.database.reading() as transaction:
        assert calm[Metric.LEDGER,] == transaction.ledger_size() > 0

    def away(*_: object) -> None:
        raise HolderAway("the disk is away")

    monkeypatch.setattr(house.conversation, "destroy", away)
    with pytest.raises(HolderAway):
        forget(house, second)
    clock = SetClock(house.clock())
    monkeypatch.setattr(house, "clock", clock)
    clock.pass_time(seconds=7_200)
    waiting = _gauges(house)
    assert waiting[Metric.UNFINISHED,] == 1
    assert 7_200 <= waiting[Metric.OLDEST,] < 7_300
    keep(house)
    clock.pass_time(days=12)
    assert _gauges(house)[Metric.EXPIRED,] >= 1
