"""Two consoles of one house, real processes, and a browser that goes to whichever it likes."""

import re
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest
from playwright.sync_api import expect

from tests.back_ends import POSTGRESQL, SQLITE, shards
from tests.cli.program import PASSPHRASE, unhear
from tests.ports import free_port
from tests.service.fronts import Front, front
from tests.service.processes import Process, Slow, process, recogniser
from tests.web.browser import browser
from tests.web.consoles import API
from unhear.clock import random_bytes
from unhear.house.house import House
from unhear.house.setup import SetupPlan, set_up
from unhear.household.guesses import ATTACK_BEGINS
from unhear.household.words import PersonKind
from unhear.keep import identity as identities
from unhear.settings import read_settings
from unhear.web.ceremonies import text
from unhear.web.sessions import COOKIE

pytestmark = [
    pytest.mark.slow,
    pytest.mark.parametrize("kind", [SQLITE, POSTGRESQL]),
]

WRONG = {"guardian": "Ada", "proof": text(bytes(32))}


@dataclass
class Consoles:
    """A house, two consoles of it, and the address at which browsers know both."""

    folder: Path
    house: House
    front: Front
    processes: list[Process]

    def client(self, at: int, client: httpx2.Client | None = None, **more: str) -> httpx2.Client:
        """Answer a client of one console; the same browser as another client, if one is given."""
        port = self.front.ports[at]
        name = self.front.url.removeprefix("https://")
        made = httpx2.Client(
            base_url=f"http://127.0.0.1:{port}",
            headers={"host": name, "origin": self.front.url, **more},
            trust_env=False,
            timeout=60,
        )
        if client is not None:
            made.headers["cookie"] = client.headers["cookie"]
            made.headers["x-csrf"] = client.headers["x-csrf"]
        return made

    def sign_in(self, client: httpx2.Client, name: str = "Ada") -> httpx2.Response:
        answer = client.post(f"{API}/session/passphrase", json=self.proof(name))
        if answer.status_code == 200:
            given = [one.partition(";")[0] for one in answer.headers.get_list("set-cookie")]
            client.headers["cookie"] = "; ".join(given)
            page = client.get("/account").text
            client.headers["x-csrf"] = page.partition('name="csrf" content="')[2].partition('"')[0]
        return answer

    def proof(self, name: str) -> dict[str, str]:
        lock = self.house.identity.by_passphrase
        assert lock is not None
        key = identities._stretched(PASSPHRASE, lock.salt, lock.log_n)
        return {
            "guardian": name,
            "proof": text(identities._derived(key, identities.PASSPHRASE_PROOF)),
        }


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as opened:
        yield opened


@pytest.fixture
def consoles(tmp_path: Path, stack: ExitStack, kind: str) -> Consoles:
    folder = tmp_path / "house"
    folder.mkdir()
    address = stack.enter_context(recogniser(Slow()))
    before = stack.enter_context(front(tmp_path))
    lines = [f'speech = ["{address}"]', f'origin = "{before.url}"']
    if kind == POSTGRESQL:
        shard = f"s{random_bytes(6).hex()}"
        lines += [f'database = "{shards().server.address}"', f'shard = "{shard}"']
    (folder / "settings.toml").write_text("\n".join(lines) + "\n")
    set_up(read_settings(folder), SetupPlan("Testers", "Ada", keep=True), PASSPHRASE)
    house = stack.enter_context(closing(House(read_settings(folder))))
    processes = []
    for _ in range(2):
        port = free_port()
        running = process(folder, "web", UNHEAR_PAGE=f"127.0.0.1:{port}")
        processes.append(stack.enter_context(running))
        before.ports.append(port)
    return Consoles(folder, house, before, processes)


def status(client: httpx2.Client) -> int:
    return client.get(f"{API}/people").status_code


