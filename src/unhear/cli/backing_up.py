"""Back up, restore, and rehearse it: `unhear backup`, `backups`, `restore` and `drill`."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from unhear.cli.bars import bars
from unhear.cli.output import (
    Json,
    console,
    open_house,
    passphrase_of,
    settings_of,
    show_json,
    show_table,
)
from unhear.house.backup import Backup, Opens, how_they_open, remove_dead
from unhear.house.backup import backup as make_backup
from unhear.house.backup import backups as all_backups
from unhear.house.drill import PASSED, rehearse
from unhear.house.house import House
from unhear.house.keeping import remember_keeper
from unhear.house.restore import Copy, Restored, RestoreRefused
from unhear.house.restore import restore as bring_back
from unhear.house.restore import restore_sounds as bring_sounds_back
from unhear.stores.copies.target import Target
from unhear.stores.keepers.choose import choose_keeper

FAILED = 1

Place = Annotated[str, typer.Argument(help="A folder, or a URL such as s3://bucket/prefix.")]


def backup(
    context: typer.Context,
    place: Place,
    *,
    anew: Annotated[
        bool, typer.Option("--anew", help="Begin again in a place that was emptied.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Send what is new to a folder or an object store. The root key is never in it."""
    house = open_house(context)
    with bars() as told:
        made = make_backup(house, Target(place), told, anew=anew)
    if as_json:
        show_json({"id": made.id, "made_at": made.made_at, "recordings": made.recordings})
        return
    console.print(f"Backup {made.id}: {made.recordings} recordings, ledger of {made.entries}.")
    console.print("It opens with the root key of today, until something is forgotten.")


def backups(
    context: typer.Context,
    place: Place,
    *,
    remove_those_dead: Annotated[
        bool, typer.Option("--remove-dead", help="Remove the backups that open no more.")
    ] = False,
    as_json: Json = False,
) -> None:
    """List the backups in a place, and which of them open today."""
    house, target = open_house(context), Target(place)
    removed = remove_dead(house, target) if remove_those_dead else 0
    found = all_backups(target)
    ways = how_they_open(house.keeper, found)
    if as_json:
        rows = [
            {
                "id": one.id,
                "made_at": one.made_at,
                "recordings": one.recordings,
                "opens": way is Opens.BY_ITSELF,
                "opens_with_newest": way is not Opens.NOT,
            }
            for one, way in zip(found, ways, strict=True)
        ]
        show_json({"backups": rows, "removed": removed})
        return
    shown = [
        [one.id, one.made_at, str(one.recordings), way]
        for one, way in zip(found, ways, strict=True)
    ]
    show_table(f"{len(found)} backups", ["id", "made", "recordings", "opens"], shown)
    if removed:
        console.print(f"{removed} that opened no more are removed.")


def restore(
    context: typer.Context,
    place: Place,
    *,
    newest: Annotated[
        str | None, typer.Option(help="Where the newest database is, such as the mirror's place.")
    ] = None,
    database: Annotated[
        Path | None, typer.Option(help="The file unhear.db, where it survived.")
    ] = None,
    at: Annotated[
        str | None, typer.Option(help="Go back to this backup, within the backup horizon.")
    ] = None,
    older: Annotated[
        bool, typer.Option("--older", help="Although something was being forgotten since.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Bring a house back into the folder that --house names, from its copies.

    What was forgotten does not come back. The root keeper's own store must be there.
    """
    if newest is not None and database is not None:
        raise typer.BadParameter("name one newest database: --newest or --database")
    settings = settings_of(context)
    target = Target(place)
    mirror = Target(newest) if newest else target
    copy = Copy(
        newest=database or mirror,
        payloads=[target, mirror] if newest else [target],
        at=_backup_called(target, at) if at else None,
        older=older,
    )
    with bars() as told:
        restored = bring_back(
            settings,
            choose_keeper(settings.keeper_spec, settings.house),
            copy,
            lambda wrapped: wrapped.open_with_passphrase(passphrase_of(settings)),
            told,
        )
    remember_keeper(settings)
    House(settings).close()
    if as_json:
        show_json(asdict(restored))
    else:
        _show_restored(settings.house, restored)


def restore_sounds(context: typer.Context, place: Place, *, as_json: Json = False) -> None:
    """Bring back the sound of recordings that this house lacks, from copies of any age."""
    house = open_house(context)
    with bars() as told:
        found, missing = bring_sounds_back(house, [Target(place)], told)
    if as_json:
        show_json({"found": found, "missing": missing})
    else:
        console.print(f"The sound of {found} recordings is back; of {missing} it is not there.")


def drill(context: typer.Context, *, as_json: Json = False) -> None:
    """Rehearse: back two canaries up, forget one, restore, and look which of them is there."""
    done = rehearse(open_house(context))
    if as_json:
        show_json({"at": done.at, "result": done.result})
    else:
        console.print(f"The drill {done.result}. Receipts from now on say so.")
    if done.result != PASSED:
        raise typer.Exit(FAILED)


def _show_restored(house: Path, restored: Restored) -> None:
    console.print(f"Back: {restored.recordings} recordings in {house}.")
    if restored.without_sound:
        console.print(f"The sound of {restored.without_sound} of them is in none of these copies.")
    if restored.forgotten_again:
        console.print(
            f"Forgotten since that backup, and not brought back: "
            f"{restored.forgotten_again} kept things."
        )


def _backup_called(target: Target, digits: str) -> Backup:
    found = [one for one in all_backups(target) if one.id.startswith(digits.lower())]
    if len(found) != 1:
        raise RestoreRefused(f"{len(found)} backups begin with {digits!r}; see `unhear backups`")
    return found[0]
