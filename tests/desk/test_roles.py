"""Every page and operation of the desk, as every role: what is not in the table is refused."""

from collections.abc import Iterator
from contextlib import closing

import httpx2
import pytest
from fastapi.routing import APIRoute

from tests.desk.desks import PAGE, Served, desk_at
from tests.home import NOON
from unhear.access.policy import Asked, judge
from unhear.access.policy import Operation as HomeOperation
from unhear.desk import joining, looking, managing, pages
from unhear.desk.roles import PURPOSES, RIGHTS, TWO_PEOPLE, Operation, may
from unhear.household.staff import Colleague, Reason, Role, Staff, StaffPurpose
from unhear.web import security

CONTENT, EVERYBODY = "support safety research", "support safety research auditor operator"
ANYBODY = "anybody"
TABLE = {
    "GET /": ANYBODY,
    "GET /sign-in": ANYBODY,
    "GET /join": ANYBODY,
    "GET /counts": ANYBODY,
    "GET /counts.json": ANYBODY,
    "GET /oidc/begin": ANYBODY,
    "GET /oidc/callback": ANYBODY,
    "POST /api/v1/join/begin": ANYBODY,
    "POST /api/v1/join/finish": ANYBODY,
    "POST /api/v1/session/begin": ANYBODY,
    "POST /api/v1/session/finish": ANYBODY,
    "POST /api/v1/session/proof/begin": EVERYBODY,
    "POST /api/v1/session/proof/finish": EVERYBODY,
    "GET /account": EVERYBODY,
    "POST /account/sign-out": EVERYBODY,
    "POST /account/end": EVERYBODY,
    "GET /requests": CONTENT,
    "POST /requests": CONTENT,
    "POST /requests/give-back": CONTENT,
    "GET /granted": CONTENT,
    "POST /api/v1/looks": CONTENT,
    "GET /api/v1/looks/{look}/payload": CONTENT,
    "GET /history": CONTENT,
    "GET /approvals": "safety research",
    "POST /approvals/agree": "safety research",
    "POST /approvals/refuse": "safety research",
    "GET /looks": "auditor",
    "GET /people": "operator",
    "POST /people/invite": "operator",
    "POST /people/anew": "operator",
    "POST /people/suspend": "operator",
    "POST /people/reinstate": "operator",
}
ENDS_THE_SESSION = "POST /account/sign-out"
FORBIDDEN, SIGN_IN_NEEDED = "/problems/not-your-role", "/problems/sign-in-needed"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(security, "PROOFS_PER_MINUTE", 1_000)
        with desk_at(tmp_path_factory.mktemp("roles")) as served:
            yield served


def ask(client: httpx2.Client, what: str) -> httpx2.Response:
    method, _, path = what.partition(" ")
    path = path.replace("{look}", "0" * 32)
    if method == "GET":
        return client.get(path, params={"first": "0", "last": "1"})
    csrf = client.headers.get("x-csrf", "")
    if path.startswith("/api/"):
        return client.post(path, json={})
    return client.post(path, data={"csrf": csrf, "which": "0" * 16, "why": "x"})


def test_the_table_has_every_operation() -> None:
    parts = (joining, looking, managing, pages)
    routes = [one for part in parts for one in part.router.routes if isinstance(one, APIRoute)]
    found = {f"{method} {one.path}" for one in routes for method in one.methods or ()}
    assert found == set(TABLE)


@pytest.mark.parametrize("role", [None, *Role])
def test_a_role_may_what_the_table_says_and_no_more(served: Served, role: Role | None) -> None:
    worker = None if role is None else served.worker(role)
    with closing(served.client(worker)) as client:
        answers = {what: ask(client, what) for what in sorted(TABLE, key=ENDS_THE_SESSION.__eq__)}
    for what, answer in answers.items():
        who = TABLE[what]
        may = who == ANYBODY or (role is not None and role.value in who.split())
        kind = answer.json().get("type", "") if "problem" in _kind(answer) else ""
        if role is None and who != ANYBODY:
            first = answer.headers.get("location") == "/sign-in" or kind == SIGN_IN_NEEDED
            assert first, what
        else:
            assert (kind != FORBIDDEN) == may, (what, role, answer.text)
        assert answer.status_code < 500, what


