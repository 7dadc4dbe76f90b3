"""Statements say what their kind may say, exactly, and nothing that leads to a household."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.prove.memory import SIGNER, erasure, salt, thing
from unhear.prove.claims import (
    Claim,
    ConsentGiven,
    ConsentLapsed,
    ConsentRefused,
    ConsentRenewed,
    ConsentWithdrawn,
    Erasure,
    Grant,
    Hold,
    HoldEnded,
    LogKey,
    Looked,
    Unlearning,
)
from unhear.prove.errors import ProofMalformed
from unhear.prove.statement import (
    Committed,
    Statement,
    Tag,
    commit,
    count_class,
    hour,
    items_root,
    read_statement,
    statement_bytes,
    statement_of,
)

HIDDEN = Committed(b"x" * 16, salt(1))
MAY_BE_NULL = ("reopens", "drill")
CLAIMS: list[Claim] = [
    LogKey(str(SIGNER.verifier)),
    ConsentGiven(
        subject=commit("subject", HIDDEN),
        person=commit("person", HIDDEN),
        purpose="keep",
        method="terminal",
        notice=commit("notice", HIDDEN),
        given_at="2026-03-14T12:00:00Z",
    ),
    ConsentRenewed(
        subject=commit("subject", HIDDEN),
        person=commit("person", HIDDEN),
        purpose="keep",
        method="passkey",
        notice=commit("notice", HIDDEN),
        given_at="2026-03-14T12:00:00Z",
    ),
    Unlearning(
        erasure="ab" * 16,
        subject=commit("subject", HIDDEN),
        items_root=items_root([HIDDEN]),
        count="1",
        unlearned_at="2026-03-14T12:00:00Z",
    ),
    Grant(
        subject=commit("subject", HIDDEN),
        person=commit("person", HIDDEN),
        items_root=items_root([HIDDEN]),
        count="1",
        granted_at="2026-03-14T12:00:00Z",
        expires_at="2026-03-16T12:00:00Z",
    ),
    ConsentRefused(
        subject=commit("subject", HIDDEN),
        person=commit("person", HIDDEN),
        purpose="share",
        refused_at="2026-03-14T12:00:00Z",
    ),
    Looked(
        subject=commit("subject", HIDDEN),
        person=commit("person", HIDDEN),
        items_root=items_root([HIDDEN]),
        count="1",
        how="exported",
        looked_at="2026-03-14T12:00:00Z",
    ),
    ConsentWithdrawn(
        subject=commit("subject", HIDDEN),
        person=commit("person", HIDDEN),
        purpose="keep",
        withdrawn_at="2026-03-14T12:00:00Z",
    ),
    ConsentLapsed(
        subject=commit("subject", HIDDEN),
        person=commit("person", HIDDEN),
        purpose="fleet",
        why="the notice changed",
        lapsed_at="2026-03-14T12:00:00Z",
    ),
    Hold(
        id="ab" * 16,
        subject=commit("subject", HIDDEN),
        scope=commit("hold", HIDDEN),
        reason=commit("reason", HIDDEN),
        asked_by=commit("person", HIDDEN),
        agreed_by=commit("person", HIDDEN),
        placed_at="2026-03-14T12:00:00Z",
        expires_at="2026-04-14T12:00:00Z",
    ),
    HoldEnded(id="ab" * 16, how="expired", ended_at="2026-04-14T12:00:00Z"),
]


def _statements() -> list[Statement]:
    return [erasure(3)[0], *(statement_of(claim) for claim in CLAIMS)]


@pytest.mark.parametrize("claim", CLAIMS)
def test_a_claim_survives_being_written(claim: Claim) -> None:
    assert read_statement(statement_of(claim)) == claim


def test_the_bytes_are_canonical() -> None:
    statement = statement_of(CLAIMS[1])
    turned = dict(reversed(list(statement.items())))
    assert statement_bytes(turned) == statement_bytes(statement)
    assert statement_bytes(statement).startswith(b'{"given_at":"2026-03-14T12:00:00Z","kind":')


@pytest.mark.parametrize("statement", _statements())
def test_no_field_may_be_missing_or_added(statement: Statement) -> None:
    with pytest.raises(ProofMalformed, match="do not belong"):
        statement_bytes({**statement, "household": "the Smiths"})
    for name in statement:
        with pytest.raises(ProofMalformed, match=name):
            statement_bytes({key: value for key, value in statement.items() if key != name})


@pytest.mark.parametrize(
    "wrong", [None, True, -1, 1.5, 2**53, "", "a\nb", "\x1b[31m", "x" * 1001, [], [1], {}, "\ud800"]
)
@pytest.mark.parametrize("statement", _statements(), ids=lambda statement: str(statement["kind"]))
def test_every_field_refuses_what_is_not_its_own(statement: Statement, wrong: object) -> None:
    for name in statement:
        empty = wrong == [] and isinstance(statement[name], list)
        if empty or (wrong is None and name in MAY_BE_NULL):
            continue
        with pytest.raises(ProofMalformed):
            statement_bytes({**statement, name: wrong})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("v", 2),
        ("kind", "deletion"),
        ("id", "00" * 15),
        ("id", "AA" * 16),
        ("subject", "zz" * 32),
        ("count", "3"),
        ("count", "2-8"),
        ("count", "1-9"),
        ("count", "10-999"),
        ("count", "010-99"),
        ("count", "\u0661"),
        ("scope", "Mia"),
        ("scope", "person and recording"),
        ("scope", "recording and recording"),
        ("asked_at", "2026-03-14T12:01:00Z"),
        ("asked_at", "2026-03-14T12:00:00+00:00"),
        ("asked_at", "2026-3-14T12:00:00Z"),
        ("done_at", "2026-02-30T12:00:00Z"),
        ("keeper", {"kind": "file"}),
        ("keeper", {"kind": "file", "grade": "C", "path": "/var"}),
        ("keeper", {"kind": "file", "grade": 3}),
        ("roots_destroyed", ["00" * 31]),
        ("looked", [{"holder": "payloads", "remaining": 1}]),
        ("looked", [{"holder": "payloads", "remaining": False}]),
        ("looked", [{"holder": "payloads"}]),
        ("looked", ["payloads"]),
        ("exceptions", [""]),
        ("exceptions", ["x"] * 1001),
    ],
)
def test_an_erasure_s_fields_are_read_strictly(name: str, value: Any) -> None:
    with pytest.raises(ProofMalformed):
        statement_bytes({**erasure(3)[0], name: value})


@pytest.mark.parametrize(
    "scope", ["recording", "person and device and time range", "everything", "expired"]
)
def test_scopes_name_kinds_of_selector(scope: str) -> None:
    read = read_statement({**erasure(3)[0], "scope": scope})
    assert isinstance(read, Erasure)
    assert read.scope == scope


def test_a_log_key_must_be_one() -> None:
    for key in ("a key", str(SIGNER.verifier) + " ", str(SIGNER.verifier).replace("+", "-")):
        with pytest.raises(ProofMalformed):
            statement_bytes({"v": 1, "kind": "log-key", "key": key})


def test_a_statement_that_no_tile_could_hold_is_refused() -> None:
    with pytest.raises(ProofMalformed, match="65535"):
        statement_bytes({**erasure(1)[0], "exceptions": ["x" * 1000] * 66})


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    ),
    st.sampled_from(sorted(erasure(1)[0])),
)
def test_any_value_is_read_or_refused_with_one_kind_of_error(value: Any, name: str) -> None:
    for statement in (value, {**erasure(1)[0], name: value}):
        try:
            read_statement(statement)
        except ProofMalformed:
            continue
        assert statement_bytes(statement)


def test_five_hundred_erasures_of_seven_households_have_nothing_in_common() -> None:
    statements, items = [], []
    for number in range(500):
        household = thing(1000 + number % 7)
        statement, opening = erasure(2, salts=10 * number, household=household)
        statements.append(statement)
        items += [opening.subject, *opening.items]
        assert household.hex() not in str(statement)
    for unique in ("id", "subject", "items_root"):
        assert len({statement[unique] for statement in statements}) == 500
    assert len({item.salt for item in items}) == 1500


def test_a_commitment_depends_on_its_tag_salt_and_item() -> None:
    tags: tuple[Tag, ...] = ("subject", "person", "item", "root")
    found = {
        commit(tag, Committed(item, salt(number)))
        for tag in tags
        for item in (b"", b"a", b"b")
        for number in (1, 2)
    }
    assert len(found) == 4 * 3 * 2
    assert not [(a, b) for a in tags for b in tags if a != b and b.startswith(a)]
    with pytest.raises(ProofMalformed):
        commit("item", Committed(b"a", b"short"))


@given(st.permutations(range(6)))
def test_the_items_root_does_not_depend_on_their_order(order: list[int]) -> None:
    opening = erasure(6)[1]
    assert items_root([opening.items[n] for n in order]) == items_root(opening.items)


@given(st.datetimes(timezones=st.just(UTC)), st.integers(-14, 14))
def test_a_moment_tells_its_hour_in_utc_and_no_more(moment: datetime, offset: int) -> None:
    moment = moment.replace(year=2000 + moment.year % 100)
    elsewhere = moment.astimezone(timezone(timedelta(hours=offset)))
    assert hour(elsewhere) == hour(moment) == f"{moment:%Y-%m-%dT%H}:00:00Z"
    said = datetime.fromisoformat(hour(moment))
    assert timedelta(0) <= moment - said < timedelta(hours=1)


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (0, "0"),
        (1, "1"),
        (2, "2-9"),
        (9, "2-9"),
        (10, "10-99"),
        (99, "10-99"),
        (100, "100-999"),
        (1000, "1000-9999"),
    ],
)
def test_counts_are_told_coarsely(count: int, said: str) -> None:
    assert count_class(count) == said
    read = read_statement({**erasure(1)[0], "count": said})
    assert isinstance(read, Erasure)
    assert read.count == said
