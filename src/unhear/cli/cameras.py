"""`unhear cameras`: what cameras may record, and how the household lives now."""

from dataclasses import astuple, replace
from datetime import time
from typing import Annotated, Any

import typer

from unhear.cli import finding_cameras
from unhear.cli.output import Json, open_house, show_json, show_table
from unhear.house.house import House
from unhear.household.cameras import DAYS_MAX, Area, Camera, Hours, Mode
from unhear.household.words import DeviceId

cameras = typer.Typer(help="What cameras may record, and see.", no_args_is_help=True)
cameras.command("find")(finding_cameras.find)
cameras.command("ask")(finding_cameras.ask)

Areas = Annotated[
    list[str] | None,
    typer.Option(help="LEFT,TOP,RIGHT,BOTTOM, each 0 to 1; several will do; `none` for none."),
]
NONE = "none"


@cameras.command("list")
def list_cameras(context: typer.Context, *, as_json: Json = False) -> None:
    """List the cameras that the settings name, and what was decided about each."""
    _show(open_house(context), as_json=as_json)


@cameras.command("set")
def set_camera(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="The camera's name in the settings.")],
    *,
    on: Annotated[bool | None, typer.Option("--on/--off", help="Let it record at all.")] = None,
    indoors: Annotated[bool | None, typer.Option("--indoors/--outdoors")] = None,
    days: Annotated[
        int | None, typer.Option(min=1, max=DAYS_MAX, help="How long what it films stays.")
    ] = None,
    sensitivity: Annotated[
        float | None, typer.Option(min=0, max=1, help="From 0 (little is motion) to 1.")
    ] = None,
    people_only: Annotated[bool | None, typer.Option("--people-only/--any-motion")] = None,
    hears: Annotated[bool | None, typer.Option("--with-sound/--without-sound")] = None,
    private: Areas = None,
    watched: Areas = None,
    modes: Annotated[str | None, typer.Option(help="When it records, such as away,night.")] = None,
    hours: Annotated[
        list[str] | None, typer.Option(help="Such as 22:00-06:00; several; `none` for all day.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Decide about a camera; what is not said stays as it was.

    What lies in a private area is black in all that is kept, shown or told of. What is kept
    already stays as it is.
    """
    house = open_house(context)
    camera = house.cameras.decided(DeviceId(name))
    wanted = {
        "on": on,
        "indoors": indoors,
        "days": days,
        "sensitivity": sensitivity,
        "people_only": people_only,
        "hears": hears,
        "private": _areas(private),
        "watched": _areas(watched),
        "modes": None if modes is None else frozenset(_mode(one) for one in modes.split(",")),
        "hours": None if hours is None else tuple(_hours(one) for one in hours if one != NONE),
    }
    said: dict[str, Any] = {field: value for field, value in wanted.items() if value is not None}
    house.household = house.cameras.decide(replace(camera, **said))
    _show(house, as_json=as_json)


@cameras.command("mode")
def live_as(
    context: typer.Context,
    mode: Annotated[Mode, typer.Argument(help="How the household lives now.")],
    *,
    as_json: Json = False,
) -> None:
    """Say that the household is at home, away, or sleeps."""
    house = open_house(context)
    house.household = house.cameras.live_as(mode)
    _show(house, as_json=as_json)


def _areas(said: list[str] | None) -> tuple[Area, ...] | None:
    return None if said is None else tuple(_area(one) for one in said if one != NONE)


def _area(text: str) -> Area:
    try:
        left, top, right, bottom = (float(part) for part in text.split(","))
        return Area(left, top, right, bottom)
    except ValueError:
        raise typer.BadParameter(
            f"{text!r} is no area: write LEFT,TOP,RIGHT,BOTTOM, such as 0,0,0.5,1 for the left half"
        ) from None


def _mode(text: str) -> Mode:
    try:
        return Mode(text.strip())
    except ValueError:
        known = ", ".join(Mode)
        raise typer.BadParameter(f"{text.strip()!r} is no mode; there are {known}") from None


def _hours(text: str) -> Hours:
    try:
        since, until = (_minute(moment) for moment in text.split("-"))
        return Hours(since, until)
    except ValueError:
        raise typer.BadParameter(f"{text!r} are no hours: write them as 22:00-06:00") from None


def _minute(text: str) -> int:
    moment = time.fromisoformat(text.rjust(5, "0"))
    return moment.hour * 60 + moment.minute


def _show(house: House, *, as_json: bool) -> None:
    rows = [_row(house, house.cameras.decided(device)) for device in sorted(house.cameras.named)]
    if as_json:
        show_json({"mode": house.household.mode, "cameras": rows})
        return
    columns = ["name", "on", "days", "modes", "hours", "keeps", "private"]
    shown = [
        [
            row["name"],
            "on" if row["on"] else "off",
            str(row["days"]),
            ", ".join(row["modes"]),
            ", ".join(row["hours"]) or "all day",
            "people, rings" if row["people_only"] else "all motion",
            f"{len(row['private'])} areas" if row["private"] else "",
        ]
        for row in rows
    ]
    show_table(f"{len(rows)} cameras; now: {house.household.mode}", columns, shown)


def _row(house: House, camera: Camera) -> dict[str, Any]:
    named = house.cameras.named[camera.device]
    return {
        "name": camera.device,
        "room": named.room or named.name,
        "doorbell": named.doorbell,
        "on": camera.on,
        "indoors": camera.indoors,
        "days": camera.days,
        "sensitivity": camera.sensitivity,
        "people_only": camera.people_only,
        "hears": camera.hears,
        "private": [astuple(area) for area in camera.private],
        "watched": [astuple(area) for area in camera.watched],
        "modes": sorted(camera.modes),
        "hours": [_told(hours) for hours in camera.hours],
    }


def _told(hours: Hours) -> str:
    since, until = (f"{m // 60:02d}:{m % 60:02d}" for m in (hours.since, hours.until))
    return f"{since}-{until}"
