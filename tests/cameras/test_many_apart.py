"""Of many homes each guardian sees their own cameras in one console, whichever ears have them."""

import socket
from contextlib import ExitStack, closing, suppress
from pathlib import Path

import httpx2
import pytest
from websockets import Origin
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from tests.cameras.conftest import Plug
from tests.ports import free_port
from tests.service.processes import Slow, recogniser, until
from tests.service.test_many import LIGHT, _client, _signed_in, home, serving
from unhear.house.house import House
from unhear.house.watched import CameraState
from unhear.household.words import DeviceId
from unhear.service.asking import Asking
from unhear.service.others import Others
from unhear.service.sealing import HomeKey
from unhear.settings import read_settings

pytestmark = [pytest.mark.tools, pytest.mark.speech, pytest.mark.slow]

API = "/api/v1"
PATIENCE = 60.0
GUARDIANS = {"ada": "Ada", "bea": "Bea"}


def states(client: httpx2.Client) -> dict[str, str]:
    told = client.get(f"{API}/cameras").json()["cameras"]
    return {one["name"]: one["state"] for one in told}


def shows(page: str, name: str, cookie: str) -> bool:
    """Whether a guardian sees their camera."""
    host, _, port = page.rpartition(":")
    with (
        socket.create_connection((host, int(port)), PATIENCE) as raw,
        connect(
            f"ws://{name}.example/live/{name}",
            sock=raw,
            origin=Origin(f"https://{name}.example"),
            additional_headers={"cookie": cookie},
            open_timeout=PATIENCE,
        ) as look,
        suppress(ConnectionClosed),
    ):
        return look.recv(PATIENCE)[4:8] == b"ftyp"
    return False


def test_each_guardian_sees_their_own_cameras_whoever_has_them(tmp_path: Path, plug: Plug) -> None:
    with ExitStack() as stack:
        speech, camera = stack.enter_context(recogniser(Slow())), plug().url()
        for name, guardian in GUARDIANS.items():
            settings = f'origin = "https://{name}.example"\nspeech = ["{speech}"]\n{LIGHT}'
            settings += f'[[cameras]]\nname = "{name}"\naddress = "{camera}"\nspeaker = "porch"\n'
            unplugged = f"127.0.0.1:{free_port()}"
            settings += f'[[satellites]]\nname = "porch"\naddress = "{unplugged}"\n'
            home(tmp_path, name, settings, guardian)
        addresses = [f"unix:{tmp_path}/ears-{number}" for number in range(2)]
        page = f"127.0.0.1:{free_port()}"
        others = str(addresses).replace("'", '"')
        serving(tmp_path, "web", stack, UNHEAR_PAGE=page, UNHEAR_DEVICES_FROM=others)
        first, _ = (serving(tmp_path, "ears", stack, UNHEAR_DEVICES_AT=at) for at in addresses)
        clients = {}
        for name, guardian in GUARDIANS.items():
            clients[name] = client = stack.enter_context(
                _client(f"http://{page}", f"{name}.example")
            )
            answer = _signed_in(client, tmp_path / name, guardian)
            client.headers["cookie"] = answer.headers["set-cookie"].partition(";")[0]

        for _ in range(2):
            for name, client in clients.items():
                until(lambda: shows(page, name, client.headers["cookie"]))  # noqa: B023 - at once
                assert states(client) == {name: "connected"}
            first.popen.kill()
            first.popen.wait(PATIENCE)
        with closing(House(read_settings(tmp_path / "ada"))) as ada:
            key = HomeKey(ada.settings.log_key_file, ada.household.id)
        mine = Others(Asking(addresses, key))
        assert mine.told(DeviceId("ada")).state is CameraState.CONNECTED
        assert mine.told(DeviceId("bea")).state is not CameraState.CONNECTED, "another home's"
