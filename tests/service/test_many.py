"""Processes that each serve many homes on one server: workers, ears and consoles, real ones.

What each home is on is a shard of its own; satellites are real connections.
"""

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, closing
from datetime import timedelta
from pathlib import Path
from time import monotonic
from typing import Any

import httpx2
import psycopg
import pytest

from tests.back_ends import shards
from tests.cli.program import PASSPHRASE
from tests.ports import free_port
from tests.satellites.serving import Background, listening
from tests.satellites.wyoming_device import WyomingDevice
from tests.service.processes import Process, Slow, process, recogniser, until
from tests.service.test_ears import HANDED_OVER_SECONDS
from unhear.clock import now, random_bytes
from unhear.forget.traces import new_trace_id
from unhear.house.house import House
from unhear.house.setup import SetupPlan, set_up
from unhear.household.words import UNKNOWN_PERSON, DeviceId, Utterance
from unhear.keep import identity as identities
from unhear.service.life import NOTICED_SECONDS_MAX
from unhear.service.queue import DEAD_SECONDS, make_tables
from unhear.settings import read_settings
from unhear.web.ceremonies import text

pytestmark = pytest.mark.slow

LIGHT = 'language = "de"\n'
"""Has the voice that is loaded soonest."""

WATCH = """
    CREATE TABLE IF NOT EXISTS seen (lock text, what text);
    CREATE OR REPLACE FUNCTION see() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF TG_OP = 'DELETE' THEN INSERT INTO seen VALUES (OLD.lock, 'done');
        ELSIF NEW.status = 'doing' AND OLD.status <> 'doing' THEN
            INSERT INTO seen VALUES (NEW.lock, 'begun');
        END IF;
        RETURN NULL;
    END $$;
    CREATE OR REPLACE TRIGGER see AFTER UPDATE OR DELETE ON procrastinate_jobs
        FOR EACH ROW EXECUTE FUNCTION see();
"""
"""Notes each job of the queue that is begun, and that is taken out."""


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as opened:
        yield opened


def home(homes: Path, name: str, settings: str = "", guardian: str = "Ada") -> Path:
    """Set up a home on a shard of its own, and put it whole where homes lie."""
    folder = homes.parent / f"{homes.name} {name}"
    folder.mkdir()
    shard = f"t{random_bytes(6).hex()}"
    (folder / "settings.toml").write_text(
        f'database = "{shards().server.address}"\nshard = "{shard}"\n{settings}'
    )
    set_up(read_settings(folder), SetupPlan("Testers", guardian, keep=True), PASSPHRASE)
    return folder.rename(homes / name)


def serving(homes: Path, role: str, stack: ExitStack, **settings: str) -> Process:
    return stack.enter_context(process(None, role, "--homes", str(homes), **settings))


def keep_what_is_over(folder: Path) -> None:
    with closing(House(read_settings(folder))) as house:
        then = house.clock() - timedelta(days=40)
        spoken = Utterance(new_trace_id(), then, DeviceId("kitchen"), UNKNOWN_PERSON, 1.0)
        house.catalogue.keep(
            wav=b"RIFF", transcript="walnuts", utterance=spoken, keep_until=then + timedelta(days=1)
        )


def kept(folder: Path) -> int:
    with closing(House(read_settings(folder))) as house:
        return len(house.catalogue.recordings())


def test_what_a_killed_worker_was_doing_another_does_once(tmp_path: Path, stack: ExitStack) -> None:
    homes = tmp_path / "homes"
    homes.mkdir()
    folders = [home(homes, name) for name in ("b", "c")]
    late = home(tmp_path, "late")
    for folder in [late, *folders]:
        keep_what_is_over(folder)
    names = [read_settings(one) for one in (late, *folders)]
    locks = [f"tidy {one.shard} {one.household}" for one in names]
    address = shards().server.address
    make_tables(address)
    queue = stack.enter_context(
        psycopg.connect(address, autocommit=True, options="-c search_path=unhear_queue")
    )
    queue.execute(WATCH)

    def seen(lock: str) -> Counter[Any]:
        rows = queue.execute("SELECT what FROM seen WHERE lock = %s", [lock])
        return Counter(what for (what,) in rows)

    writer = stack.enter_context(psycopg.connect(address))
    writer.execute(f"LOCK TABLE unhear_{names[0].shard}.commit_count IN EXCLUSIVE MODE".encode())
    first = serving(homes, "worker", stack)
    until(lambda: all(seen(lock)["done"] for lock in locks[1:]))
    folders = [late.rename(homes / "a"), *folders]
    until(lambda: seen(locks[0])["begun"])
    second = serving(homes, "worker", stack)
    first.popen.kill()
    writer.rollback()
    took = until(lambda: seen(locks[0])["done"])
    assert took < DEAD_SECONDS + HANDED_OVER_SECONDS
    assert second.stop() == 0
    assert [kept(folder) for folder in folders] == [0, 0, 0]
    assert seen(locks[0]) == {"begun": 2, "done": 1}
    for lock in locks[1:]:
        assert seen(lock) == {"begun": 1, "done": 1}, "nobody did it again"
    jobs = queue.execute(
        "SELECT lock, status::text, scheduled_at, args FROM procrastinate_jobs "
        "WHERE queue_name = ANY(%s)",
        [[one.shard for one in names]],
    ).fetchall()
    assert sorted(lock for lock, *_ in jobs if lock.startswith("tidy")) == sorted(locks)
    for lock, status, at, said in jobs:
        assert status == "todo", "what is finished is not there"
        assert said.keys() == {"household", "left"}
        if lock.startswith("tidy"):
            assert at > now() + timedelta(hours=23)
            assert said["left"] == {}
    everything = json.dumps([[str(field) for field in job] for job in jobs])
    assert not [word for word in ("Ada", "walnuts", "kitchen") if word in everything]


