"""The program `unhear`: its commands, and how errors are told.

Exit codes: 0 done; 1 a check or proof failed; 2 wrong usage or settings; 3 refused, for the reason
given; 4 no house here yet; 5 the passphrase is wrong.
"""

import logging
import resource
import sys
from pathlib import Path
from typing import Annotated

import typer

from unhear import __version__
from unhear.cameras.soap import OnvifAway, OnvifRefused
from unhear.cli import (
    accounting,
    auditing,
    backing_up,
    cameras,
    consenting,
    controlling,
    demonstrating,
    doctor,
    erasures,
    family,
    finding_cameras,
    fleet,
    forgetting,
    holding,
    keeping_roots,
    kept,
    learning,
    limiting,
    listening,
    log,
    making,
    making_skills,
    mapping,
    noticing,
    proving,
    sharing,
    talking,
    witnessing,
    working,
)
from unhear.cli.output import errors
from unhear.engines.errors import EngineError
from unhear.fleet.fleet import AlreadyMade
from unhear.forget.errors import ForgetError
from unhear.house.controls import ControlsMissing
from unhear.house.family import FamilyError
from unhear.house.grants import GrantRefused
from unhear.house.house import NotSetUp
from unhear.house.restore import RestoreRefused
from unhear.house.setup import AlreadySetUp
from unhear.household.methods import NotVerified
from unhear.keep.age import AgeError
from unhear.keep.identity import IdentityError, WrongPassphrase
from unhear.prove.errors import ProofError
from unhear.settings import SettingsWrong
from unhear.stores.errors import StoreError
from unhear.stores.fleet_client import FleetAway
from unhear.web.serving import AddressWrong

FAILED, USAGE, REFUSED, NO_HOUSE, WRONG_KEY = 1, 2, 3, 4, 5

app = typer.Typer(
    name="unhear",
    help="A voice assistant that can be told to forget, and can prove that it did.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

app.command("setup")(making.setup)
app.command("ask")(talking.ask)
app.command("listen")(listening.listen)
app.command("run")(working.run)
app.command("recordings")(kept.recordings)
app.command("play")(kept.play)
app.command("export")(kept.export)
app.command("share")(sharing.share)
app.command("shares")(sharing.shares)
app.command("unshare")(sharing.unshare)
app.command("forget")(forgetting.forget)
app.command("erasures")(erasures.erasures)
app.command("receipts")(forgetting.receipts)
app.command("verify")(proving.verify)
app.command("disclose")(proving.disclose)
app.command("audit")(auditing.audit)
app.command("backup")(backing_up.backup)
app.command("backups")(backing_up.backups)
app.command("restore")(backing_up.restore)
app.command("restore-sounds")(backing_up.restore_sounds)
app.command("drill")(backing_up.drill)
app.command("data-map")(mapping.data_map)
app.command("records")(accounting.records)
app.command("breach")(accounting.breach)
app.command("notices")(family.notices)
app.command("notice")(noticing.notice)
app.add_typer(family.people, name="people")
cameras.cameras.command("find")(finding_cameras.find)
cameras.cameras.command("ask")(finding_cameras.ask)
app.add_typer(cameras.cameras, name="cameras")
app.add_typer(consenting.consent, name="consent")
app.add_typer(learning.learn, name="learn")
app.add_typer(family.retention, name="retention")
app.add_typer(limiting.limits, name="limits")
app.add_typer(holding.hold, name="hold")
app.add_typer(erasures.clock, name="clock")
app.add_typer(keeping_roots.keeper, name="keeper")
app.command("controls")(controlling.controls)
app.command("doctor")(doctor.doctor)
app.add_typer(log.log, name="log")
app.add_typer(making_skills.skill, name="skill")
app.add_typer(witnessing.witness, name="witness")
app.add_typer(fleet.fleet, name="fleet")
app.command("demo")(demonstrating.demo)


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
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core dump would hold keys and words
    try:
        app()
    except SettingsWrong as error:
        _fail(error, USAGE)
    except NotSetUp as error:
        _fail(error, NO_HOUSE)
    except WrongPassphrase as error:
        _fail(error, WRONG_KEY)
    except ProofError as error:
        _fail(error, FAILED)
    except (
        ForgetError,
        StoreError,
        EngineError,
        IdentityError,
        AgeError,
        AlreadySetUp,
        AlreadyMade,
        FleetAway,
        FamilyError,
        GrantRefused,
        NotVerified,
        ControlsMissing,
        RestoreRefused,
        AddressWrong,
        OnvifAway,
        OnvifRefused,
    ) as error:
        _fail(error, REFUSED)
    except KeyboardInterrupt:
        sys.exit(130)


def _fail(error: Exception, code: int) -> None:
    errors.print(f"unhear: error: {error}", style="bold red", markup=False, highlight=False)
    sys.exit(code)
