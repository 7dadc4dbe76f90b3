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

CLIENTS, READY = 6, 200
PAUSE_SECONDS = 0.2
"""Between what one client asks: a console lets no address ask more than some a second."""


@dataclass
class Console:
    """A process with the console, and a guardian's way into it."""

    process: Process
    client: httpx2.Client


@dataclass
class Front:
    """Does what a proxy in front does: asks the console that is ready, and never twice."""

    now: Console
    lock: threading.Lock = field(default_factory=threading.Lock)

    def forget(self, trace: TraceId) -> httpx2.Response:
        with self.lock:
            console = self.now
        return console.client.delete(f"{API}/recordings/{trace.hex()}")

    def replace(self, new: Console) -> None:
        """Tell the old one to stop, ask it no more when it says that it leaves, and let it end."""
        old = self.now
        old.process.popen.terminate()
        until(lambda: old.process.ready()[0] != READY)
        with self.lock:
            self.now = new
        assert old.process.popen.wait(60) == 0


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
    answers, enough = list[httpx2.Response](), threading.Event()
    front = Front(stack.enter_context(console(house, opened)))

    def load() -> None:
        while not enough.wait(PAUSE_SECONDS):
            answers.append(front.forget(keep(opened)))

    with ThreadPoolExecutor(CLIENTS) as threads:
        stack.callback(enough.set)
        clients = [threads.submit(load) for _ in range(CLIENTS)]
        front.replace(stack.enter_context(console(house, opened)))
        answered = len(answers)
        until(lambda: len(answers) > answered + CLIENTS)
        enough.set()
        for client in clients:
            client.result()
    assert {answer.status_code for answer in answers} == {200}
    assert opened.catalogue.recordings() == []
    for answer in answers:
        verify(Receipt.from_json(json.dumps(answer.json()["receipt"])), opened.ledger.key)
    opened.close()
