"""`unhear run`: the house at work, until it is stopped."""

import asyncio
import signal
import sys

import typer

from unhear.cli.output import Json, console, errors, settings_of, show_json
from unhear.service import work
from unhear.settings import Settings
from unhear.telling.logs import logging_as


def run(context: typer.Context, *, as_json: Json = False) -> None:
    """Serve the console, the satellites and other programs, until Ctrl-C.

    Where there is no household yet, make one in the console.

    Satellites stand in the settings, each in a table [[satellites]] with name, address and room;
    `provide` names where other programs find speech. With --json, one object a line for each.
    """
    settings = settings_of(context)
    if not (settings.page or settings.satellites or settings.provide or settings.discover):
        raise typer.BadParameter(
            "nothing to serve: set page, discover or provide in settings.toml, or name satellites. "
            "`unhear listen` uses this machine's own microphone"
        )
    with logging_as(settings.log_format, sys.stderr):
        asyncio.run(_until_stopped(settings, as_json=as_json))


async def _until_stopped(settings: Settings, *, as_json: bool) -> None:
    def ready(line: str) -> None:
        if as_json:
            show_json({"serves": line})
        else:
            console.print(f"Serving {line}", soft_wrap=True, markup=False, highlight=False)

    serving = asyncio.ensure_future(work(settings, ready))
    loop = asyncio.get_running_loop()
    for stop in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(stop, serving.cancel)
    try:
        await serving
    except asyncio.CancelledError:
        errors.print("Stopped.")
