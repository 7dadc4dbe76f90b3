"""Cameras at a real broker: announced, told of in the moment, heard, and back after it was gone."""

import json
import os
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from queue import Queue

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion
from pydantic import SecretStr

from tests.needs import need_program
from tests.ports import free_port
from unhear.cameras.mqtt import MqttDoor
from unhear.household.words import DeviceId, HouseholdId
from unhear.settings import CameraSettings, MqttSettings

pytestmark = pytest.mark.tools

PATIENCE = 60
HOUSE = HouseholdId(b"h" * 16)
FRONT, GARDEN = DeviceId("Haustür"), DeviceId("garden")
CAMERAS = (
    CameraSettings(
        name=FRONT, address="rtsp://a.example", press_topic="zigbee/button", room="hall"
    ),
    CameraSettings(name=GARDEN, address="rtsp://b.example"),
)
PASSWORD = "a password of the broker"


def wait_for(condition: Callable[[], bool]) -> None:
    """Return once it holds."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline


class Broker:
    """A Mosquitto that can be stopped and started again; what it retains goes with it."""

    def __init__(self, folder: Path, *options: str) -> None:
        need_program("mosquitto")
        self.port = free_port()
        self._config = folder / "mosquitto.conf"
        lines = [f"listener {self.port} 127.0.0.1", *(options or ["allow_anonymous true"])]
        self._config.write_text("\n".join(lines) + "\n")
        self._server: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = ["mosquitto", "-c", str(self._config)]
        self._server = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        wait_for(self._answers)

    def _answers(self) -> bool:
        with socket.socket() as one:
            return one.connect_ex(("127.0.0.1", self.port)) == 0

    def stop(self) -> None:
        if self._server is not None:
            self._server.terminate()
            self._server.wait()
            self._server = None

    @property
    def settings(self) -> MqttSettings:
        return MqttSettings(broker=f"mqtt://127.0.0.1:{self.port}")


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    broker = Broker(tmp_path)
    broker.start()
    yield broker
    broker.stop()


@dataclass
class HomeAssistant:
    """Whoever listens at the broker, and what they heard."""

    client: mqtt.Client
    heard: "Queue[mqtt.MQTTMessage]"
    subscribed: threading.Event

    def next(self, ending: str) -> mqtt.MQTTMessage:
        """Answer the next message on a topic that ends like this."""
        while True:
            message = self.heard.get(timeout=PATIENCE)
            if message.topic.endswith(ending):
                return message

    def say(self, topic: str, payload: str, *, retain: bool = False) -> None:
        assert self.subscribed.wait(PATIENCE)
        self.client.publish(topic, payload, 1, retain=retain).wait_for_publish(PATIENCE)


@contextmanager
def listening(broker: Broker, *topics: str) -> Iterator[HomeAssistant]:
    heard: Queue[mqtt.MQTTMessage] = Queue()
    subscribed = threading.Event()
    client = mqtt.Client(CallbackAPIVersion.VERSION2)
    client.on_message = lambda _client, _data, message: heard.put(message)
    client.on_subscribe = lambda *_: subscribed.set()
    client.on_disconnect = lambda *_: subscribed.clear()
    client.reconnect_delay_set(1, 1)

    def connected(*_: object) -> None:
        client.subscribe([(topic, 1) for topic in topics])

    client.on_connect = connected
    client.connect("127.0.0.1", broker.port)
    client.loop_start()
    assert subscribed.wait(PATIENCE)
    try:
        yield HomeAssistant(client, heard, subscribed)
    finally:
        client.disconnect()
        client.loop_stop()


@dataclass
class Stage:
    """The house's side."""

    pressed: "Queue[DeviceId]" = field(default_factory=Queue)
    asked: "Queue[tuple[DeviceId, bool]]" = field(default_factory=Queue)
    recording: set[DeviceId] = field(default_factory=set)
    obeys: bool = True

    def rang(self, camera: DeviceId) -> None:
        self.pressed.put(camera)

    def moved(self, camera: DeviceId) -> None:
        raise AssertionError(camera)

    def switch(self, camera: DeviceId, on: bool) -> None:  # noqa: FBT001 - as it is called
        if self.obeys:
            (self.recording.add if on else self.recording.discard)(camera)
        self.asked.put((camera, on))

    def open(
        self, settings: MqttSettings, cameras: tuple[CameraSettings, ...] = CAMERAS
    ) -> MqttDoor:
        return MqttDoor(
            settings,
            cameras,
            HOUSE,
            bell=self,
            records=self.recording.__contains__,
            switch=self.switch,
        )


