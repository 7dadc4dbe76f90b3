"""The weather, from Open-Meteo or a server that answers like it; off until a place is set.

Only the coordinates from the settings leave the house, never what was said.
Source: https://open-meteo.com/en/docs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2

from unhear.answer.skill import SkillContext, host_of
from unhear.household.notice import Category, Gets, Recipient
from unhear.household.speech import Intent, Reply
from unhear.understand.values import date_of

URL = "https://api.open-meteo.com/v1/forecast"
SECONDS_MAX = 5.0
DAYS_MAX = 7
FROM_RAIN_PERCENT = 40
"""From this probability on one takes an umbrella."""

RAINS = frozenset({51, 53, 55, 56, 57, 61, 63, 65, 66, 67, 80, 81, 82, 95, 96, 99})
"""The codes of rain and drizzle (WMO code table 4677, as Open-Meteo gives them)."""


class NoWeather(Exception):
    """No forecast could be had."""


@dataclass(frozen=True, slots=True)
class Day:
    """One day's forecast: the sky as a WMO code, degrees Celsius, chance of rain in percent."""

    code: int
    lowest: float
    highest: float
    rain_percent: float


class Weather:
    """Tells the weather now and for the coming days."""

    name = "weather"
    remembers = ""
    sentences = Path(__file__).parent / "sentences"

    def recipients(self, settings: Mapping[str, Any]) -> Sequence[Recipient]:
        """Answer the service that is asked, where a place is set."""
        if "latitude" not in settings or "longitude" not in settings:
            return []
        where = host_of(str(settings.get("url", URL)))
        return [Recipient("weather", where, Category.WEATHER, Gets.PLACE)]

    def handle(self, intent: Intent, context: SkillContext) -> Reply:
        """Tell the weather, or plainly that it could not be had."""
        if "latitude" not in context.settings or "longitude" not in context.settings:
            return Reply(context.say("no_place"))
        date = date_of(str(intent.slots.get("date", "+0")), context.now)
        ahead = -1 if date is None else (date.date() - context.now.date()) // timedelta(days=1)
        if not 0 <= ahead < DAYS_MAX or date is None:
            return Reply(context.say("too_far"))
        try:
            forecast = _forecast(context)
            day = _day(forecast, ahead)
            now = forecast["current"]
        except NoWeather:
            return Reply(context.say("no_network"))
        sky = _sky(day.code, context)
        when = context.say.wording.day(date, context.now)
        if intent.name == "rain":
            rains = day.code in RAINS or day.rain_percent >= FROM_RAIN_PERCENT
            key = "will_rain" if rains else "will_not_rain"
            return Reply(context.say(key, day=when, percent=round(day.rain_percent)))
        if intent.name == "now" and ahead == 0:
            degrees = round(float(now["temperature_2m"]))
            said = context.say("now", sky=_sky(int(now["weather_code"]), context), degrees=degrees)
            return Reply(said)
        return Reply(
            context.say(
                "day", day=when, sky=sky, lowest=round(day.lowest), highest=round(day.highest)
            )
        )


def _forecast(context: SkillContext) -> dict[str, Any]:
    """Answer the forecast. Raises `NoWeather`."""
    asked = {
        "latitude": str(context.settings["latitude"]),
        "longitude": str(context.settings["longitude"]),
        "current": "temperature_2m,weather_code",
        "daily": "weather_code,temperature_2m_min,temperature_2m_max,precipitation_probability_max",
        "timezone": str(context.now.tzinfo),
        "forecast_days": str(DAYS_MAX),
    }
    try:
        url = str(context.settings.get("url", URL))
        response = httpx2.get(url, params=asked, timeout=SECONDS_MAX)
        response.raise_for_status()
        forecast: dict[str, Any] = response.json()
    except (httpx2.HTTPError, httpx2.InvalidURL, ValueError) as error:
        raise NoWeather from error
    return forecast


def _day(forecast: dict[str, Any], ahead: int) -> Day:
    try:
        daily = forecast["daily"]
        return Day(
            int(daily["weather_code"][ahead]),
            float(daily["temperature_2m_min"][ahead]),
            float(daily["temperature_2m_max"][ahead]),
            float(daily["precipitation_probability_max"][ahead] or 0),
        )
    except (KeyError, IndexError, TypeError, ValueError) as error:
        raise NoWeather from error


def _sky(code: int, context: SkillContext) -> str:
    skies = context.say.table("skies")
    return skies.get(str(code), skies["other"])
