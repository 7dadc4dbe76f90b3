"""Consoles are replaced one after the other under load: nothing that was asked for is lost."""

import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest

from tests.cli.program import PASSPHRASE
from tests.ports import free_port
from tests.service.processes import Process, Slow, made, process, recogniser, until
from tests.web.consoles import API
from unhear.forget.traces import new_trace_id
from unhear.house.house import House
from unhear.household.words import UNKNOWN_PERSON, DeviceId, TraceId, Utterance
from unhear.keep import identity as identities
from unhear.prove.receipt import Receipt, verify
from unhear.settings import read_settings
from unhear.web.ceremonies import text

pytestmark = pytest.mark.slow

CLIENTS, REPLACED = 3, 1
PAUSE_SECONDS = 0.2
"""Between what one client asks; a console answers a minute's worth of any address."""


@dataclass
class Console:
    """A process with the console, and a guardian's way into it."""

    process: Process
    client: httpx2.Client


@dataclass
class Front:
    """Does what a proxy in front does: asks whoever is ready, and the next where one is gone."""

    behind: list[Console] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def forget(self, trace: TraceId) -> httpx2.Response:
        while True:
            with self.lock:
                console = self.behind[0]
            try:
                return console.client.delete(f"{API}/recordings/{trace.hex()}")
            except httpx2.TransportError:
                with self.lock:
                    if console in self.behind:
                        self.behind.remove(console)


@contextmanager
def console(house: Path, opened: House) -> Iterator[Console]:
    """Run a console, and sign in there."""
    port = free_port()
    with process(house, "web", UNHEAR_PAGE=f"127.0.0.1:{port}") as running:
        base = f"http://localhost:{port}"
        with closing(client_of(base)) as client:
            sign_in(client, opened)
            yield Console(running, client)


def client_of(base: str) -> httpx2.Client:
    return httpx2.Client(base_url=base, headers={"origin": base}, trust_env=False, timeout=60)


def sign_in(client: httpx2.Client, opened: House) -> None:
    lock = opened.identity.by_passphrase
    assert lock is not None
    key = identities._stretched(PASSPHRASE, lock.salt, lock.log_n)
    proof = text(identities._derived(key, identities.PASSPHRASE_PROOF))
    wanted = {"guardian": "Ada", "proof": proof}
    answer = client.post(f"{API}/session/passphrase", json=wanted)
    assert answer.status_code == 200, answer.text
    client.headers["cookie"] = answer.headers["set-cookie"].partition(";")[0]
    page = client.get("/account").text
    client.headers["x-csrf"] = page.partition('<meta name="csrf" content="')[2].partition('"')[0]


def keep(opened: House) -> TraceId:
    heard = opened.clock() - timedelta(minutes=1)
    spoken = Utterance(new_trace_id(), heard, DeviceId("kitchen"), UNKNOWN_PERSON, 1.0)
    until_then = heard + timedelta(days=30)
    return opened.catalogue.keep(
        wav=b"RIFF" + bytes(2000), transcript="words", utterance=spoken, keep_until=until_then
    )


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as opened:
        yield opened


def test_consoles_are_replaced_under_load_and_no_erasure_is_lost(
    tmp_path: Path, stack: ExitStack
) -> None:
    address = stack.enter_context(recogniser(Slow()))
    house = made(tmp_path, f'speech = ["{address}"]\n')
    opened = House(read_settings(house))
    front, answers, enough = Front(), list[httpx2.Response](), threading.Event()

    def load() -> None:
        while not enough.wait(PAUSE_SECONDS):
            answers.append(front.forget(keep(opened)))

    with ThreadPoolExecutor(CLIENTS) as threads:
        stack.callback(enough.set)
        old = stack.enter_context(console(house, opened))
        front.behind.append(old)
        clients = [threads.submit(load) for _ in range(CLIENTS)]
        for _ in range(REPLACED):
            new = stack.enter_context(console(house, opened))
            with front.lock:
                front.behind.append(new)
            old.process.popen.terminate()
            assert old.process.popen.wait(60) == 0
            with front.lock:
                front.behind = [new]
            answered, old = len(answers), new
            until(lambda before=answered: len(answers) > before + CLIENTS)
        enough.set()
        for client in clients:
            client.result()
    assert {answer.status_code for answer in answers} == {200}
    assert opened.catalogue.recordings() == []
    for answer in answers:
        verify(Receipt.from_json(json.dumps(answer.json()["receipt"])), opened.ledger.key)
    opened.close()