@pytest.fixture
def stage() -> Stage:
    return Stage()


def retained(broker: Broker, until: Callable[[dict[str, str]], bool]) -> dict[str, str]:
    """Answer all that the broker keeps, once it is as it should be."""
    deadline = time.monotonic() + PATIENCE
    while True:
        kept: dict[str, str] = {}
        with listening(broker, "#") as home:
            home.say("end", "end")
            while (message := home.heard.get(timeout=PATIENCE)).topic != "end":
                kept[message.topic] = message.payload.decode()
        if until(kept):
            return kept
        assert time.monotonic() < deadline, kept


def online(kept: dict[str, str]) -> bool:
    return any(topic.endswith("/status") and told == "online" for topic, told in kept.items())


def test_every_camera_is_announced_with_what_it_can_tell(broker: Broker, stage: Stage) -> None:
    with closing(stage.open(broker.settings)):
        kept = retained(broker, online)
    configs = {t: json.loads(c) for t, c in kept.items() if t.startswith("homeassistant/")}
    by_camera = {
        (one["device"]["name"], topic.split("/")[1], one["name"]): one
        for topic, one in configs.items()
    }
    assert set(by_camera) == {
        (FRONT, "event", "Bell"),
        *(
            (camera, kind, name)
            for camera in (FRONT, GARDEN)
            for kind, name in (
                ("binary_sensor", "Motion"),
                ("binary_sensor", "Person"),
                ("switch", "Recording"),
            )
        ),
    }
    bell = by_camera[FRONT, "event", "Bell"]
    assert (bell["device_class"], bell["event_types"]) == ("doorbell", ["press"])
    assert (bell["device"]["model"], bell["device"]["suggested_area"]) == ("doorbell", "hall")
    assert by_camera[FRONT, "binary_sensor", "Motion"]["device_class"] == "motion"
    assert by_camera[FRONT, "binary_sensor", "Person"]["device_class"] == "occupancy"
    assert by_camera[GARDEN, "switch", "Recording"]["command_topic"].endswith("/recording/set")
    assert len({one["unique_id"] for one in by_camera.values()}) == len(by_camera)
    assert len({one["device"]["identifiers"][0] for one in by_camera.values()}) == 2
    (status,) = {one["availability_topic"] for one in by_camera.values()}
    assert kept[status] == "online"


def test_what_happens_is_told_in_the_moment_and_kept_by_nobody(
    broker: Broker, stage: Stage
) -> None:
    stage.recording.add(FRONT)
    with listening(broker, "unhear/#") as home, closing(stage.open(broker.settings)) as door:
        told_first = {home.next("/recording").payload for _ in CAMERAS}
        assert told_first == {b"ON", b"OFF"}
        before = retained(broker, online)
        door.rang(FRONT)
        bell = home.next("/bell")
        assert (json.loads(bell.payload), bell.retain) == ({"event_type": "press"}, False)
        door.moved(FRONT)
        assert home.next("/motion").payload == b"ON"
        door.seen(FRONT)
        assert home.next("/person").payload == b"ON"
        stage.recording.clear()
        door.tick()
        assert home.next("/recording").payload == b"OFF"
        door.rang(DeviceId("no such camera"))
        after = retained(broker, online)
    assert after == before
    assert all(topic.endswith(("/config", "/status")) for topic in after)


def test_a_button_is_heard_and_one_of_long_ago_is_not(broker: Broker, stage: Stage) -> None:
    with listening(broker, "nothing") as home:
        home.say("zigbee/button", "old", retain=True)
        with closing(stage.open(broker.settings)):
            retained(broker, online)
            home.say("zigbee/button", '{"action": "single"}')
            assert stage.pressed.get(timeout=PATIENCE) == FRONT
            home.say("zigbee/button", "")
            assert stage.pressed.get(timeout=PATIENCE) == FRONT
    assert stage.pressed.empty()


