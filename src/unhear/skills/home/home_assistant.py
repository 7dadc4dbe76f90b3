"""Appliances that Home Assistant knows, over its REST interface.

Source: https://developers.home-assistant.io/docs/api/rest/.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import httpx2

from unhear.skills.home.control import Appliance, ControlFailed

SECONDS_MAX = 5.0
KINDS = ("light", "switch", "fan", "cover", "climate", "scene", "script", "input_boolean")


class HomeAssistant:
    """A Home Assistant, at its address, with a long-lived access token."""

    def __init__(self, url: str, token: str) -> None:
        self._url = url.rstrip("/")
        self._headers = {"authorization": f"Bearer {token}"}

    def appliances(self) -> Sequence[Appliance]:
        """Answer the entities that can be switched."""
        states = self._call("GET", "/api/states", None)
        return [
            Appliance(
                str(state["attributes"].get("friendly_name", state["entity_id"])),
                kind,
                state["entity_id"],
            )
            for state in states
            if (kind := str(state["entity_id"]).partition(".")[0]) in KINDS
        ]

    def turn(self, appliance: Appliance, *, on: bool) -> None:
        """Turn it on or off; open or close it where it is a cover."""
        if appliance.kind == "cover":
            service = "open_cover" if on else "close_cover"
        else:
            service = "turn_on" if on else "turn_off"
        self._serve(appliance, service, {})

    def set_level(self, appliance: Appliance, percent: int) -> None:
        """Set its brightness, speed or position."""
        if appliance.kind == "cover":
            self._serve(appliance, "set_cover_position", {"position": percent})
        elif appliance.kind == "fan":
            self._serve(appliance, "set_percentage", {"percentage": percent})
        else:
            self._serve(appliance, "turn_on", {"brightness_pct": percent})

    def set_temperature(self, appliance: Appliance, degrees: float) -> None:
        """Set what a thermostat is to reach."""
        self._serve(appliance, "set_temperature", {"temperature": degrees})

    def _serve(self, appliance: Appliance, service: str, data: Mapping[str, object]) -> None:
        body = {"entity_id": appliance.id, **data}
        self._call("POST", f"/api/services/{appliance.kind}/{service}", body)

    def _call(self, method: str, path: str, body: Mapping[str, object] | None) -> Any:
        try:
            response = httpx2.request(
                method, f"{self._url}{path}", json=body, headers=self._headers, timeout=SECONDS_MAX
            )
            response.raise_for_status()
            return response.json()
        except (httpx2.HTTPError, httpx2.InvalidURL, ValueError):
            # The cause would carry the token in its request.
            raise ControlFailed("Home Assistant does not answer, or refuses the token") from None
