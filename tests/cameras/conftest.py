"""Cameras that tests switch on."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cameras.camera import Mount, SimulatedCamera

Plug = Callable[..., SimulatedCamera]


@pytest.fixture
def plug(tmp_path: Path) -> Iterator[Plug]:
    """Switch cameras on that are off after the test."""
    cameras: list[SimulatedCamera] = []

    def one(mounts: dict[str, Mount] | None = None, **how: Any) -> SimulatedCamera:
        camera = SimulatedCamera(tmp_path, mounts or {"/main": Mount()}, **how)
        cameras.append(camera)
        return camera.on()

    yield one
    for camera in cameras:
        camera.off()
