"""Invitations serve once, sessions are short, and who is suspended is out at once."""

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from tests.desk.desks import Served, desk_at
from tests.home import SetClock
from unhear.desk.people import COMMAND_LINE
from unhear.household.staff import Role
from unhear.keep import age
from unhear.web.ceremonies import NewPasskey
from unhear.web.problems import Problem
from unhear.web.security import PROOFS_PER_MINUTE

MADE = NewPasskey(b"a passkey", b"", 0)


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def served(tmp_path: Path, clock: SetClock) -> Iterator[Served]:
    with desk_at(tmp_path, clock=clock) as served:
        yield served


def recipient() -> str:
    return str(age.Identity.generate().recipient)


def test_an_invitation_serves_once_and_for_its_hours(served: Served, clock: SetClock) -> None:
    people = served.desk.people
    member, token = people.invite("Alex", Role.SUPPORT, within=timedelta(hours=2))
    assert token is not None
    clock.pass_time(seconds=2 * 3_600)
    assert people.invited(token).id == member.id
    with pytest.raises(Problem, match="age recipient"):
        people.join(member.id, token, MADE, "age1nothing")
    people.join(member.id, token, MADE, recipient())
    with pytest.raises(Problem, match="was used"):
        people.join(member.id, token, NewPasskey(b"another", b"", 0), recipient())
    other, late = people.invite("Bo", Role.SUPPORT, within=timedelta(hours=2))
    clock.pass_time(seconds=2 * 3_600 + 1)
    with pytest.raises(Problem, match="was used, or is over"):
        people.join(other.id, late, NewPasskey(b"late", b"", 0), recipient())


def test_nobody_joins_without_an_invitation(served: Served) -> None:
    member, _ = served.desk.people.invite("Alex", Role.SUPPORT)
    for token in (None, "", "0" * 32):
        with pytest.raises(Problem, match="invitation"):
            served.desk.people.join(member.id, token, MADE, recipient())
    with closing(served.client()) as nobody:
        answer = nobody.post("/api/v1/join/begin", json={})
        assert (answer.status_code, answer.json()["type"]) == (403, "/problems/not-invited")


def test_who_lost_the_passkey_gets_another_identity_and_the_old_one_is_over(
    served: Served,
) -> None:
    alex = served.worker(Role.SUPPORT)
    people = served.desk.people
    with closing(served.client(alex)) as client:
        assert client.get("/history").status_code == 200
        old = people.passkey_of(alex.member.id)
        assert old is not None
        _, token = people.invite_anew(alex.member.id)
        assert client.get("/history").headers["location"] == "/sign-in"
        assert people.passkey(old.id) is None
        joined = people.join(alex.member.id, token, MADE, recipient())
        assert joined.recipient != alex.member.recipient
        assert client.get("/history").headers["location"] == "/sign-in"


@pytest.mark.parametrize(
    ("wait", "times", "holds"),
    [(14 * 60, 4, True), (15 * 60 + 1, 1, False), (14 * 60, 34, True), (14 * 60, 35, False)],
)
def test_sessions_are_short(
    served: Served, clock: SetClock, wait: int, times: int, *, holds: bool
) -> None:
    alex = served.worker(Role.SUPPORT)
    with closing(served.client(alex)) as client:
        answers = []
        for _ in range(times):
            clock.pass_time(seconds=wait)
            answers.append(client.get("/history").status_code)
    assert (answers[-1] == 200) == holds


def test_sessions_are_listed_and_ended_by_whose_they_are(served: Served) -> None:
    alex, bo = served.worker(Role.SUPPORT), served.worker(Role.SUPPORT, "Bo")
    with (
        closing(served.client(alex)) as here,
        closing(served.client(alex)) as there,
        closing(served.client(bo)) as other,
    ):
        sessions = served.desk.sessions.all_of(alex.member.id)
        own = here.headers["x-csrf"]
        away = next(one for one in sessions if one.csrf != own)
        form = {"which": away.key.hex()}
        assert away.key.hex() in here.get("/account").text
        other.post("/account/end", data={**form, "csrf": other.headers["x-csrf"]})
        assert there.get("/account").status_code == 200
        here.post("/account/end", data={**form, "csrf": own})
        assert there.get("/account").headers["location"] == "/sign-in"
        here.post("/account/sign-out", data={"csrf": own})
        assert here.get("/account").headers["location"] == "/sign-in"
        assert other.get("/account").status_code == 200


def test_who_is_suspended_opens_nothing_in_a_running_session(served: Served) -> None:
    alex = served.worker(Role.SUPPORT)
    with closing(served.client(alex)) as client:
        assert client.get("/history").status_code == 200
        served.desk.people.suspend(alex.member.id, "asked about", COMMAND_LINE)
        assert client.get("/history").headers["location"] == "/sign-in"
        wanted = {"home": "0" * 32, "grant": "0" * 32}
        assert client.post("/api/v1/looks", json=wanted).status_code == 401
        with pytest.raises(Problem, match="suspended"):
            served.desk.looks.begin(alex.member, "0" * 32, "0" * 32)
        served.desk.people.reinstate(alex.member.id, COMMAND_LINE)
        assert client.get("/history").headers["location"] == "/sign-in"
    with closing(served.client(alex)) as again:
        assert again.get("/history").status_code == 200


def test_looking_needs_a_proof_of_a_moment_ago(served: Served, clock: SetClock) -> None:
    alex = served.worker(Role.SUPPORT)
    wanted = {"home": "0" * 32, "grant": "0" * 32}
    with closing(served.client(alex)) as client:
        assert client.post("/api/v1/looks", json=wanted).status_code == 404
        clock.pass_time(seconds=301)
        answer = client.post("/api/v1/looks", json=wanted)
        assert answer.json()["type"] == "/problems/step-up-needed"


def test_guesses_are_few(served: Served) -> None:
    with closing(served.client()) as nobody:
        answers = [
            nobody.post("/api/v1/join/begin", json={"invitation": f"{one:032x}"}).status_code
            for one in range(PROOFS_PER_MINUTE + 1)
        ]
    assert answers == [403] * PROOFS_PER_MINUTE + [429]


def test_no_secret_that_signs_in_is_written_down(served: Served) -> None:
    alex = served.worker(Role.SUPPORT)
    _, token = served.desk.people.invite("Bo", Role.SUPPORT)
    assert token is not None
    with closing(served.client(alex)) as client:
        cookie = str(client.headers["cookie"]).partition("=")[2]
        assert client.get("/account").status_code == 200
    written = served.written()
    assert cookie.encode() not in written
    assert bytes.fromhex(cookie) not in written
    assert token.encode() not in written


def test_pages_may_do_little(served: Served) -> None:
    with closing(served.client()) as nobody:
        page = nobody.get("/sign-in")
    assert page.headers["content-security-policy"].startswith("default-src 'none'")
    assert "fullscreen=()" in page.headers["permissions-policy"]
    assert page.headers["cache-control"] == "no-store"
