"""A house moves while processes are at work for it: each goes on where it is, by itself."""

import json
import socket
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import httpx2
import psycopg
import pytest
from websockets import Origin
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from tests.back_ends import shards
from tests.cli import program
from tests.ports import free_port
from tests.satellites.serving import Background, listening
from tests.satellites.wyoming_device import WyomingDevice
from tests.service.processes import PLAN, Process, Slow, made, process, recogniser, until
from tests.service.test_many import LIGHT, keep_what_is_over, kept, serving
from tests.service.test_upgrading import client_of, keep, sign_in
from tests.stores.test_killed_moves import killed, moving
from tests.web.consoles import API
from unhear.clock import random_bytes
from unhear.house.house import House
from unhear.house.setup import set_up
from unhear.household.words import TraceId
from unhear.prove.receipt import Receipt, verify
from unhear.settings import read_settings
from unhear.stores.moving.journal import State, Stores, read_journal

pytestmark = pytest.mark.slow

READY = 200
NEVER_HEARD = '{"rate": 16000, "wake": false}'


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as opened:
        yield opened


@pytest.fixture
def shard() -> Iterator[str]:
    """Answer the name of an empty shard."""
    name = f"moved{random_bytes(4).hex()}"
    yield name
    for part in ("", "_keyring"):
        shards().server.sql(f"DROP SCHEMA IF EXISTS unhear_{name}{part} CASCADE")


def to_server(house: Path, shard: str) -> None:
    told = program.unhear(house, "migrate", "--database", shards().server.address, "--shard", shard)
    assert told["old_removed"] is True


def to_file(house: Path) -> None:
    assert program.unhear(house, "migrate", "--database", "file")["old_removed"] is True


def keep_one(house: Path) -> TraceId:
    with closing(House(read_settings(house))) as opened:
        return keep(opened)


def forgotten(client: httpx2.Client, house: Path, trace: TraceId) -> bool:
    """Ask a console to forget, and see that it is done, and proved, where the house is now."""
    answer = client.delete(f"{API}/recordings/{trace.hex()}")
    if answer.status_code != READY:
        return False
    with closing(House(read_settings(house))) as opened:
        verify(Receipt.from_json(json.dumps(answer.json()["receipt"])), opened.ledger.key)
        assert trace not in {one.id for one in opened.catalogue.recordings()}
    return True


@contextmanager
def connected(client: httpx2.Client) -> Iterator[ClientConnection]:
    """Connect as a page with a microphone does."""
    origin = client.headers["origin"]
    with connect(
        f"ws://{origin.partition('://')[2]}/voice",
        sock=socket.create_connection((client.base_url.host, client.base_url.port)),
        origin=Origin(origin),
        additional_headers={"cookie": client.headers["cookie"]},
    ) as page:
        page.send(NEVER_HEARD)
        yield page


def is_listened_to(client: httpx2.Client) -> bool:
    """Whether a page is taken: it is not while a house that was just opened gets ready."""
    try:
        with connected(client) as page:
            return "ready" in json.loads(page.recv(timeout=60))
    except ConnectionClosed:
        return False


@contextmanager
def listening_page(client: httpx2.Client) -> Iterator[ClientConnection]:
    """Let a page be open that the house listens to."""
    until(lambda: is_listened_to(client), 60)
    with connected(client) as page:
        assert "ready" in json.loads(page.recv(timeout=60))
        yield page


def is_closed(page: ClientConnection) -> bool:
    try:
        page.recv(timeout=0)
    except ConnectionClosed:
        return True
    except TimeoutError:
        return False
    return False


def is_well(one: Process) -> bool:
    return one.ready() == (READY, "")


def tidied(house: Path) -> None:
    """Wait until the day's work is done, which whoever takes it up does at once, and then daily."""
    until(lambda: kept(house) == 0, 60)


def nobody_works_off_a_queue() -> bool:
    """Whether no process is connected to a queue on the server any more."""
    with psycopg.connect(shards().server.address) as connection:
        row = connection.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%procrastinate%' "
            "AND pid <> pg_backend_pid()"
        ).fetchone()
    return row == (0,)


def goes_on(client: httpx2.Client, house: Path, later: TraceId, page: ClientConnection) -> None:
    """See that a console is at work where the house is now, and its pages were told."""
    until(lambda: forgotten(client, house, later), 30)
    until(lambda: is_closed(page), 30)
    until(lambda: is_listened_to(client), 60)
    assert client.get("/account").status_code == READY, "who was signed in is so still"


