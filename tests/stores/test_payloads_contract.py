"""What every place of sealed payloads promises: a folder, and buckets that keep versions or not."""

from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.stores.buckets import sign_in
from unhear.clock import now, random_bytes
from unhear.household.words import HouseholdId, TraceId
from unhear.keep.payloads import Payloads
from unhear.stores.choose_payloads import choose_payloads
from unhear.stores.errors import PayloadMissing

KINDS = [
    pytest.param("folder"),
    pytest.param("moto", marks=pytest.mark.tools),
    pytest.param("moto, versioned", marks=pytest.mark.tools),
    pytest.param("seaweed", marks=pytest.mark.tools),
    pytest.param("seaweed, versioned", marks=pytest.mark.tools),
]
every_place = pytest.mark.parametrize("kind", KINDS)


@pytest.fixture
def payloads(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Payloads:
    if kind == "folder":
        return choose_payloads(None, tmp_path / "payloads")
    name, _, versioned = kind.partition(", ")
    server = request.getfixturevalue(f"{name}_server")
    sign_in(monkeypatch, server.url)
    bucket = server.bucket(versioned=bool(versioned))
    return choose_payloads(f"s3://{bucket}/all/{random_bytes(6).hex()}", tmp_path)


def new_household() -> HouseholdId:
    return HouseholdId(random_bytes(16))


def new_trace() -> TraceId:
    return TraceId(random_bytes(16))


@every_place
def test_a_payload_is_there_until_it_is_removed(payloads: Payloads) -> None:
    ours, trace, other = new_household(), new_trace(), new_trace()
    assert not payloads.has(ours, trace)
    payloads.put(ours, trace, b"noise")
    payloads.put(ours, trace, b"noise")
    payloads.put(ours, other, b"other noise")
    assert payloads.has(ours, trace)
    assert payloads.get(ours, trace) == b"noise"
    assert payloads.size(ours, trace) == 5
    assert payloads.part(ours, trace, 1, 3) == b"oi"
    payloads.delete(ours, [trace, new_trace()])
    payloads.delete(ours, [trace])
    assert not payloads.has(ours, trace)
    assert payloads.get(ours, other) == b"other noise"
    for missing in (lambda: payloads.get(ours, trace), lambda: payloads.size(ours, trace)):
        with pytest.raises(PayloadMissing, match="restore-sounds"):
            missing()
    with pytest.raises(PayloadMissing):
        payloads.part(ours, trace, 0, 1)


@every_place
def test_all_names_those_of_one_household_and_when_they_were_put(payloads: Payloads) -> None:
    ours, theirs = new_household(), new_household()
    begun = now() - timedelta(seconds=2)  # buckets know whole seconds
    traces = {new_trace() for _ in range(5)}
    for trace in traces:
        payloads.put(ours, trace, b"noise")
        payloads.append(ours, trace, b" and more")
    payloads.put(theirs, new_trace(), b"noise")
    found = list(payloads.all(ours))
    assert {trace for trace, _ in found} == traces
    assert len(found) == len(traces)
    assert all(begun <= put_at <= now() + timedelta(seconds=2) for _, put_at in found)
    payloads.delete(ours, sorted(traces))
    assert list(payloads.all(ours)) == []
    assert len(list(payloads.all(theirs))) == 1


@every_place
def test_a_long_payload(payloads: Payloads) -> None:
    """Longer than what the library of object stores would send in parts."""
    ours, trace, content = new_household(), new_trace(), random_bytes(11 << 20)
    payloads.put(ours, trace, content)
    assert payloads.append(ours, trace, b"end") == len(content)
    assert payloads.get(ours, trace) == content + b"end"
    assert payloads.part(ours, trace, len(content) - 2, len(content) + 2) == content[-2:] + b"en"


STEPS = st.tuples(
    st.sampled_from(["append", "append", "put", "part", "size", "delete"]),
    st.integers(0, 2),
    st.binary(min_size=1, max_size=9),
    st.integers(0, 40),
)


@every_place
@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=st.lists(STEPS, max_size=16))
def test_it_is_a_plain_table(payloads: Payloads, steps: list[tuple[str, int, bytes, int]]) -> None:
    """Any order of adding, reading and removing does what a dict of bytes would do."""
    ours, names = new_household(), [new_trace() for _ in range(3)]
    table: dict[TraceId, bytes] = {}
    for step, number, content, at in steps:
        trace = names[number]
        there = table.get(trace)
        if step == "append":
            assert payloads.append(ours, trace, content) == len(there or b"")
            table[trace] = (there or b"") + content
        elif step == "put" and there is None:
            payloads.put(ours, trace, content)
            table[trace] = content
        elif step == "part" and there is not None and at < len(there):
            end = min(len(there), at + len(content))
            assert payloads.part(ours, trace, at, end) == there[at:end]
        elif step == "size" and there is not None:
            assert payloads.size(ours, trace) == len(there)
        elif step == "delete":
            payloads.delete(ours, [trace])
            table.pop(trace, None)
    assert {trace for trace, _ in payloads.all(ours)} == set(table)
    assert {trace for trace in names if payloads.has(ours, trace)} == set(table)
    assert {trace: payloads.get(ours, trace) for trace in table} == table