def _kind(answer: httpx2.Response) -> str:
    return str(answer.headers.get("content-type", ""))


def test_who_needs_no_content_gets_none() -> None:
    for role in (Role.AUDITOR, Role.OPERATOR):
        assert PURPOSES[role] == ()
        assert role not in RIGHTS[Operation.ASK] | RIGHTS[Operation.LOOK]
    assert set(PURPOSES[Role.SUPPORT]) == {StaffPurpose.SUPPORT}
    assert set(PURPOSES[Role.SAFETY]) == {StaffPurpose.SAFETY, StaffPurpose.SUPPORT}
    assert set(PURPOSES[Role.RESEARCH]) == {StaffPurpose.REVIEW, StaffPurpose.RESEARCH}


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("purpose", StaffPurpose)
def test_the_desk_asks_for_what_a_home_takes(role: Role, purpose: StaffPurpose) -> None:
    asker, second = Staff("one", "One", role, "age1one"), Colleague("two", "Two", Role.SAFETY)
    for agrees in (None, second):
        asked = Asked(asker, Reason(purpose, "T-1", "why", 1, agrees))
        allowed = judge(asker, HomeOperation.ASK, asked, NOON).allowed
        needed = agrees is None and purpose in TWO_PEOPLE
        assert allowed == (purpose in PURPOSES[role] and not needed)
    for approver in Role:
        agrees = Colleague("two", "Two", approver)
        asked = Asked(asker, Reason(purpose, "T-1", "why", 1, agrees))
        if purpose in TWO_PEOPLE and purpose in PURPOSES[role]:
            allowed = judge(asker, HomeOperation.ASK, asked, NOON).allowed
            assert allowed == may(approver, Operation.APPROVE)


def test_no_form_of_another_page_does_anything(served: Served) -> None:
    operator, alex = served.worker(Role.OPERATOR), served.worker(Role.SUPPORT)
    with closing(served.client(operator)) as client:
        wrong = {"csrf": "0" * 64, "which": alex.member.id, "why": "x"}
        assert client.post("/people/suspend", data=wrong).status_code == 403
        right = {**wrong, "csrf": client.headers["x-csrf"]}
        elsewhere = {"origin": "https://elsewhere.example"}
        assert client.post("/people/suspend", data=right, headers=elsewhere).status_code == 403
        assert served.desk.people.member(alex.member.id).suspended is None
        assert client.post("/people/suspend", data=right).status_code == 303
        assert served.desk.people.member(alex.member.id).suspended == "x"


@pytest.mark.parametrize(
    "wrong",
    [
        {"hours": "73"},
        {"hours": "²"},
        {"hours": "9" * 400},
        {"ticket": ""},
        {"why": "x" * 301},
        {"purpose": "safety"},
        {"purpose": "curiosity"},
        {"recordings": "no id"},
        {"recordings": "", "begins": "2026-01-02T00:00", "ends": "2026-01-01T00:00"},
        {"recordings": "", "begins": "yesterday", "ends": "now"},
        {"home": "f" * 32},
    ],
)
def test_what_cannot_be_asked_is_told_and_the_form_stays(
    served: Served, wrong: dict[str, str]
) -> None:
    alex = served.worker(Role.SUPPORT)
    form = {"home": "0" * 32, "purpose": "support", "ticket": "T-1", "why": "It rings <twice>"}
    form |= {"hours": "24", "recordings": "a" * 32} | wrong
    with closing(served.client(alex, **PAGE)) as client:
        answer = client.post("/requests", data={"csrf": client.headers["x-csrf"], **form})
    assert 400 <= answer.status_code < 500
    assert 'role="alert"' in answer.text
    assert "why" in wrong or "It rings &lt;twice&gt;" in answer.text
    assert served.desk.requests.own(alex.member) == []