def test_a_browser_is_signed_in_at_both_and_stays_so_when_one_is_killed(
    consoles: Consoles, stack: ExitStack
) -> None:
    one = stack.enter_context(closing(consoles.client(0)))
    assert consoles.sign_in(one).status_code == 200
    two = stack.enter_context(closing(consoles.client(1, one)))
    # What one changed the other shows at once, and takes a form of the first one's page.
    for number in range(5):
        added = one.post(f"{API}/people", json={"name": f"Kim{number}", "kind": "adult"})
        assert added.status_code == 201, added.text
        assert f"Kim{number}" in two.get("/family").text
    form = {"name": "Lou", "kind": "adult", "csrf": one.headers["x-csrf"]}
    assert two.post("/family/add", data=form).status_code == 303
    assert "Lou" in one.get("/family").text
    lists = [client.get(f"{API}/session/sign-ins").json() for client in (one, two)]
    assert lists[0] == lists[1]
    assert len(lists[0]["own"]) == 1
    consoles.processes[0].popen.kill()
    consoles.processes[0].popen.wait()
    assert status(two) == 200
    token = one.headers["cookie"].partition(f"{COOKIE}=")[2].partition(";")[0]
    assert token
    if consoles.house.settings.database is None:
        files = [path for path in consoles.folder.rglob("*") if path.is_file()]
        assert not any(token.encode() in path.read_bytes() for path in files)


def test_what_ends_a_sign_in_ends_it_at_both(consoles: Consoles, stack: ExitStack) -> None:
    phone, desk = (stack.enter_context(closing(consoles.client(at))) for at in (0, 1))
    phone_there = stack.enter_context(closing(consoles.client(1)))
    desk_here = stack.enter_context(closing(consoles.client(0)))

    def both() -> None:
        for client, other in ((phone, phone_there), (desk, desk_here)):
            assert consoles.sign_in(client).status_code == 200
            other.headers["cookie"] = client.headers["cookie"]
            other.headers["x-csrf"] = client.headers["x-csrf"]
            assert status(client) == status(other) == 200

    both()
    assert phone.delete(f"{API}/session").status_code == 204
    assert [status(client) for client in (phone, phone_there, desk)] == [401, 401, 200]
    both()
    listed = phone_there.get(f"{API}/session/sign-ins").json()["own"]
    (there,) = (one["id"] for one in listed if not one["here"])
    assert phone.delete(f"{API}/session/sign-ins/{there}").status_code == 204
    assert [status(client) for client in (desk, desk_here, phone)] == [401, 401, 200]
    both()
    lock = consoles.house.identity.by_passphrase
    assert lock is not None
    same = {"log_n": lock.log_n, "salt": text(lock.salt), "wrapped": text(lock.wrapped)}
    other = {**same, "verifier": text(b"another verifier".ljust(32))}
    assert phone.put(f"{API}/passkeys/passphrase", json=other).status_code == 204
    assert [status(client) for client in (desk, desk_here, phone)] == [401, 401, 200]
    assert consoles.sign_in(desk).status_code == 401, "at once, nobody signs in with the old one"
    again = phone_there.put(
        f"{API}/passkeys/passphrase", json={**same, "verifier": text(lock.verifier)}
    )
    assert again.status_code == 204
    both()
    consoles.house.family.add("Kim", PersonKind.GUARDIAN)
    guest = stack.enter_context(closing(consoles.client(0)))
    assert consoles.sign_in(guest, "Kim").status_code == 200
    guest_there = stack.enter_context(closing(consoles.client(1, guest)))
    assert status(guest_there) == 200
    unhear(consoles.folder, "people", "remove", "Kim")
    assert [status(client) for client in (guest, guest_there, phone)] == [401, 401, 200]


