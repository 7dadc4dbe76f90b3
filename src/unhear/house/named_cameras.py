"""Which cameras there are: those that the settings name, and browsers that were paired as one."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from unhear.household.family import Household
from unhear.household.retention import DeviceKind
from unhear.household.words import DeviceId
from unhear.settings import CameraSettings

BROWSER = "browser:"
"""The address of a camera that is a browser: it comes to the house, and not the house to it."""


def cameras_of(
    named: Sequence[CameraSettings], household: Household
) -> Mapping[DeviceId, CameraSettings]:
    """Answer every camera, by its name; of two that are called alike, the one in the settings."""
    paired = (
        CameraSettings(name=device.id, address=BROWSER, room=device.room or "")
        for device in household.devices
        if device.kind is DeviceKind.CAMERA
    )
    return {DeviceId(one.name): one for one in (*paired, *named)}


def records(household: Household, device: DeviceId, local: datetime) -> bool:
    """Whether a camera records at a local moment; one that was told to stop recording does not."""
    camera = household.camera(device)
    return device not in household.unrecorded and camera.records(household.mode, local)
