"""Cameras and doorbells over an MQTT broker: buttons are heard, and Home Assistant is told.

Each camera announces itself by Home Assistant's discovery
(https://www.home-assistant.io/integrations/mqtt/#mqtt-discovery). What the broker keeps (retained
messages) says which cameras there are, and whether this house is connected; that somebody rang or
was seen is told in the moment, and kept by nobody. Never a picture, never a word.
"""

import logging
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from hashlib import sha256
from threading import Event
from typing import Any
from urllib.parse import unquote, urlsplit

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.reasoncodes import ReasonCode

from unhear.cameras.announcing import Announcement, announcements
from unhear.house.bell import Doorbell
from unhear.household.words import DeviceId, HouseholdId
from unhear.settings import CameraSettings, MqttSettings

log = logging.getLogger(__name__)

PORT, PORT_TLS = 1883, 8883
AGAIN_FIRST_SECONDS, AGAIN_SECONDS_MAX = 1, 30
"""How long it waits before it connects again."""

AT_LEAST_ONCE, AT_MOST_ONCE = 1, 0
LEAVE_SECONDS_MAX = 3.0
ONLINE, OFFLINE, ON, OFF = "online", "offline", "ON", "OFF"
PRESSED = '{"event_type": "press"}'
ID_LETTERS = 12


