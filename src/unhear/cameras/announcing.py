"""What Home Assistant is told of a camera once: its entities, and where they are told of later.

Source: https://www.home-assistant.io/integrations/mqtt/#mqtt-discovery.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from unhear.settings import CameraSettings

MOTION_SECONDS, PERSON_SECONDS = 30, 60
"""How long after the last word of it something counts as there."""


@dataclass(frozen=True, slots=True)
class Announcement:
    """One entity: where it is announced, and as what."""

    topic: str
    payload: str


def announcements(
    camera: CameraSettings,
    *,
    prefix: str,
    node: str,
    id_: str,
    status: str,
    topic: Callable[[str], str],
) -> Iterator[Announcement]:
    """Yield the entities of a camera: a doorbell where it has one, motion, a person, a switch.

    `node` stands for the house and `id_` for the camera, `status` is where the house says that it
    is there, and `topic` answers where each of them is told.
    """
    common: dict[str, Any] = {
        "availability_topic": status,
        "device": _device(camera, f"{node}_{id_}"),
        "origin": {"name": "unhear"},
    }

    def entity(kind: str, what: str, **fields: Any) -> Announcement:
        content = {"unique_id": f"{node}_{id_}_{what}", "state_topic": topic(what)}
        payload = json.dumps({**content, **fields, **common}, ensure_ascii=False)
        return Announcement(f"{prefix}/{kind}/{node}/{id_}_{what}/config", payload)

    if camera.doorbell or camera.press_topic or camera.press_token:
        yield entity("event", "bell", name="Bell", device_class="doorbell", event_types=["press"])
    yield entity(
        "binary_sensor", "motion", name="Motion", device_class="motion", off_delay=MOTION_SECONDS
    )
    yield entity(
        "binary_sensor", "person", name="Person", device_class="occupancy", off_delay=PERSON_SECONDS
    )
    yield entity("switch", "recording", name="Recording", command_topic=topic("recording/set"))


def _device(camera: CameraSettings, id_: str) -> dict[str, Any]:
    doorbell = camera.doorbell or camera.press_topic or camera.press_token
    return {
        "identifiers": [id_],
        "name": camera.name,
        "manufacturer": "unhear",
        "model": "doorbell" if doorbell else "camera",
        "suggested_area": camera.room or camera.name,
    }
