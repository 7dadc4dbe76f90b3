"""Lights are found and switched over a real MQTT broker, and through Home Assistant's interface."""

import json
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import Queue

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from tests.needs import need, need_program
from tests.ports import free_port
from tests.skills.conversation import NOW, Talk
from unhear.answer.skill import LastTurn
from unhear.household.speech import Intent
from unhear.household.words import UNKNOWN_PERSON
from unhear.skills.home import HomeControl
from unhear.skills.home.control import ControlFailed
from unhear.skills.home.home_assistant import HomeAssistant
from unhear.skills.home.mqtt import Mqtt

PATIENCE = 10
LAMP = {
    "name": "Kitchen light",
    "command_topic": "lamp/set",
    "brightness_command_topic": "lamp/dim",
}
STRIP = {
    "name": None,
    "dev": {"name": "Bedroom strip"},
    "~": "strip",
    "cmd_t": "~/set",
    "schema": "json",
}
FAN = {"name": "Fan", "command_topic": "fan/set", "payload_on": "1", "payload_off": "0"}


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[int]:
    need_program("mosquitto")
    port = free_port()
    config = tmp_path / "mosquitto.conf"
    config.write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\n")
    with subprocess.Popen(["mosquitto", "-c", config], stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr is not None
        need(any("running" in line for line in server.stderr), "a Mosquitto that starts")
        yield port
        server.terminate()


@contextmanager
def appliances(port: int) -> Iterator["Queue[tuple[str, str]]"]:
    """Announce appliances; yields what they are told."""
    told: Queue[tuple[str, str]] = Queue()
    subscribed = threading.Event()
    client = mqtt.Client(CallbackAPIVersion.VERSION2)
    client.on_message = lambda _client, _data, message: told.put(
        (message.topic, message.payload.decode())
    )
    client.on_subscribe = lambda *_: subscribed.set()
    client.connect("127.0.0.1", port)
    client.loop_start()
    client.subscribe([("lamp/#", 1), ("strip/#", 1), ("fan/#", 1)])
    assert subscribed.wait(PATIENCE)
    for topic, content in (
        ("homeassistant/light/lamp/config", json.dumps(LAMP)),
        ("homeassistant/light/node/strip/config", json.dumps(STRIP)),
        ("homeassistant/switch/fan/config", json.dumps(FAN)),
        ("homeassistant/light/broken/config", "{"),
        ("homeassistant/light/list/config", "[]"),
    ):
        client.publish(topic, content, qos=1, retain=True).wait_for_publish(PATIENCE)
    try:
        yield told
    finally:
        client.disconnect()
        client.loop_stop()


@pytest.mark.tools
def test_appliances_that_announce_themselves_are_switched(broker: int) -> None:
    with appliances(broker) as told:
        control = Mqtt(f"mqtt://127.0.0.1:{broker}")
        known = {one.name: one for one in control.appliances()}
        assert known.keys() == {"Kitchen light", "Bedroom strip", "Fan"}
        control.turn(known["Kitchen light"], on=True)
        assert told.get(timeout=PATIENCE) == ("lamp/set", "ON")
        control.set_level(known["Kitchen light"], 50)
        assert told.get(timeout=PATIENCE) == ("lamp/dim", "128")
        control.turn(known["Fan"], on=False)
        assert told.get(timeout=PATIENCE) == ("fan/set", "0")
        control.set_level(known["Bedroom strip"], 100)
        topic, payload = told.get(timeout=PATIENCE)
        assert (topic, json.loads(payload)) == ("strip/set", {"state": "ON", "brightness": 255})
        control.close()


@pytest.mark.tools
def test_a_light_is_turned_on_by_voice_and_off_again(broker: int) -> None:
    talk = Talk(settings={"home": {"mqtt": f"mqtt://127.0.0.1:{broker}"}})
    skill = HomeControl()
    with appliances(broker) as told:
        context = talk._context("home")
        on = Intent("home", "turn_on", {"name": "kitchen lights"})
        assert skill.handle(on, context).text == "The kitchen lights is on."
        assert told.get(timeout=PATIENCE) == ("lamp/set", "ON")
        talk.privacy.last = LastTurn(
            intent="home.turn_on",
            reply="",
            reasons=(),
            kept=False,
            heard_at=NOW,
            person=UNKNOWN_PERSON,
            wanted=on,
        )
        again = Intent("home", "again", {"action": "turn_off"})
        skill.handle(again, talk._context("home"))
        assert told.get(timeout=PATIENCE) == ("lamp/set", "OFF")
        unknown = Intent("home", "turn_on", {"name": "moon"})
        assert skill.handle(unknown, context).text == "I know no moon."
        every = Intent("home", "turn_off", {})
        assert skill.handle(every, context).text == "The kitchen is off."
        assert told.get(timeout=PATIENCE) == ("lamp/set", "OFF")


def test_a_broker_that_is_away_is_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("unhear.skills.home.mqtt.SECONDS_MAX", 0.05)
    with pytest.raises(ControlFailed):
        Mqtt(f"mqtt://127.0.0.1:{free_port()}").appliances()


class Api(BaseHTTPRequestHandler):
    """Answers as Home Assistant's REST interface is documented to."""

    asked: "Queue[tuple[str, object]]" = Queue()

    def do_GET(self) -> None:
        self._answer(
            [
                {"entity_id": "light.desk", "attributes": {"friendly_name": "Desk lamp"}},
                {"entity_id": "sensor.heat", "attributes": {}},
            ]
        )

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.asked.put((self.path, body))
        self._answer([])

    def _answer(self, content: object) -> None:
        allowed = self.headers["authorization"] == "Bearer secret"
        self.send_response(200 if allowed else 401)
        self.end_headers()
        self.wfile.write(json.dumps(content).encode())

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Api) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def test_entities_of_home_assistant_are_switched(server: str) -> None:
    control = HomeAssistant(server, "secret")
    (lamp,) = control.appliances()
    assert (lamp.name, lamp.is_light) == ("Desk lamp", True)
    control.turn(lamp, on=True)
    assert Api.asked.get(timeout=PATIENCE) == (
        "/api/services/light/turn_on",
        {"entity_id": "light.desk"},
    )
    control.set_level(lamp, 40)
    assert Api.asked.get(timeout=PATIENCE)[1] == {"entity_id": "light.desk", "brightness_pct": 40}
    with pytest.raises(ControlFailed) as refused:
        HomeAssistant(server, "wrong").appliances()
    assert "wrong" not in str(refused.value)