def test_an_attack_is_counted_over_both(consoles: Consoles, stack: ExitStack) -> None:
    known = stack.enter_context(closing(consoles.client(0)))
    assert consoles.sign_in(known).status_code == 200
    strangers = [
        stack.enter_context(
            closing(
                httpx2.Client(
                    base_url=f"http://127.0.0.1:{consoles.front.ports[number % 2]}",
                    headers=dict(consoles.client(0).headers),
                    transport=httpx2.HTTPTransport(local_address=f"127.0.1.{number + 1}"),
                    timeout=60,
                )
            )
        )
        for number in range(10)
    ]
    answers = [
        strangers[number % 10].post(f"{API}/session/passphrase", json=WRONG).status_code
        for number in range(ATTACK_BEGINS)
    ]
    assert answers == [401] * ATTACK_BEGINS
    refused = [one.post(f"{API}/session/passphrase", json=WRONG) for one in strangers[:2]]
    assert [one.json()["type"].rpartition("/")[2] for one in refused] == ["under-attack"] * 2
    there = stack.enter_context(closing(consoles.client(1, known)))
    for client in (known, there):
        assert client.get(f"{API}/session/sign-ins").json()["guessing"]["attempts"] >= ATTACK_BEGINS
    assert there.delete(f"{API}/session").status_code == 204
    assert consoles.sign_in(there).status_code == 200, "a browser that was here signs in at any"


def test_a_code_of_one_makes_a_device_at_the_other_once(
    consoles: Consoles, stack: ExitStack
) -> None:
    ada = stack.enter_context(closing(consoles.client(0)))
    assert consoles.sign_in(ada).status_code == 200
    made = ada.post(f"{API}/devices/pairings", json={"name": "tablet"}).json()
    tablet = stack.enter_context(closing(consoles.client(1)))
    code = {"code": made["code"]}
    paired = tablet.post(f"{API}/devices/pairings/finish", json=code)
    assert paired.status_code == 204
    here = stack.enter_context(closing(consoles.client(0)))
    cookie = paired.headers["set-cookie"].partition(";")[0]
    assert here.get("/talk", headers={"cookie": cookie}).status_code == 200
    for client in (here, tablet):
        assert client.post(f"{API}/devices/pairings/finish", json=code).status_code == 401


@pytest.mark.tools
def test_each_request_of_a_real_browser_goes_to_another_process(consoles: Consoles) -> None:
    with browser(trusts=consoles.front.key) as opened:
        page = opened.page()
        page.goto(f"{consoles.front.url}/sign-in")
        page.get_by_text("With the passphrase", exact=True).click()
        form = page.locator("[data-with=passphrase]")
        form.get_by_label("Passphrase").fill(PASSPHRASE)
        form.get_by_label("Your name").fill("Ada")
        form.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("heading", name="Today")).to_be_visible()
        page.get_by_role("link", name="Ada").click()
        page.get_by_label("Name of the new passkey").fill("Phone")
        page.get_by_role("button", name="Add a passkey").click()
        expect(page.get_by_text("Phone", exact=True)).to_be_visible()
        page.get_by_role("button", name=re.compile("^Sign out")).first.click()
        page.get_by_role("button", name="Sign in with a passkey").click()
        expect(page.get_by_role("heading", name="Today")).to_be_visible()
        consoles.processes[1].popen.kill()
        consoles.processes[1].popen.wait()
        page.get_by_role("link", name="Devices").click()
        expect(page.get_by_role("heading", name="Devices", level=1)).to_be_visible()
    asked = dict.fromkeys(
        path for path, _ in consoles.front.answered if "/passkey" in path or "/session" in path
    )
    ports = {port for path, port in consoles.front.answered if path in asked}
    assert ports == set(consoles.front.ports)
    begun = _ports(consoles, "POST /api/v1/session/passkey/begin")
    finished = _ports(consoles, "POST /api/v1/session/passkey/finish")
    assert begun
    assert begun != finished, "or nothing was shown by it"


def _ports(consoles: Consoles, asked: str) -> list[int]:
    return [port for path, port in consoles.front.answered if path == asked]
