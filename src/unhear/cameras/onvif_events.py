"""Hear from a camera itself that its button was pressed or something moves: ONVIF's pull points.

The house asks, and the camera answers once there is something (ONVIF Core Specification, section
on real-time pull-point notification). Nothing has to reach the house from outside.
"""

import asyncio
import logging
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from typing import Any

from unhear.cameras.onvif_topics import BELL_WORDS, BELLS, MOTIONS, WIRED
from unhear.cameras.soap import (
    ANSWER_SECONDS_MAX,
    Login,
    OnvifAway,
    OnvifRefused,
    signed_in,
    telling,
)
from unhear.house.bell import Doorbell
from unhear.house.watched import CameraState
from unhear.household.words import DeviceId

log = logging.getLogger(__name__)

AGAIN_FIRST_SECONDS, AGAIN_SECONDS_MAX = 1.0, 30.0
PULL = timedelta(seconds=20)
"""How long the camera may wait for something to tell."""

MESSAGES_MAX = 100
SUBSCRIBED_FOR = timedelta(minutes=10)
"""A subscription; it is renewed when four fifths of what the camera granted are over."""

LEAVING_SECONDS_MAX = 3.0
TRUE = frozenset({"true", "1", "active"})
INITIALIZED = "Initialized"
"""What says how things are, not that they have changed."""

KEYS_MAX = 1_000


class OnvifEvents:
    """What one camera tells; connects again by itself, after 1 to 30 seconds."""

    def __init__(
        self, device: DeviceId, login: Login, bell: Doorbell, *, doorbell: bool = False
    ) -> None:
        """`doorbell` says that a button is wired to the camera's digital input."""
        self._device = device
        self._login = login
        self._bell = bell
        self._bells = BELLS | {WIRED} if doorbell else BELLS
        self._state = CameraState.AWAY
        self._active: dict[tuple[str, ...], bool] = {}

    @property
    def state(self) -> CameraState:
        """Whether it tells anything now."""
        return self._state

    async def run(self) -> None:
        """Listen until cancelled."""
        pause = AGAIN_FIRST_SECONDS
        while True:
            try:
                await self._listen()
            except OnvifRefused as error:
                self._become(CameraState.REFUSED, error)
                pause = AGAIN_SECONDS_MAX
            except OnvifAway as error:
                if self._state is CameraState.CONNECTED:
                    pause = AGAIN_FIRST_SECONDS
                self._become(CameraState.AWAY, error)
            except Exception as error:  # noqa: BLE001 - no camera may end the house
                self._become(CameraState.AWAY, OnvifAway(type(error).__name__))
            await asyncio.sleep(pause)
            pause = min(2 * pause, AGAIN_SECONDS_MAX)

    def _become(self, state: CameraState, error: Exception) -> None:
        """Say once that the camera tells nothing, and why."""
        if state is not self._state:
            log.warning("a camera's events are not heard", extra={"why": str(error)})
        self._state = state

    async def _listen(self) -> None:
        """Take what the camera tells, until it is away. Raises `OnvifAway` and `OnvifRefused`."""
        lost = asyncio.Event()
        async with signed_in(self._login) as camera:
            with telling():
                async with asyncio.timeout(ANSWER_SECONDS_MAX):
                    manager = await camera.create_pullpoint_manager(SUBSCRIBED_FOR, lost.set)
            try:
                self._active.clear()
                while not lost.is_set():
                    await self._pull(manager.get_service())
                raise OnvifAway("its subscription was not renewed")
            finally:
                with suppress(OnvifAway, OnvifRefused), telling():
                    async with asyncio.timeout(LEAVING_SECONDS_MAX):
                        await manager.shutdown()

    async def _pull(self, service: Any) -> None:
        with telling():
            async with asyncio.timeout(PULL.total_seconds() + ANSWER_SECONDS_MAX):
                answer = await service.PullMessages({"Timeout": PULL, "MessageLimit": MESSAGES_MAX})
            messages = list(answer.NotificationMessage or [])[:MESSAGES_MAX]
        self._state = CameraState.CONNECTED
        for message in messages:
            with suppress(AttributeError, TypeError):  # what is malformed tells nothing
                self._take(message)

    def _take(self, message: Any) -> None:
        topic = str(message.Topic._value_1).strip("/. ")  # noqa: SLF001 - zeep's own names
        content = message.Message._value_1  # noqa: SLF001
        source, data = _items(content.Source), _items(content.Data)
        is_ring = any(value.casefold() in BELL_WORDS for value in data.values())
        active = is_ring or any(value.casefold() in TRUE for value in data.values())
        began = self._began((topic, *source.values()), content.PropertyOperation, active=active)
        name = topic.rpartition("/")[2].rpartition(":")[2]
        if began and (is_ring or name in self._bells):
            self._bell.rang(self._device)
        elif began and name in MOTIONS:
            self._bell.moved(self._device)

    def _began(self, key: tuple[str, ...], operation: str | None, *, active: bool) -> bool:
        """Whether something has begun: it was not so before, or it has no duration at all."""
        if operation is None:
            return active
        was = self._active.get(key, False)
        if key in self._active or len(self._active) < KEYS_MAX:
            self._active[key] = active
        return active and not was and operation != INITIALIZED


def _items(part: Any) -> Mapping[str, str]:
    """Answer the simple items of a message's part, by name."""
    items = () if part is None else part.SimpleItem or ()
    return {str(item.Name): str(item.Value) for item in items}