def test_a_switch_is_obeyed_or_refused_and_shows_what_came_of_it(
    broker: Broker, stage: Stage
) -> None:
    with listening(broker, "unhear/#") as home, closing(stage.open(broker.settings)):
        assert [home.next("/recording").payload for _ in CAMERAS] == [b"OFF", b"OFF"]
        kept = retained(broker, online)
        switch = next(
            json.loads(content)
            for topic, content in kept.items()
            if topic.startswith("homeassistant/switch/") and FRONT in content
        )
        home.say(switch["command_topic"], "ON")
        assert stage.asked.get(timeout=PATIENCE) == (FRONT, True)
        assert home.next("/recording/set").payload == b"ON"
        assert home.next(switch["state_topic"]).payload == b"ON"
        stage.obeys = False
        home.say(switch["command_topic"], "OFF")
        assert stage.asked.get(timeout=PATIENCE) == (FRONT, False)
        assert home.next(switch["state_topic"]).payload == b"ON"
        home.say(switch["command_topic"], "nonsense")
        assert home.next(switch["state_topic"]).payload == b"ON"
        assert stage.asked.empty()


def test_the_broker_says_when_the_house_is_gone(broker: Broker, stage: Stage) -> None:
    with listening(broker, "unhear/+/status") as home:
        door = stage.open(broker.settings)
        assert home.next("/status").payload == b"online"
        door.close()
        assert home.next("/status").payload == b"offline"
        again = stage.open(broker.settings)
        assert home.next("/status").payload == b"online"
        connection = again._client.socket()
        assert connection is not None
        again._client.reconnect_delay_set(PATIENCE, PATIENCE)
        with socket.socket(fileno=os.dup(connection.fileno())) as cable:
            cable.shutdown(socket.SHUT_RDWR)
        assert home.next("/status").payload == b"offline"
        again.close()


def test_home_assistant_that_starts_anew_is_told_anew(broker: Broker, stage: Stage) -> None:
    stage.recording.add(GARDEN)
    with listening(broker, "unhear/#") as home, closing(stage.open(broker.settings)):
        retained(broker, online)
        home.say("homeassistant/status", "online")
        states = {home.next("/recording").payload for _ in range(4)}
    assert states == {b"ON", b"OFF"}


def test_a_camera_that_is_named_no_more_goes_from_the_broker(broker: Broker, stage: Stage) -> None:
    stranger = "homeassistant/switch/unhear_other/x/config"
    with listening(broker, "nothing") as home:
        home.say(stranger, '{"name": "of another house"}', retain=True)
    with closing(stage.open(broker.settings)):
        retained(broker, online)
    with closing(stage.open(broker.settings, CAMERAS[1:])):
        kept = retained(broker, lambda kept: not any(FRONT in told for told in kept.values()))
    assert any(GARDEN in told for told in kept.values())
    assert stranger in kept


def test_after_a_restart_of_the_broker_all_is_there_again_and_nothing_is_told_late(
    broker: Broker, stage: Stage
) -> None:
    with closing(stage.open(broker.settings)) as door, listening(broker, "unhear/#") as home:
        before = retained(broker, online)
        broker.stop()
        wait_for(lambda: not (door._client.is_connected() or home.subscribed.is_set()))
        door.rang(FRONT)
        broker.start()
        assert retained(broker, lambda kept: kept == before) == before
        home.say("zigbee/button", "pressed")
        assert stage.pressed.get(timeout=PATIENCE) == FRONT
        door.rang(GARDEN)
        told = home.next("/bell").topic
        garden = next(topic for topic, said in before.items() if GARDEN in said)
        assert told.split("/")[2] == garden.split("/")[3].partition("_")[0]


def test_a_broker_with_a_password_is_signed_in_to_and_a_wrong_one_is_told(
    tmp_path: Path, stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    need_program("mosquitto_passwd")
    passwords = tmp_path / "passwords"
    subprocess.run(
        ["mosquitto_passwd", "-c", "-b", passwords, "house", PASSWORD], check=True, text=True
    )
    broker = Broker(tmp_path, "allow_anonymous false", f"password_file {passwords}", "user root")
    broker.start()
    try:
        wrong = MqttSettings(
            broker=f"mqtt://127.0.0.1:{broker.port}", user="house", password=SecretStr("wrong one")
        )
        with closing(stage.open(wrong)):
            wait_for(lambda: "see [mqtt] in the settings" in caplog.text)
        right = wrong.model_copy(update={"password": SecretStr(PASSWORD)})
        with closing(stage.open(right)) as door:
            wait_for(door._client.is_connected)
    finally:
        broker.stop()
    assert "wrong one" not in caplog.text
    assert PASSWORD not in caplog.text
