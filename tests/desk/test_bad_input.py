"""What programs and broken pages send is refused with a problem, and never an error of ours."""

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from tests.desk.desks import Served, desk_at
from unhear.household.staff import Role
from unhear.web import security

LOOK = f"/api/v1/looks/{'0' * 32}/payload"
HOME = "0" * 32


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(security, "PROOFS_PER_MINUTE", 1_000)
        with desk_at(tmp_path_factory.mktemp("bad")) as served:
            yield served


@pytest.mark.parametrize(
    ("path", "sent", "status"),
    [
        ("join/begin", {"invitation": 3}, 422),
        ("join/begin", {"invitation": "x" * 65}, 422),
        ("join/begin", {"invited": "x"}, 422),
        ("join/finish", {"invitation": "x", "credential": {}, "recipient": "age1"}, 403),
        ("join/finish", {"invitation": "x", "credential": [], "recipient": "age1"}, 422),
        ("session/finish", {"credential": {}}, 401),
        ("session/finish", {"credential": {"rawId": "é"}}, 401),
        ("session/finish", {"credential": {"rawId": 3}}, 401),
        ("session/finish", [], 422),
    ],
)
def test_strangers_are_refused_whatever_they_send(
    served: Served, path: str, sent: Any, status: int
) -> None:
    with closing(served.client()) as nobody:
        answer = nobody.post(f"/api/v1/{path}", json=sent)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"home": HOME, "grant": "../../etc"}, 422),
        ({"home": "x", "grant": HOME}, 422),
        ({"home": HOME}, 422),
        ({"home": HOME, "grant": HOME}, 404),
        ({"home": HOME, "grant": HOME, "more": 1}, 422),
    ],
)
def test_a_look_needs_a_grant_that_is_there(
    served: Served, sent: dict[str, Any], status: int
) -> None:
    alex = served.worker(Role.SUPPORT)
    with closing(served.client(alex)) as client:
        answer = client.post("/api/v1/looks", json=sent)
    assert answer.status_code == status, answer.text
    assert served.desk.looks.all(alex.member.id) == []


@pytest.mark.parametrize(
    ("first", "last", "status"),
    [("5", "4", 416), ("0", str(1 << 40), 416), ("-1", "4", 422), ("a", "4", 422), ("0", "4", 404)],
)
def test_ranges_are_bounded(served: Served, first: str, last: str, status: int) -> None:
    with closing(served.client(served.worker(Role.SUPPORT))) as client:
        answer = client.get(LOOK, params={"first": first, "last": last})
    assert answer.status_code == status


@pytest.mark.parametrize("which", ["", "nobody", "0" * 4_000, "' OR 1=1 --"])
def test_operators_name_somebody_who_is_there(served: Served, which: str) -> None:
    with closing(served.client(served.worker(Role.OPERATOR))) as client:
        form = {"csrf": client.headers["x-csrf"], "which": which, "why": "x"}
        answers = [client.post(f"/people/{what}", data=form) for what in ("suspend", "reinstate")]
    assert all(one.status_code in {404, 422} for one in answers)


def test_an_operator_does_nothing_to_themselves(served: Served) -> None:
    olga = served.worker(Role.OPERATOR, "Olga")
    with closing(served.client(olga)) as client:
        form = {"csrf": client.headers["x-csrf"], "which": olga.member.id, "why": "x"}
        for what in ("suspend", "anew"):
            assert client.post(f"/people/{what}", data=form).status_code == 409
        assert client.get("/people").status_code == 200
