"""What was decided about cameras, as it stands in the household's profile."""

from dataclasses import astuple
from datetime import datetime
from typing import Any

from unhear.household.cameras import Area, Camera, Hours, Mode
from unhear.household.words import DeviceId


def camera_fields(camera: Camera) -> dict[str, Any]:
    """Answer what was decided about a camera as JSON has it."""
    return {
        "device": camera.device,
        "on": camera.on,
        "indoors": camera.indoors,
        "private": [astuple(area) for area in camera.private],
        "watched": [astuple(area) for area in camera.watched],
        "sensitivity": camera.sensitivity,
        "people_only": camera.people_only,
        "hears": camera.hears,
        "days": camera.days,
        "modes": sorted(camera.modes),
        "hours": [astuple(hours) for hours in camera.hours],
        "on_since": None if camera.on_since is None else camera.on_since.isoformat(),
    }


def camera_from(fields: dict[str, Any]) -> Camera:
    """Answer what was decided about a camera, from the profile."""
    on_since = fields["on_since"]
    return Camera(
        device=DeviceId(fields["device"]),
        on=fields["on"],
        indoors=fields["indoors"],
        private=tuple(Area(*area) for area in fields["private"]),
        watched=tuple(Area(*area) for area in fields["watched"]),
        sensitivity=fields["sensitivity"],
        people_only=fields["people_only"],
        hears=fields["hears"],
        days=fields["days"],
        modes=frozenset(Mode(mode) for mode in fields["modes"]),
        hours=tuple(Hours(*hours) for hours in fields["hours"]),
        on_since=None if on_since is None else datetime.fromisoformat(on_since),
    )
