"""Whole houses, with their copies, for tests."""

import shutil
from datetime import timedelta
from pathlib import Path

from tests.cli.program import PASSPHRASE
from unhear.clock import random_bytes
from unhear.forget.traces import new_trace_id
from unhear.house.backup import Backup
from unhear.house.house import House
from unhear.house.restore import Copy, Restored, restore
from unhear.house.setup import SetupPlan, set_up
from unhear.household.scope import Scope
from unhear.household.words import UNKNOWN_PERSON, DeviceId, TraceId, Utterance
from unhear.settings import Settings
from unhear.stores.copies.target import Target
from unhear.stores.keepers.file import FileRootKeeper

PLAN = SetupPlan("Testers", "Ada", children=("Theodora",), keep=True)


def new_house(folder: Path, **settings: object) -> House:
    made = Settings(house=folder, **settings)  # type: ignore[arg-type]  # the test's own
    set_up(made, PLAN, PASSPHRASE)
    return House(made)


def keep(house: House, sound: bytes | None = None) -> TraceId:
    now = house.clock()
    return house.catalogue.keep(
        wav=sound or random_bytes(2_000),
        transcript="Fetch the purple wheelbarrow",
        utterance=Utterance(new_trace_id(), now, DeviceId("kitchen"), UNKNOWN_PERSON, 1.0),
        keep_until=now + timedelta(days=9),
    )


def forget(house: House, *traces: TraceId) -> None:
    house.forgetter.forget(house.household.id, Scope(recordings=frozenset(traces)))


def kept(house: House) -> set[TraceId]:
    return {recording.id for recording in house.catalogue.recordings()}


def lose_the_disk(house: House) -> None:
    """Lose everything but the root keeper's own store."""
    house.close()
    shutil.rmtree(house.settings.data_folder)
    house.settings.log_key_file.unlink()


def bring_back(
    house: House,
    target: Target,
    *,
    newest: Target | Path | None = None,
    at: Backup | None = None,
    older: bool = False,
) -> tuple[House, Restored]:
    payloads = [target, newest] if isinstance(newest, Target) else [target]
    restored = restore(
        house.settings,
        FileRootKeeper(house.settings.root_folder),
        Copy(newest or target, payloads, at, older),
        lambda wrapped: wrapped.open_with_passphrase(PASSPHRASE),
    )
    return House(house.settings), restored
