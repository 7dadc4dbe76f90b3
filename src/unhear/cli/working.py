"""`unhear run`: the house at work, until it is stopped; and its roles in processes of their own."""

import asyncio
import signal
import sys
from collections.abc import Callable, Collection, Coroutine
from pathlib import Path
from typing import Annotated, Any

import typer

from unhear.cli.output import Json, console, errors, settings_of, show_json
from unhear.service.at_work import Role
from unhear.service.life import Life
from unhear.service.roles import EVERYTHING, work, work_for_many
from unhear.service.speech import recognise_for_others
from unhear.settings import Settings, read_settings
from unhear.telling.logs import logging_as

Ready = Callable[[str], None]
ManyHomes = Annotated[
    Path | None,
    typer.Option(
        help="Do it for many: every folder in here that has a settings.toml. What goes for the "
        "process (page, health, metrics) stands in a settings.toml of this folder itself."
    ),
]
Begin = Callable[[Ready, Life], Coroutine[Any, Any, None]]


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
    _work(settings, EVERYTHING, as_json=as_json)


def web(context: typer.Context, *, homes: ManyHomes = None, as_json: Json = False) -> None:
    """Serve the console alone, until told to stop: one role of `run`, beside the others.

    Live pictures, speaking at a door and button presses need the cameras in the same process: there
    the console says so, and `unhear run` does all in one. Each process has sign-ins of its own.
    """
    _work_as(context, Role.WEB, homes, as_json=as_json)


def ears(context: typer.Context, *, homes: ManyHomes = None, as_json: Json = False) -> None:
    """Serve satellites, cameras and other programs alone, until told to stop: one role of `run`.

    Of several such processes each device is served by one; when that is gone, another takes it.
    """
    _work_as(context, Role.EARS, homes, as_json=as_json)


def worker(context: typer.Context, *, homes: ManyHomes = None, as_json: Json = False) -> None:
    """Do what is due now and then, until told to stop: one role of `run`, beside the others.

    It forgets by age, sweeps, learns anew, keeps the mirror near, rehearses restores, ends what was
    shared, and tells guardians. Of several such processes one does it, and others stand by.
    """
    _work_as(context, Role.WORKER, homes, as_json=as_json)


def speech(
    context: typer.Context,
    *,
    listen: Annotated[
        str, typer.Option(help="Where it is asked: HOST:PORT or unix:/PATH.")
    ] = "127.0.0.1:10300",
    as_json: Json = False,
) -> None:
    """Recognise speech for other processes, until told to stop; it needs no household.

    They name it in the setting `speech`, several where there are several. Nothing is kept. Words
    pass unencrypted: beyond this machine it wants private_network = true.
    """
    settings = settings_of(context)

    def begin(ready: Ready, life: Life) -> Coroutine[Any, Any, None]:
        return recognise_for_others(settings, listen, ready, life)

    _run(settings, begin, as_json=as_json)


def _work_as(context: typer.Context, role: Role, homes: Path | None, *, as_json: bool) -> None:
    if homes is not None and context.obj is not None:
        raise typer.BadParameter("name one home with --house, or many with --homes")
    settings = settings_of(context) if homes is None else read_settings(homes)
    if role is Role.WEB and not settings.page:
        raise typer.BadParameter("nothing to serve: set page in settings.toml")
    if homes is None:
        _work(settings, {role}, as_json=as_json)
        return
    folder = homes.absolute()

    def begin(ready: Ready, life: Life) -> Coroutine[Any, Any, None]:
        return work_for_many(folder, settings, ready, role, life)

    _run(settings, begin, as_json=as_json)


def _work(settings: Settings, roles: Collection[Role], *, as_json: bool) -> None:
    def begin(ready: Ready, life: Life) -> Coroutine[Any, Any, None]:
        return work(settings, ready, roles, life)

    _run(settings, begin, as_json=as_json)


def _run(settings: Settings, begin: Begin, *, as_json: bool) -> None:
    with logging_as(settings.log_format, sys.stderr):
        asyncio.run(_until_stopped(settings, begin, as_json=as_json))


async def _until_stopped(
    settings: Settings,
    begin: Begin,
    *,
    as_json: bool,
) -> None:
    def ready(line: str) -> None:
        if as_json:
            show_json({"serves": line})
        else:
            console.print(f"Serving {line}", soft_wrap=True, markup=False, highlight=False)

    life = Life(asked=settings.health is not None)
    serving = asyncio.ensure_future(begin(ready, life))

    def stop() -> None:
        """Leave, and at the second time at once."""
        if life.is_leaving:
            serving.cancel()
        life.leave()

    loop = asyncio.get_running_loop()
    for sign in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(sign, stop)
    try:
        await serving
    except asyncio.CancelledError:
        errors.print("Stopped at once.")
    else:
        errors.print("Stopped.")