def test_one_process_goes_on_at_a_server_and_at_a_file_again(
    tmp_path: Path, shard: str, stack: ExitStack
) -> None:
    address = stack.enter_context(recogniser(Slow()))
    house = made(tmp_path, f'speech = ["{address}"]\n{LIGHT}')
    port = free_port()
    running = stack.enter_context(process(house, "run", UNHEAR_PAGE=f"127.0.0.1:{port}"))
    client = stack.enter_context(client_of(f"http://localhost:{port}"))
    with closing(House(read_settings(house))) as opened:
        sign_in(client, opened)
    assert forgotten(client, house, keep_one(house))

    for to in (shard, None):
        later, page = keep_one(house), stack.enter_context(listening_page(client))
        if to is None:
            to_file(house)
        else:
            to_server(house, to)
        goes_on(client, house, later, page)
        until(lambda: is_well(running), 30)

    assert running.stop() == 0
    assert running.popen.stderr is not None
    said = running.popen.stderr.read()
    assert said.count("a house has moved, and is opened where it is now") == 2
    assert "Traceback" not in said


def test_the_worker_of_one_house_goes_on_there(
    tmp_path: Path, shard: str, stack: ExitStack
) -> None:
    house = made(tmp_path)
    keep_what_is_over(house)
    worker = stack.enter_context(process(house, "worker"))
    tidied(house)
    keep_what_is_over(house)
    to_server(house, shard)
    tidied(house)
    keep_what_is_over(house)
    to_file(house)
    tidied(house)
    until(nobody_works_off_a_queue, 30)
    assert worker.stop() == 0


def test_of_many_homes_the_one_that_moved_is_opened_anew(
    tmp_path: Path, shard: str, stack: ExitStack
) -> None:
    address = stack.enter_context(recogniser(Slow()))
    device = WyomingDevice()
    port = stack.enter_context(Background()).enter(listening(device.serve))
    homes = tmp_path / "homes"
    satellite = f'[[satellites]]\nname = "hall"\naddress = "127.0.0.1:{port}"\n'
    for name, more in (("a", satellite), ("b", "")):
        (homes / name).mkdir(parents=True)
        (homes / name / "settings.toml").write_text(
            f'origin = "https://{name}.example"\nspeech = ["{address}"]\n{LIGHT}{more}'
        )
        set_up(read_settings(homes / name), PLAN, program.PASSPHRASE)
        keep_what_is_over(homes / name)
    page = f"127.0.0.1:{free_port()}"
    web = serving(homes, "web", stack, UNHEAR_PAGE=page)
    others = [serving(homes, role, stack) for role in ("ears", "worker")]
    clients = {}
    for name in ("a", "b"):
        clients[name] = client = stack.enter_context(client_of(f"http://{page}"))
        client.headers |= {"host": f"{name}.example", "origin": f"https://{name}.example"}
        with closing(House(read_settings(homes / name))) as opened:
            sign_in(client, opened)
    until(lambda: device.connections == 1)
    tidied(homes / "a")
    keep_what_is_over(homes / "a")
    later = keep_one(homes / "a")
    ours, theirs = (stack.enter_context(listening_page(one)) for one in clients.values())

    to_server(homes / "a", shard)

    goes_on(clients["a"], homes / "a", later, ours)
    assert clients["b"].get("/account").status_code == READY
    assert not is_closed(theirs)
    until(lambda: device.connections == 2, 30)
    tidied(homes / "a")
    assert [one.stop() for one in (web, *others)] == [0, 0, 0]


def test_where_the_environment_says_otherwise_it_ends_and_says_so(
    tmp_path: Path, shard: str, stack: ExitStack
) -> None:
    house = made(tmp_path, LIGHT)
    to_server(house, shard)
    running = stack.enter_context(
        process(house, "worker", UNHEAR_DATABASE=shards().server.address, UNHEAR_SHARD=shard)
    )
    to_file(house)
    _, said = running.popen.communicate(timeout=60)
    assert running.popen.returncode == 3
    assert "has moved to a file in its folder" in said
    assert "UNHEAR_DATABASE" in said


def test_a_move_whose_process_died_once_it_was_decided_is_finished_by_who_is_at_work(
    tmp_path: Path, shard: str, stack: ExitStack
) -> None:
    house = made(tmp_path, LIGHT)
    worker = stack.enter_context(process(house, "worker"))
    trace = keep_one(house)
    mover = stack.enter_context(moving())
    killed(mover, house, Stores(shards().server.address, shard, None), ("switch", 4))

    def is_there() -> bool:
        journal = read_journal(house)
        return journal is not None and journal.state is State.DONE

    until(is_there, 60)
    assert worker.ready() == (READY, "")
    assert worker.stop() == 0
    with closing(House(read_settings(house))) as opened:
        assert [one.id for one in opened.catalogue.recordings()] == [trace]
        assert opened.settings.shard == shard
    assert not read_settings(house).database_file.exists()
