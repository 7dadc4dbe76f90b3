"""S3-compatible servers on this machine, and the bad network before one."""

import json
import os
import shutil
import subprocess
import urllib.error
import urllib.request
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from time import monotonic, sleep

import httpx2
import obstore
import pytest
from obstore.store import S3Store

from tests.needs import need
from tests.ports import free_port
from unhear.stores.bucket import SIGNED_FOR, Bucket
from unhear.stores.errors import PayloadsAway

PROGRAMS = Path(__file__).parents[2] / ".venv-s3" / "bin"
KEY, SECRET = "someone", "correct-horse-battery"
START_SECONDS_MAX = 60
VERSIONED = (
    '<VersioningConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
    "<Status>Enabled</Status></VersioningConfiguration>"
)


class Server:
    """A server's program, which can be stopped and started again on the same port."""

    def __init__(self, command: list[str], port: int, ip: str = "127.0.0.1") -> None:
        self.url = f"http://{ip}:{port}"
        self._command = command
        self._buckets: set[str] = set()
        self.start()

    def bucket(self, *, versioned: bool = False) -> str:
        """Answer a bucket, made at first use: SeaweedFS has room for few."""
        name = "versioned" if versioned else "plain"
        if name not in self._buckets:
            new_bucket(self.url, name, versioned=versioned)
            self._buckets.add(name)
        return name

    def start(self) -> None:
        """Start it, and wait until it answers."""
        self._process = subprocess.Popen(
            self._command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        until = monotonic() + START_SECONDS_MAX
        while not _answers(self.url):
            assert self._process.poll() is None, "the S3 server ended by itself"
            assert monotonic() < until, "the S3 server does not answer"
            sleep(0.05)

    def stop(self) -> None:
        """End it at once; what it answered for it must have written."""
        self._process.kill()
        self._process.wait()


def moto() -> Server:
    """Start moto, which remembers until it is stopped, or skip."""
    program = PROGRAMS / "moto_server"
    need(program.exists(), "the S3 server moto (make setup-dev)")
    port = free_port()
    return Server([str(program), "-H", "127.0.0.1", "-p", str(port)], port)


def seaweed(folder: Path, ip: str = "127.0.0.1", within: tuple[str, ...] = ()) -> Server:
    """Start SeaweedFS, which checks signatures and keeps its buckets in a folder, or skip.

    `within` is the command that runs it elsewhere, such as in a network of its own with that `ip`.
    """
    program = shutil.which("weed", path=f"{PROGRAMS}:{os.environ['PATH']}")  # noqa: TID251 - the tests' own
    need(program is not None, "the S3 server SeaweedFS (make setup-dev)")
    identity = {
        "name": KEY,
        "credentials": [{"accessKey": KEY, "secretKey": SECRET}],
        "actions": ["Admin", "Read", "List", "Write"],
    }
    config = folder / "identities.json"
    config.write_text(json.dumps({"identities": [identity]}))
    data = folder / "data"
    data.mkdir()
    port = free_port()
    options = {
        "dir": data,
        "ip": ip,
        "ip.bind": ip,
        "master.telemetry": "false",
        "master.volumeSizeLimitMB": 64,
        "volume.max": 400,
        "s3.port": port,
        "s3.config": config,
        "s3.port.iceberg": 0,
        "s3.port.lance": 0,
        **{
            f"{part}.port{kind}": free_port()
            for part in ("master", "volume", "filer")
            for kind in ("", ".grpc")
        },
        "s3.port.grpc": free_port(),
    }
    named = [f"-{name}={value}" for name, value in options.items()]
    return Server([*within, str(program), "server", "-s3", *named], port, ip)


def sign_in(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    """Set the environment as an operator of that server would."""
    for name, value in {
        "AWS_ACCESS_KEY_ID": KEY,
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "AWS_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": url,
    }.items():
        monkeypatch.setenv(name, value)


def new_bucket(url: str, name: str, *, versioned: bool = False, locked: bool = False) -> None:
    """Make a bucket on a server."""
    headers = {"x-amz-bucket-object-lock-enabled": "true"} if locked else {}
    _signed("PUT", f"{url}/{name}?x-made", "", headers).raise_for_status()
    if versioned:
        _signed("PUT", f"{url}/{name}?versioning&x-made", VERSIONED, {}).raise_for_status()


def hold(bucket: Bucket, key: str, url: str) -> None:
    """Put a legal hold on an object, as whoever runs the bucket can."""
    name = bucket.place.partition("://")[2].partition("/")[0]
    address = f"{url}/{name}/{key}?legal-hold&x-made"
    body = "<LegalHold><Status>ON</Status></LegalHold>"
    _signed("PUT", address, body, {}).raise_for_status()


def write_over(bucket: Bucket, name: str, content: bytes) -> None:
    """Write an object as somebody else would, in place of one of that name."""
    name = f"{bucket.place.partition('://')[2].partition('/')[2]}/{name}"
    obstore.put(_store(bucket), name, content)


def remove_as_others(bucket: Bucket, name: str) -> None:
    """Remove an object as somebody else would: its versions stay, where it keeps them."""
    name = f"{bucket.place.partition('://')[2].partition('/')[2]}/{name}"
    obstore.delete(_store(bucket), name)


def eventually(ask: Callable[[], bytes]) -> bytes:
    """Ask until a server that was just started answers: it does before all its parts are up."""
    until = monotonic() + START_SECONDS_MAX
    while True:
        try:
            return ask()
        except PayloadsAway:
            assert monotonic() < until, "the S3 server does not answer"
            sleep(0.1)


def _store(bucket: Bucket) -> S3Store:
    name = bucket.place.partition("://")[2].partition("/")[0]
    return S3Store(name, client_options={"allow_http": True})


def _signed(method: str, address: str, body: str, headers: dict[str, str]) -> httpx2.Response:
    endpoint = f"{address}="
    store = S3Store(
        "any",
        endpoint=endpoint,
        virtual_hosted_style_request=True,
        client_options={"allow_http": True},
        access_key_id=KEY,
        secret_access_key=SECRET,
        region="us-east-1",
    )
    signed: str = obstore.sign(store, method, "1", SIGNED_FOR)  # type: ignore[call-overload] # a str
    return httpx2.request(method, signed, content=body, headers=headers)


def _answers(url: str) -> bool:
    try:
        urllib.request.urlopen(url, timeout=5).close()  # noqa: S310 - loopback
    except urllib.error.HTTPError as error:
        error.close()
        return True
    except OSError:
        return False
    return True


class BadNetwork:
    """Stands before a server that checks no signatures; loses answers, and counts their bytes.

    `lose` is asked of each request, by method and path, whether its answer is to be lost.
    """

    def __init__(self, server: Server) -> None:
        self.lose: Callable[[str, str], bool] = lambda _method, _path: False
        self.sent: list[tuple[str, str, int]] = []
        network = self

        class Forward(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def forward(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length") or 0))
                skipped = {"host", "content-length", "connection"}
                headers = {k: v for k, v in self.headers.items() if k.lower() not in skipped}
                answer = httpx2.request(
                    self.command, server.url + self.path, content=body, headers=headers
                )
                if network.lose(self.command, self.path):
                    self.close_connection = True
                    return
                network.sent.append((self.command, self.path, len(answer.content)))
                self.send_response(answer.status_code)
                for name, value in answer.headers.items():
                    if name not in {"connection", "transfer-encoding", "content-encoding"}:
                        self.send_header(name, value)
                self.end_headers()
                self.wfile.write(answer.content)

            do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = forward  # noqa: N815 - the library's

            def log_message(self, *_: object) -> None:
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Forward)
        self.url = f"http://127.0.0.1:{self._http.server_port}"
        self._thread = Thread(target=self._http.serve_forever)
        self._thread.start()

    def close(self) -> None:
        """End it."""
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()
