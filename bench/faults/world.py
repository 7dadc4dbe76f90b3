"""The processes of a house, a primary with a replica, and an object store behind a cable."""

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from tests.cli.program import PASSPHRASE
from tests.ports import free_port
from tests.satellites.quick import Words
from tests.servers import DATABASE, Server
from tests.service.processes import PLAN, Process, process, recogniser
from tests.service.test_upgrading import client_of, sign_in
from tests.stores import buckets

from bench.faults.load import Load
from unhear.house.house import House
from unhear.house.setup import set_up
from unhear.settings import read_settings

CABLE = ("10.213.77.1", "10.213.77.2")
"""The machine's own end, and the object store's."""
STORE, OURS, THEIRS = "unhear-store", "unhear0", "unhear1"


@dataclass
class World:
    """What may fail, and the load on it."""

    home: Path
    one: Server
    two: Server
    bucket: buckets.Server
    has_cable: bool
    processes: dict[str, Process] = field(default_factory=dict)
    stack: ExitStack = field(default_factory=ExitStack)

    @property
    def folders(self) -> list[Path]:
        """Everything that lies on a disk."""
        return [self.home.parent, self.one.folder, self.two.folder]

    def begin(self, role: str, **settings: str) -> None:
        """Start a process of a role, or another after it died, and wait until it is ready."""
        self.processes[role] = self.stack.enter_context(process(self.home, role, **settings))


def may_cut() -> bool:
    """Whether this machine lets us lay a cable of our own."""
    try:
        done = subprocess.run(["ip", "netns", "add", STORE], capture_output=True, check=False)
    except FileNotFoundError:
        return False
    if done.returncode == 0:
        subprocess.check_call(["ip", "netns", "delete", STORE])
    return done.returncode == 0


@contextmanager
def cable() -> Iterator[None]:
    """Lay a cable from here into a network namespace, for the object store to be at its end."""
    inside = ["ip", "-n", STORE]
    try:
        for command in (
            ["ip", "netns", "add", STORE],
            ["ip", "link", "add", OURS, "type", "veth", "peer", "name", THEIRS, "netns", STORE],
            ["ip", "address", "add", f"{CABLE[0]}/30", "dev", OURS],
            [*inside, "address", "add", f"{CABLE[1]}/30", "dev", THEIRS],
            ["ip", "link", "set", OURS, "up"],
            [*inside, "link", "set", THEIRS, "up"],
            [*inside, "link", "set", "lo", "up"],
        ):
            subprocess.check_call(command)
        yield
    finally:
        subprocess.call(["ip", "netns", "delete", STORE])


@contextmanager
def world() -> Iterator[tuple[World, Load]]:
    """Let a house be at work on servers, in processes of its own, while the block runs."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="unhear-faults-")))
        one, two = _database(stack)
        has_cable = may_cut()
        if has_cable:
            stack.enter_context(cable())
        bucket = (
            buckets.seaweed(folder, CABLE[1], ("ip", "netns", "exec", STORE))
            if has_cable
            else buckets.seaweed(folder)
        )
        stack.callback(bucket.stop)
        buckets.sign_in(stack.enter_context(pytest.MonkeyPatch.context()), bucket.url)
        buckets.new_bucket(bucket.url, "faults", versioned=True)
        # Nobody speaks; but what hears is not ready until somebody recognises speech.
        speech = stack.enter_context(recogniser(Words()))
        home = folder / "house"
        home.mkdir()
        hosts = f"{one.folder},{two.folder}"
        (home / "settings.toml").write_text(
            f'database = "postgresql://postgres@/{DATABASE}?host={hosts}"\n'
            f'standbys = ["one", "two"]\npayloads = "s3://faults/house"\n'
            f'speech = ["{speech}"]\n'
        )
        set_up(read_settings(home), PLAN, PASSPHRASE)
        made = World(home, one, two, bucket, has_cable, stack=stack)
        yield made, _at_work(made, stack)


def _database(stack: ExitStack) -> tuple[Server, Server]:
    """Start a primary that answers when its replica has it too."""
    one = Server(name="one")
    one.make()
    stack.callback(one.remove)
    one.start()
    two = one.replica("two")
    stack.callback(two.remove)
    two.start()
    one.sql("ALTER SYSTEM SET synchronous_standby_names = 'two'", "SELECT pg_reload_conf()")
    return one, two


def _at_work(made: World, stack: ExitStack) -> Load:
    port = free_port()
    made.begin("web", UNHEAR_PAGE=f"127.0.0.1:{port}")
    made.begin("worker")
    house = House(read_settings(made.home))
    stack.callback(house.close)
    client = client_of(f"http://localhost:{port}")
    stack.callback(client.close)
    sign_in(client, house)
    return Load(house, client)
