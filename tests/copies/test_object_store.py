"""An object store holds copies as a folder does: a real S3 server, over HTTP."""

import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest

from tests.copies.houses import bring_back, forget, keep, kept, lose_the_disk, new_house
from tests.needs import need
from tests.ports import free_port
from unhear.house.backup import backup
from unhear.stores.copies.target import Target
from unhear.stores.errors import TargetAway

pytestmark = pytest.mark.tools

SERVER = Path(__file__).parents[2] / ".venv-s3" / "bin" / "moto_server"


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    need(SERVER.exists(), "the S3 server (make setup-dev)")
    port = free_port()
    command = [str(SERVER), "-H", "127.0.0.1", "-p", str(port)]
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        assert any("Running on" in line for line in process.stderr)
        drain = Thread(target=process.stderr.read)
        drain.start()
        yield f"http://127.0.0.1:{port}"
        process.terminate()
        drain.join()


@pytest.fixture
def place(server: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    bucket = tmp_path.name.replace("_", "-").lower()
    for name, value in {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": "us-east-1",
        "AWS_ENDPOINT": server,
        "AWS_ALLOW_HTTP": "true",
    }.items():
        monkeypatch.setenv(name, value)
    request = urllib.request.Request(f"{server}/{bucket}", method="PUT")  # noqa: S310 - loopback
    urllib.request.urlopen(request).close()  # noqa: S310 - loopback
    return f"s3://{bucket}/ours"


def test_a_house_comes_back_from_an_object_store(tmp_path: Path, place: str) -> None:
    house = new_house(tmp_path / "house", mirror=place)
    gone, stays = keep(house), keep(house)
    backup(house, Target(place))
    forget(house, gone)
    lose_the_disk(house)
    again, restored = bring_back(house, Target(place))
    assert kept(again) == {stays}
    assert restored.without_sound == 0
    again.close()


def test_a_store_that_is_gone_is_said_plainly(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT", f"http://127.0.0.1:{free_port()}")
    with pytest.raises(TargetAway, match="cannot be used now"):
        Target(place).get("database/newest")
