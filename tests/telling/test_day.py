"""Nothing of anybody is in what a house tells: not in its log, its metrics or its traces."""

import json
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterator

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.telling.day import Day
from tests.telling.planted import found_in
from unhear.signals.words import KEYS, Label, Work

ID = bytes(range(3, 19))
NUMBERS = {"le"}


def _samples(day: Day) -> Iterator[tuple[str, dict[str, str]]]:
    for family in text_string_to_metric_families(day.metrics):
        for sample in family.samples:
            yield sample.name, sample.labels


@pytest.mark.parametrize("where", ["text", "json", "metrics", "traces"])
def test_nothing_of_anybody_is_told(day: Day, where: str) -> None:
    sent = b"".join(day.receiver.bodies) + "".join(map(str, day.receiver.requests())).encode()
    headers = [line for one in day.receiver.headers for line in one.splitlines()]
    sent += "\n".join(line for line in headers if not line.startswith("Host:")).encode()
    told = {
        "text": day.text.encode(),
        "json": day.json.encode(),
        "metrics": day.metrics.encode(),
        "traces": sent,
    }[where]
    assert len(told) > 1_000
    assert len(day.planted) > 40
    assert found_in(told, day.planted) == set()


@pytest.mark.parametrize(
    "written",
    [
        b"a wheelbarrow",
        b"A WHEELBARROW",
        "wheelbarrow".encode("utf-16-le"),
        b"wheelbarrow".hex().upper().encode(),
        b64encode(b"the wheelbarrow of"),
        b64encode(b"a wheelbarrow"),
        b64encode(b"my wheelbarrow"),
        ID,
        ID.hex().encode(),
        urlsafe_b64encode(ID),
        b64encode(b"id:" + ID),
        b64encode(b"an id" + ID),
    ],
)
def test_the_search_finds_what_is_there(written: bytes) -> None:
    assert found_in(b"before " + written + b" after", ["wheelbarrow", ID])


def test_every_label_and_attribute_is_of_the_vocabulary(day: Day) -> None:
    """Whatever else could be thought of to look for, nothing but these words is there."""
    known = {str(value) for kind in Label.__subclasses__() for value in kind} | day.templates
    pages = {"/today", "/family", "/devices", "/account", "/sign-in", "/static"}
    for _, labels in _samples(day):
        values = {value for name, value in labels.items() if name not in NUMBERS}
        assert set(labels) <= {*KEYS.values(), *NUMBERS}
        assert values <= known | pages
    titles = {work.title for work in Work}
    for span in day.receiver.spans():
        said = {one.key: one.value.string_value for one in span.attributes}
        assert said.pop("error.type", "ValueError").isidentifier()
        assert span.name in titles
        assert set(said) <= set(KEYS.values())
        assert set(said.values()) <= known | pages
        assert not span.events
        assert not span.status.message
        assert not span.trace_state


def test_a_day_leaves_every_span(day: Day) -> None:
    spans = day.receiver.spans()
    assert {span.name for span in spans} == {work.title for work in Work} - {"erase.finish"}
    by_id = {span.span_id: span for span in spans}
    above = {(span.name, by_id[span.parent_span_id].name) for span in spans if span.parent_span_id}
    assert {
        ("request.listen", "request"),
        ("request.recognise", "request"),
        ("request.understand", "request"),
        ("request.answer", "request"),
        ("request.keep", "request"),
        ("keep", "request.keep"),
        ("erase", "http"),
        ("look", "http"),
        ("root.put", "erase.commit"),
        ("erase.bar", "erase"),
        ("erase.attest", "erase"),
    } <= above


def test_lines_have_known_keys_and_say_where_others_spoke(day: Day) -> None:
    lines = [json.loads(line) for line in day.json.splitlines()]
    assert len(lines) == len(day.text.splitlines())
    mine = [line for line in lines if line["logger"].startswith("unhear.")]
    others = [line for line in lines if line["logger"] == "some.library"]
    assert {"satellite away", "notification not sent", "a thread failed"} <= {
        line["event"] for line in mine
    }
    assert [line["event"] for line in others] == ["said something"] * 4
    assert others[-1]["error"] == "ValueError"
    assert others[-1]["raised"].startswith("day.py:")
    assert "WARNING unhear.satellites.places: satellite away (error ConnectionRefusedError)" in (
        day.text
    )
    for line in lines:
        assert {"time", "level", "logger", "event"} <= set(line)
