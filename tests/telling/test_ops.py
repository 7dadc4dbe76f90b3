"""The dashboard and the alerts ask for what is there, and leave nothing out."""

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from tests.needs import need_program
from tests.telling.day import Day
from unhear.signals.words import KEYS, Kind, Metric

ROOT = Path(__file__).parents[2]
DASHBOARD = ROOT / "ops/grafana/unhear.json"
ALERTS = ROOT / "ops/prometheus/alerts.yml"
NAME = re.compile(r"\b(?:unhear|process)_[a-z_]+\b")
EQUALS = re.compile(r'(\w+)="(\w+)"')
NOT_SHOWN = {"process_virtual_memory_bytes", "process_start_time_seconds"}


def _exported(day: Day) -> set[str]:
    return {
        sample.name
        for family in text_string_to_metric_families(day.metrics)
        for sample in family.samples
    }


def _panels() -> list[dict[str, Any]]:
    panels: list[dict[str, Any]] = json.loads(DASHBOARD.read_text())["panels"]
    return panels


def _asked() -> Iterator[str]:
    for panel in _panels():
        yield from (target["expr"] for target in panel.get("targets", ()))


def _alerts() -> list[dict[str, Any]]:
    groups = yaml.safe_load(ALERTS.read_text())["groups"]
    return [rule for group in groups for rule in group["rules"]]


def test_a_day_leaves_every_metric(day: Day) -> None:
    families = {one.name for one in text_string_to_metric_families(day.metrics)}
    assert {metric.value.name for metric in Metric} == {
        name for name in families if name.startswith("unhear_")
    }


def test_panels_ask_for_what_there_is(day: Day) -> None:
    exported = _exported(day)
    asked = [(expression, NAME.findall(expression)) for expression in _asked()]
    assert len(asked) > 30
    for expression, names in asked:
        assert names, expression
        assert set(names) <= exported, expression


def test_everything_there_is_has_a_panel(day: Day) -> None:
    asked = {
        re.sub(r"_(bucket|count|sum)$", "", name) for e in _asked() for name in NAME.findall(e)
    }
    families = {re.sub(r"_(bucket|count|sum)$", "", name) for name in _exported(day)}
    assert families - asked == NOT_SHOWN


def test_the_dashboard_is_as_grafana_has_it() -> None:
    panels = _panels()
    assert len({panel["id"] for panel in panels}) == len(panels)
    taken: set[tuple[int, int]] = set()
    for panel in panels:
        assert panel["title"]
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert max(x for x, _ in cells) < 24
        assert not cells & taken
        taken |= cells
        if panel["type"] != "row":
            assert panel["description"]
            assert {target["datasource"]["uid"] for target in panel["targets"]} == {"${datasource}"}
            assert [t["refId"] for t in panel["targets"]] == sorted(
                {t["refId"] for t in panel["targets"]}
            )


def test_alerts_ask_for_what_there_is(day: Day) -> None:
    exported = _exported(day)
    values = {
        key: {str(v) for k in KEYS if KEYS[k] == key for v in _members(k)} for key in KEYS.values()
    }
    assert len(_alerts()) >= 5
    for alert in _alerts():
        names = NAME.findall(alert["expr"])
        assert names
        assert set(names) <= exported
        for key, value in EQUALS.findall(alert["expr"]):
            assert value in values[key]
        assert set(alert["annotations"]) == {"summary", "description"}


def _members(kind: Any) -> list[Any]:
    return list(kind) if hasattr(kind, "__members__") else []


@pytest.mark.tools
def test_prometheus_takes_the_alerts() -> None:
    promtool = need_program("promtool")
    done = subprocess.run(
        [promtool, "check", "rules", "--lint-fatal", ALERTS],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.tools
def test_prometheus_takes_the_metrics(day: Day) -> None:
    promtool = need_program("promtool")
    done = subprocess.run(
        [promtool, "check", "metrics"],
        input=day.metrics,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_table_in_the_docs_is_as_the_code_has_it() -> None:
    text = (ROOT / "docs/operations.md").read_text()
    rows = re.findall(r"^\| `(unhear_\w+)` \| (.*?) \| (.*?) \| (.*?) \|$", text, re.MULTILINE)
    assert rows == [_row(metric) for metric in Metric]


def _row(metric: Metric) -> tuple[str, str, str, str]:
    one = metric.value
    name = f"{one.name}_total" if one.kind is Kind.COUNTER else one.name
    labels = ", ".join(f"`{KEYS[kind]}`" for kind in one.labels)
    return name, f"{one.kind.value}, {one.unit}", labels, one.meaning
