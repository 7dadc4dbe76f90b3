"""What is known of an appliance, and what can be done with it, whatever it is connected by."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

LIGHT, COVER, CLIMATE = "light", "cover", "climate"


class ControlFailed(Exception):
    """An appliance could not be reached; the message says what failed, never what was said."""


@dataclass(frozen=True, slots=True)
class Appliance:
    """One thing that can be switched: what people call it, and what the other system does.

    `details` are what its system needs to reach it.
    """

    name: str
    kind: str
    id: str
    details: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_light(self) -> bool:
        """Whether it gives light."""
        return self.kind == LIGHT


class Control(Protocol):
    """A system that appliances are connected to."""

    def appliances(self) -> Sequence[Appliance]:
        """Answer what it knows now. Raises `ControlFailed`."""

    def turn(self, appliance: Appliance, *, on: bool) -> None:
        """Switch it. Raises `ControlFailed`."""

    def set_level(self, appliance: Appliance, percent: int) -> None:
        """Set its brightness or position, 0 to 100. Raises `ControlFailed`."""

    def set_temperature(self, appliance: Appliance, degrees: float) -> None:
        """Set what a thermostat is to reach, in the degrees it counts. Raises `ControlFailed`."""
