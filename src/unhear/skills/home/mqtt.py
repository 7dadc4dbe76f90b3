"""Appliances that announce themselves over MQTT, by Home Assistant's discovery conventions.

Source: https://www.home-assistant.io/integrations/mqtt/#mqtt-discovery.
"""

import json
from collections.abc import Mapping, Sequence
from threading import Event, Lock
from typing import Any
from urllib.parse import unquote, urlsplit

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from unhear.skills.home.control import CLIMATE, COVER, Appliance, ControlFailed

PREFIX = "homeassistant"
KINDS = ("light", "switch", "fan", "cover", "climate")
PORT = 1883
PORT_TLS = 8883
SECONDS_MAX = 3.0
MESSAGE_BYTES_MAX = 1 << 16
APPLIANCES_MAX = 2_000
BRIGHTNESS_FULL = 255

COMMANDS = {"command_topic", "mode_command_topic", "temperature_command_topic"}
"""What has none of these takes no orders."""

ABBREVIATIONS = {
    "cmd_t": "command_topic", "pl_on": "payload_on", "pl_off": "payload_off", "~": "base",
    "bri_cmd_t": "brightness_command_topic", "bri_scl": "brightness_scale",
    "temp_cmd_t": "temperature_command_topic", "mode_cmd_t": "mode_command_topic",
    "set_pos_t": "set_position_topic", "pl_open": "payload_open", "pl_cls": "payload_close",
}  # fmt: skip


class Mqtt:
    """A connection to a broker; `mqtt://[user:password@]host[:port]`, or `mqtts://`."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        secure = parts.scheme == "mqtts"
        self._lock = Lock()
        self._known: dict[str, Appliance] = {}
        self._ready = Event()
        self._client = mqtt.Client(callback_api_version=CallbackAPIVersion.VERSION2)
        if parts.username:
            self._client.username_pw_set(unquote(parts.username), unquote(parts.password or ""))
        if secure:
            self._client.tls_set()
        self._client.on_connect = self._connected
        self._client.on_subscribe = self._subscribed
        self._client.on_message = self._heard
        self._client.connect_async(
            parts.hostname or "localhost", parts.port or (PORT_TLS if secure else PORT)
        )
        self._client.loop_start()

    def appliances(self) -> Sequence[Appliance]:
        """Answer what has announced itself."""
        if not self._ready.wait(SECONDS_MAX):
            raise ControlFailed("the MQTT broker does not answer")
        with self._lock:
            return list(self._known.values())

    def turn(self, appliance: Appliance, *, on: bool) -> None:
        """Send the payload that its announcement gives for on or off."""
        details = appliance.details
        if appliance.kind == CLIMATE:
            self._send(_topic(details, "mode_command_topic"), "heat" if on else "off")
            return
        if details.get("schema") == "json":
            payload = json.dumps({"state": "ON" if on else "OFF"})
        elif appliance.kind == COVER:
            payload = details.get(
                "payload_open" if on else "payload_close", "OPEN" if on else "CLOSE"
            )
        else:
            payload = details.get("payload_on" if on else "payload_off", "ON" if on else "OFF")
        self._send(details["command_topic"], payload)

    def set_level(self, appliance: Appliance, percent: int) -> None:
        """Send a brightness or a position, as its announcement wants it."""
        details = appliance.details
        scale = int(float(details.get("brightness_scale", BRIGHTNESS_FULL)))
        level = round(percent * scale / 100)
        if details.get("schema") == "json":
            payload = json.dumps({"state": "ON" if percent else "OFF", "brightness": level})
            self._send(details["command_topic"], payload)
        elif "brightness_command_topic" in details:
            self._send(details["brightness_command_topic"], str(level))
        elif "set_position_topic" in details:
            self._send(details["set_position_topic"], str(percent))
        else:
            self.turn(appliance, on=percent > 0)

    def set_temperature(self, appliance: Appliance, degrees: float) -> None:
        """Send what a thermostat is to reach."""
        self._send(_topic(appliance.details, "temperature_command_topic"), f"{degrees:g}")

    def close(self) -> None:
        """Leave the broker."""
        self._client.disconnect()
        self._client.loop_stop()

    def _send(self, topic: str, payload: str) -> None:
        sent = self._client.publish(topic, payload, qos=1)
        try:
            sent.wait_for_publish(SECONDS_MAX)
        except (RuntimeError, ValueError) as error:
            raise ControlFailed("the MQTT broker is away") from error
        if not sent.is_published():
            raise ControlFailed("the MQTT broker took no message in time")

    def _connected(self, client: mqtt.Client, *_: Any) -> None:
        self._ready.clear()
        topics = [(f"{PREFIX}/{kind}/{deep}config", 1) for kind in KINDS for deep in ("+/", "+/+/")]
        client.subscribe(topics)

    def _subscribed(self, client: mqtt.Client, *_: Any) -> None:
        # Retained announcements follow the acknowledgement; one's own message comes after them.
        client.message_callback_add(f"{PREFIX}/unhear", lambda *_: self._ready.set())
        client.on_subscribe = lambda client, *_: client.publish(f"{PREFIX}/unhear", b"", qos=1)
        client.subscribe(f"{PREFIX}/unhear", 1)

    def _heard(self, _: mqtt.Client, __: Any, message: mqtt.MQTTMessage) -> None:
        kind, name = message.topic.split("/")[1], message.topic
        appliance = _announced(kind, name, bytes(message.payload))
        with self._lock:
            self._known.pop(name, None)
            if appliance is not None and len(self._known) < APPLIANCES_MAX:
                self._known[name] = appliance


def _topic(details: Mapping[str, str], name: str) -> str:
    if name not in details:
        raise ControlFailed("the appliance has announced no such command")
    return details[name]


def _announced(kind: str, topic: str, payload: bytes) -> Appliance | None:
    """Answer the appliance an announcement describes; None for an empty or a broken one."""
    if not payload or len(payload) > MESSAGE_BYTES_MAX:
        return None
    try:
        content = json.loads(payload)
    except ValueError:
        return None
    if not isinstance(content, Mapping):
        return None
    details: dict[str, str] = {
        ABBREVIATIONS.get(str(key), str(key)): str(value)
        for key, value in content.items()
        if not isinstance(value, dict | list)
    }
    if not COMMANDS & details.keys():
        return None
    base = details.get("base", "")
    full = {
        key: value.replace("~", base) if key.endswith("topic") else value
        for key, value in details.items()
    }
    device = content.get("device") or content.get("dev") or {}
    named = full.get("name") or str(device.get("name", ""))
    if not named or named == "None":
        named = str(device.get("name", topic.split("/")[-2]))
    return Appliance(named, kind, topic, full)