@pytest.mark.speech
def test_homes_are_heard_by_one_each_and_by_another_after_it(
    tmp_path: Path, stack: ExitStack
) -> None:
    address = stack.enter_context(recogniser(Slow()))
    background = stack.enter_context(Background())
    devices: dict[str, WyomingDevice] = {}

    def with_satellite(name: str) -> None:
        devices[name] = device = WyomingDevice()
        port = background.enter(listening(device.serve))
        home(
            tmp_path,
            name,
            f'speech = ["{address}"]\n{LIGHT}'
            f'[[satellites]]\nname = "{name}"\naddress = "127.0.0.1:{port}"\n',
        )

    def connections() -> list[int]:
        return sorted(one.connections for one in devices.values())

    for name in ("a", "b", "c"):
        with_satellite(name)
    first = serving(tmp_path, "ears", stack)
    until(lambda: connections() == [1, 1, 1])
    with_satellite("d")
    until(lambda: connections() == [1, 1, 1, 1])
    second = serving(tmp_path, "ears", stack)
    until(lambda: connections() == [1, 1, 2, 2])
    first.popen.kill()
    took = until(lambda: connections() == [2, 2, 2, 2])
    assert took < HANDED_OVER_SECONDS
    (tmp_path / "d" / "settings.toml").unlink()
    until(devices["d"].writer.is_closing)
    assert second.stop() == 0
    assert connections() == [2, 2, 2, 2], "nobody else had them"


def _client(url: str, host: str) -> httpx2.Client:
    headers = {"host": host, "origin": f"https://{host}"}
    return httpx2.Client(base_url=url, headers=headers, trust_env=False, timeout=60)


def _signed_in(client: httpx2.Client, folder: Path, guardian: str) -> httpx2.Response:
    with closing(House(read_settings(folder))) as house:
        lock = house.identity.by_passphrase
    assert lock is not None
    key = identities._stretched(PASSPHRASE, lock.salt, lock.log_n)
    proof = text(identities._derived(key, identities.PASSPHRASE_PROOF))
    wanted = {"guardian": guardian, "proof": proof}
    return client.post("/api/v1/session/passphrase", json=wanted)


def test_each_home_has_its_console_at_its_host_and_a_stranger_is_told_nothing(
    tmp_path: Path, stack: ExitStack
) -> None:
    address = stack.enter_context(recogniser(Slow()))
    guardians = {"ada": "Ada", "bea": "Bea"}
    for name, guardian in guardians.items():
        origin = f'origin = "https://{name}.example"\nspeech = ["{address}"]\n{LIGHT}'
        home(tmp_path, name, origin, guardian)
    page = f"127.0.0.1:{free_port()}"
    served = serving(tmp_path, "web", stack, UNHEAR_PAGE=page)
    url = f"http://{page}"
    ada, bea, nobody = (
        stack.enter_context(_client(url, f"{name}.example")) for name in ("ada", "bea", "eve")
    )
    for asked in (nobody.get("/"), nobody.post("/api/v1/session/passphrase", json={})):
        assert asked.status_code == 421
        assert not [name for name in ("ada", "bea", "Ada") if name in asked.text]
    wrong = _signed_in(bea, tmp_path / "ada", "Ada")
    assert wrong.status_code in {401, 403, 404, 422}
    right = _signed_in(ada, tmp_path / "ada", "Ada")
    assert right.status_code == 200, right.text
    ada.headers["cookie"] = bea.headers["cookie"] = right.headers["set-cookie"].partition(";")[0]
    assert ada.get("/account").status_code == 200
    assert bea.get("/account").status_code != 200, "a sign-in is of one home"
    assert served.ready() == (200, "")
    served.popen.terminate()
    until_then = monotonic() + NOTICED_SECONDS_MAX / 2
    while monotonic() < until_then:
        assert ada.get("/account").status_code == 200, "who sends it work has not seen that yet"
    assert served.ready() == (503, "leaving")
    assert served.popen.wait(60) == 0
