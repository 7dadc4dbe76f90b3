"""Lights are found and switched over a real MQTT broker, and through Home Assistant's interface."""

import json
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import Queue

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from tests.needs import need, need_program
from tests.ports import free_port
from tests.skills.conversation import GRAMMAR, NOW, Talk
from unhear.answer.skill import LastTurn
from unhear.household.speech import Intent
from unhear.household.words import UNKNOWN_PERSON
from unhear.skills.home import HomeControl
from unhear.skills.home.control import Appliance, ControlFailed
from unhear.skills.home.home_assistant import HomeAssistant
from unhear.skills.home.mqtt import Mqtt

PATIENCE = 60
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

HEATING = {
    "name": "Kitchen heating",
    "temp_cmd_t": "heating/degrees",
    "mode_command_topic": "heating/mode",
}
BLIND = {"name": "Kitchen blind", "command_topic": "blind/set", "set_pos_t": "blind/position"}


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
    topics = ("lamp/#", "strip/#", "fan/#", "heating/#", "blind/#")
    client.subscribe([(topic, 1) for topic in topics])
    assert subscribed.wait(PATIENCE)
    for topic, content in (
        ("homeassistant/light/lamp/config", json.dumps(LAMP)),
        ("homeassistant/light/node/strip/config", json.dumps(STRIP)),
        ("homeassistant/switch/fan/config", json.dumps(FAN)),
        ("homeassistant/climate/heating/config", json.dumps(HEATING)),
        ("homeassistant/cover/blind/config", json.dumps(BLIND)),
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
        assert known.keys() == {
            "Kitchen light", "Bedroom strip", "Fan", "Kitchen heating", "Kitchen blind",
        }  # fmt: skip
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
        assert skill.handle(on, context).text == "The Kitchen light is on."
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
        assert skill.handle(every, context).text == "The Kitchen light is off."
        assert told.get(timeout=PATIENCE) == ("lamp/set", "OFF")


@pytest.mark.tools
@pytest.mark.parametrize(
    ("said", "answer", "topic", "payload"),
    [
        (
            "set the kitchen heating to 21.5 degrees",
            "The Kitchen heating is set to 21.5 degrees.",
            "heating/degrees",
            "21.5",
        ),
        (
            "set the temperature to nineteen degrees",
            "The Kitchen heating is set to 19 degrees.",
            "heating/degrees",
            "19",
        ),
        (
            "set the heating to 20",
            "The Kitchen heating is set to 20 degrees.",
            "heating/degrees",
            "20",
        ),
        (
            "turn off the kitchen heating",
            "The Kitchen heating is off.",
            "heating/mode",
            "off",
        ),
        ("open the blinds", "The Kitchen blind is opening.", "blind/set", "OPEN"),
        ("close the kitchen blind", "The Kitchen blind is closing.", "blind/set", "CLOSE"),
        (
            "set the blind to 30 percent",
            "The Kitchen blind is at 30 percent.",
            "blind/position",
            "30",
        ),
        ("turn off the lights", "The Kitchen light is off.", "lamp/set", "OFF"),
        ("turn off the moon", "I know no moon.", "", ""),
    ],
)
def test_what_is_said_to_appliances(
    broker: int, said: str, answer: str, topic: str, payload: str
) -> None:
    skill = HomeControl()
    context = Talk(settings={"home": {"mqtt": f"mqtt://127.0.0.1:{broker}"}})._context("home")
    with appliances(broker) as told:
        intent = GRAMMAR.interpret(said)
        assert intent is not None
        assert skill.handle(intent, context).text == answer
        if topic:
            assert told.get(timeout=PATIENCE) == (topic, payload)


def test_them_are_the_lights_of_the_room_where_those_were_meant() -> None:
    talk = Talk()
    reply = talk.reply("and turn them off again")
    assert reply.text == "Which one?"
    assert reply.question is not None
    assert reply.question.intent == Intent("home", "turn_off", {})
    talk.said_just_now(kept=False)
    assert talk.privacy.last is not None
    talk.privacy.last = replace(talk.privacy.last, wanted=Intent("home", "turn_on", {}))
    assert talk.say("and turn them off again").startswith("I have been connected to no appliances")


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
    control.set_temperature(Appliance("Hall", "climate", "climate.hall"), 20.5)
    assert Api.asked.get(timeout=PATIENCE) == (
        "/api/services/climate/set_temperature",
        {"entity_id": "climate.hall", "temperature": 20.5},
    )
    with pytest.raises(ControlFailed) as refused:
        HomeAssistant(server, "wrong").appliances()
    assert "wrong" not in str(refused.value)