class MqttDoor:
    """One connection to a broker, for all cameras of a house; a `Bell`.

    It connects by itself, again and again. While the broker is away nobody is told anything, then
    or later: a ring that is told late is a wrong one.
    """

    def __init__(
        self,
        settings: MqttSettings,
        cameras: Iterable[CameraSettings],
        household: HouseholdId,
        *,
        bell: Doorbell,
        records: Callable[[DeviceId], bool],
        switch: Callable[[DeviceId, bool], None],
    ) -> None:
        """Begin to connect. `bell` is told of buttons; it must not wait.

        `records` answers whether a camera records now. `switch` is asked, by whoever may write to
        the broker, to switch that on or off, and may refuse by doing nothing.
        """
        self._settings = settings
        self._house = f"unhear_{_id(household)}"
        self._cameras = {DeviceId(one.name): one for one in cameras}
        self._bell, self._records, self._switch = bell, records, switch
        self._told: dict[DeviceId, bool] = {}
        self._left = Event()
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2)
        self._connect()

    def rang(self, camera: DeviceId) -> None:
        """Tell that somebody rang."""
        self._tell(camera, "bell", PRESSED)

    def moved(self, camera: DeviceId) -> None:
        """Tell that something moves before a camera."""
        self._tell(camera, "motion", ON)

    def seen(self, camera: DeviceId) -> None:
        """Tell that a person is before a camera."""
        self._tell(camera, "person", ON)

    def tick(self) -> None:
        """Tell whether each camera records, where that has changed."""
        for camera in self._cameras:
            records = self._records(camera)
            if self._told.get(camera) != records and self._client.is_connected():
                self._told[camera] = records
                self._tell(camera, "recording", ON if records else OFF)

    def close(self) -> None:
        """Say that the house is away, and leave the broker."""
        client = self._client
        if client.is_connected():
            said = client.publish(self._status, OFFLINE, AT_LEAST_ONCE, retain=True)
            with suppress(RuntimeError):  # the connection broke meanwhile: its will says the same
                said.wait_for_publish(LEAVE_SECONDS_MAX)
            client.disconnect()
            self._left.wait(LEAVE_SECONDS_MAX)  # or the broker would take it for a broken line
        client.loop_stop()

    @property
    def _status(self) -> str:
        return f"unhear/{self._house}/status"

    def _topic(self, camera: DeviceId, what: str) -> str:
        return f"unhear/{self._house}/{_id(camera.encode())}/{what}"

    def _connect(self) -> None:
        client, settings = self._client, self._settings
        parts = urlsplit(settings.broker)
        secure = parts.scheme == "mqtts"
        user = settings.user or unquote(parts.username or "")
        secret = settings.password
        password = unquote(parts.password or "") if secret is None else secret.get_secret_value()
        if user:
            client.username_pw_set(user, password)
        if secure:
            client.tls_set()
        client.will_set(self._status, OFFLINE, AT_LEAST_ONCE, retain=True)
        client.reconnect_delay_set(AGAIN_FIRST_SECONDS, AGAIN_SECONDS_MAX)
        client.on_connect, client.on_message = self._connected, self._heard
        client.on_disconnect = lambda *_: self._left.set()
        client.connect_async(
            parts.hostname or "localhost", parts.port or (PORT_TLS if secure else PORT)
        )
        client.loop_start()

    def _connected(
        self, client: mqtt.Client, _data: Any, _flags: Any, reason: ReasonCode, _properties: Any
    ) -> None:
        if reason.is_failure:
            told = {"why": str(reason)}
            log.warning("the MQTT broker refuses the house; see [mqtt] in the settings", extra=told)
            return
        topics = {f"{self._settings.discovery}/status"}
        topics.add(f"{self._settings.discovery}/+/{self._house}/+/config")
        topics |= {self._topic(camera, "recording/set") for camera in self._cameras}
        topics |= {one.press_topic for one in self._cameras.values() if one.press_topic}
        client.subscribe([(topic, AT_LEAST_ONCE) for topic in sorted(topics)])
        self._introduce()

    def _introduce(self) -> None:
        """Announce every camera, and that the house is here."""
        for announcement in self._announced().values():
            self._client.publish(
                announcement.topic, announcement.payload, AT_LEAST_ONCE, retain=True
            )
        self._client.publish(self._status, ONLINE, AT_LEAST_ONCE, retain=True)
        self._told = {}
        self.tick()

    def _announced(self) -> Mapping[str, Announcement]:
        return {
            one.topic: one
            for camera, named in self._cameras.items()
            for one in announcements(
                named,
                prefix=self._settings.discovery,
                node=self._house,
                id_=_id(camera.encode()),
                status=self._status,
                topic=lambda what, camera=camera: self._topic(camera, what),  # type: ignore[misc]
            )
        }

    def _tell(self, camera: DeviceId, what: str, payload: str) -> None:
        if camera in self._cameras and self._client.is_connected():
            self._client.publish(self._topic(camera, what), payload, AT_MOST_ONCE)

    def _heard(self, _client: mqtt.Client, _data: Any, message: mqtt.MQTTMessage) -> None:
        try:
            self._take(message)
        except Exception as error:  # noqa: BLE001 - one message must not end the connection
            log.warning("a message of the broker failed", extra={"error": type(error).__name__})

    def _take(self, message: mqtt.MQTTMessage) -> None:
        prefix = self._settings.discovery
        if message.topic == f"{prefix}/status":
            if message.payload == ONLINE.encode() and not message.retain:
                self._introduce()
            return
        if mqtt.topic_matches_sub(f"{prefix}/+/{self._house}/+/config", message.topic):
            self._take_back(message)
            return
        if message.retain:
            return  # it was pressed, or asked for, some time ago
        for camera, named in self._cameras.items():
            if message.topic == self._topic(camera, "recording/set"):
                self._obey(camera, bytes(message.payload))
            elif named.press_topic and mqtt.topic_matches_sub(named.press_topic, message.topic):
                self._bell.rang(camera)

    def _take_back(self, message: mqtt.MQTTMessage) -> None:
        """Have the broker forget a camera that the settings name no more."""
        if message.payload and message.topic not in self._announced():
            self._client.publish(message.topic, b"", AT_LEAST_ONCE, retain=True)

    def _obey(self, camera: DeviceId, payload: bytes) -> None:
        if payload in (ON.encode(), OFF.encode()):
            self._switch(camera, payload == ON.encode())
        # Whoever asked sees what came of it, also where it was refused.
        self._told.pop(camera, None)
        self.tick()


def _id(name: bytes) -> str:
    """Answer what stands for a name where only letters and digits may."""
    return sha256(name).hexdigest()[:ID_LETTERS]
