"""The program `unhear`: its commands, and how errors are told.

Exit codes: 0 done; 1 a check or proof failed; 2 wrong usage or settings; 3 refused, for the reason
given; 4 no house here yet; 5 the passphrase is wrong.
"""

import logging
import resource
import sys
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from typer.core import TyperGroup

from unhear import __version__
from unhear.telling.logs import CommandLines

COMMANDS: Mapping[str, str] = {
    "setup": "making:setup",
    "ask": "talking:ask",
    "listen": "listening:listen",
    "run": "working:run",
    "web": "working:web",
    "ears": "working:ears",
    "worker": "working:worker",
    "speech": "working:speech",
    "recordings": "kept:recordings",
    "play": "kept:play",
    "export": "kept:export",
    "share": "sharing:share",
    "shares": "sharing:shares",
    "unshare": "sharing:unshare",
    "forget": "forgetting:forget",
    "erasures": "erasures:erasures",
    "receipts": "forgetting:receipts",
    "verify": "proving:verify",
    "disclose": "proving:disclose",
    "audit": "auditing:audit",
    "backup": "backing_up:backup",
    "backups": "backing_up:backups",
    "restore": "backing_up:restore",
    "restore-sounds": "backing_up:restore_sounds",
    "drill": "backing_up:drill",
    "migrate": "migrating:migrate",
    "data-map": "mapping:data_map",
    "records": "accounting:records",
    "breach": "accounting:breach",
    "notices": "family:notices",
    "notice": "noticing:notice",
    "people": "family:people",
    "cameras": "cameras:cameras",
    "access": "access:access",
    "consent": "consenting:consent",
    "learn": "learning:learn",
    "retention": "family:retention",
    "limits": "limiting:limits",
    "hold": "holding:hold",
    "clock": "erasures:clock",
    "keeper": "keeping_roots:keeper",
    "controls": "controlling:controls",
    "doctor": "doctor:doctor",
    "log": "log:log",
    "skill": "making_skills:skill",
    "witness": "witnessing:witness",
    "fleet": "fleet:fleet",
    "desk": "desk:desk",
    "demo": "demonstrating:demo",
}
"""Every command: the module of this package that has it, and what it is called there.

A module is loaded when its command is named, for all of them take seconds on a small computer.
"""

PLAIN: Mapping[str, Any] = {"add_completion": False, "pretty_exceptions_enable": False}


class Commands(TyperGroup):
    """The commands of this package, each loaded when it is asked for."""

    def list_commands(self, ctx: typer.Context) -> list[str]:  # type: ignore[override]  # noqa: ARG002
        """Name every command, in the order in which help shows them."""
        return list(COMMANDS)

    def get_command(self, ctx: typer.Context, cmd_name: str) -> Any:  # type: ignore[override]  # noqa: ARG002
        """Load one command; None for a name that no command has."""
        if cmd_name not in COMMANDS:
            return None
        module, name = COMMANDS[cmd_name].split(":")
        found = getattr(import_module(f"unhear.cli.{module}"), name)
        if isinstance(found, typer.Typer):
            command: Any = typer.main.get_command(found)
            command.name = cmd_name
            return command
        alone = typer.Typer(**PLAIN)
        alone.command(cmd_name)(found)
        return typer.main.get_command(alone)


app = typer.Typer(
    name="unhear",
    cls=Commands,
    help="A voice assistant that can be told to forget, and can prove that it did.",
    no_args_is_help=True,
    **PLAIN,
)


def _show_version(wanted: bool) -> None:  # noqa: FBT001 - typer's signature
    if wanted:
        typer.echo(f"unhear {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    context: typer.Context,
    house: Annotated[
        Path | None, typer.Option(help="The folder of the house.", show_default="your data folder")
    ] = None,
    *,
    _version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Say which.")
    ] = False,
) -> None:
    context.obj = house


def main() -> None:
    """Run the command line; every error becomes a sentence and an exit code."""
    lines = logging.StreamHandler()
    lines.setFormatter(CommandLines())
    logging.basicConfig(level=logging.WARNING, handlers=[lines])
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core dump would hold keys and words
    try:
        app()
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:
        from unhear.cli.refusals import code_of  # noqa: PLC0415 - knows every part's errors

        code = code_of(error)
        if code is None:
            raise
        errors = Console(stderr=True)
        errors.print(f"unhear: error: {error}", style="bold red", markup=False, highlight=False)
        sys.exit(code)
