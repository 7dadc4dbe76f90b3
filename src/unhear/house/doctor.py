"""A check-up: what is not as well kept as it could be, in plain sentences, with what to do.

`audit` says whether the house keeps its promises; this adds what those promises rest on.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

from unhear.clock import day_number
from unhear.forget.errors import ForgetError
from unhear.forget.roots import waiting_ids
from unhear.house.advice import Advice, Health, ok, warning, wrong
from unhear.house.audit import audit
from unhear.house.controls import missing_controls
from unhear.house.data_map import strangers
from unhear.house.house import House
from unhear.house.machine import MACHINE_CHECKS, SNAPSHOTTING, file_system_of
from unhear.settings import Settings
from unhear.stores.bucket_payloads import BucketPayloads
from unhear.stores.errors import StoreError
from unhear.stores.keepers.choose import root_folders
from unhear.stores.moving.journal import State, read_journal

STRANGERS_NAMED_MAX = 5

Check = Callable[[House], Iterator[Advice]]


def examine(settings: Settings, open_house: Callable[[], House]) -> Iterator[Advice]:
    """Yield everything found, also when the house does not open. Changes nothing of what is kept.

    Raises `NotSetUp`.
    """
    for look in MACHINE_CHECKS:
        yield from look(settings)
    try:
        house = open_house()
    except (ForgetError, StoreError) as error:
        yield wrong("house", str(error), "mend that first; the house does not open without")
        return
    for check in HOUSE_CHECKS:
        try:
            yield from check(house)
        except (ForgetError, StoreError) as error:
            yield wrong(
                check.__name__.strip("_").replace("_", " "), str(error), "make it reachable"
            )


def _keeper(house: House) -> Iterator[Advice]:
    keeper = house.keeper
    yield (
        warning(
            "keeper",
            f"{keeper.kind}; {keeper.grade}",
            "a TPM or token as one share of a split keeper deletes better; see `unhear keeper "
            "migrate`",
        )
        if keeper.grade.startswith("C")
        else ok("keeper", f"{keeper.kind}; {keeper.grade}")
    )
    for limit in keeper.limits:
        yield ok("keeper's limit", limit)


def _keeper_move(house: House) -> Iterator[Advice]:
    settings = house.settings
    if settings.keeper_moving_to is not None:
        yield warning(
            "keeper's move",
            f"the root key was moving to {settings.keeper_moving_to}",
            "make both keepers reachable and run this again: opening the house settles it",
        )


def _stores_move(house: House) -> Iterator[Advice]:
    journal = read_journal(house.settings.house)
    if journal is not None and journal.state is not State.DONE:
        yield warning(
            "move",
            f"a move to other stores is under way, or was broken off ({journal.state})",
            "if `unhear migrate` does not run now, run it: it finishes that, or clears it up",
        )


def _roots_held(house: House) -> Iterator[Advice]:
    with house.database.reading() as transaction:
        current = transaction.current_root().root_id
        queued = transaction.queued_roots()
    today = day_number(house.clock())
    held = set(house.keeper.ids())
    waiting = waiting_ids(queued, today) & held
    seen = f"{len(held)} root keys held, {1 + len(waiting)} needed"
    if current not in held:
        yield wrong("root keys", f"{seen}; the one in use is missing", "bring its keeper back")
    elif held - waiting - {current}:
        yield warning("root keys", seen, "open the house again; it destroys what it need not hold")
    else:
        yield ok("root keys", seen)


def _root_folders(house: House) -> Iterator[Advice]:
    for folder in root_folders(house.keeper):
        yield from _root_folder(house.settings, folder.resolve())


def _root_folder(settings: Settings, folder: Path) -> Iterator[Advice]:
    name, data = "root folder", settings.data_folder.resolve()
    todo = "move it with `unhear keeper migrate`"
    if folder.is_relative_to(data):
        yield wrong(name, f"{folder} lies in {data}, which is backed up", todo)
        return
    mirror = _local_folder(settings.mirror)
    if mirror is not None and (folder.is_relative_to(mirror) or _same_disk(folder, mirror)):
        yield warning(
            name,
            f"{folder} lies on the disk of the mirror {mirror}",
            "whoever takes that disk has both; use another disk for one of them",
        )
    elif (kind := file_system_of(folder)) in SNAPSHOTTING:
        yield warning(
            name,
            f"{folder} lies on {kind}, which does not overwrite in place and may keep snapshots",
            f"take no snapshots of it, or {todo}",
        )
    elif folder.stat().st_mode & 0o077:
        yield wrong(name, f"others on this machine may read {folder}", f"chmod 700 {folder}")
    else:
        yield ok(name, f"{folder} is ours alone, outside {data}")


def _local_folder(place: str | None) -> Path | None:
    if place is None or ("://" in place and not place.startswith("file://")):
        return None
    return Path(place.removeprefix("file://")).resolve()


def _same_disk(one: Path, other: Path) -> bool:
    return one.exists() and other.exists() and one.stat().st_dev == other.stat().st_dev


def _believed_clock(house: House) -> Iterator[Advice]:
    with house.database.reading() as transaction:
        mark = transaction.clock_mark()
    if mark is not None and mark.doubted is not None:
        yield warning(
            "clock",
            "the clock has jumped and is doubted: nothing is deleted for its age",
            "set it right, or say that it is right with `unhear clock accept`",
        )


def _standbys(house: House) -> Iterator[Advice]:
    names = house.settings.standbys
    if house.settings.database is None:
        return
    if not names:
        yield warning(
            "standbys",
            "no replica is named: a dead disk loses everything, and a replica that took over "
            "without the newest root key would open nothing",
            "name every server that may take over in `standbys`; see docs/operations.md",
        )
        return
    house.copies.ship()
    yield ok("standbys", f"{', '.join(names)}: all have what is committed on their disks")


def _mirror(house: House) -> Iterator[Advice]:
    place = house.settings.mirror
    if house.settings.database is not None:
        return
    if place is None:
        yield warning(
            "mirror",
            "there is none: a dead disk loses what was kept since the last backup, and a backup "
            "from before an erasure does not open",
            'name a place on another disk: `mirror = "..."` in settings.toml',
        )
        return
    house.copies.ship()
    yield ok("mirror", f"{place} has the newest database")


def _payloads(house: House) -> Iterator[Advice]:
    payloads = house.payloads
    if not isinstance(payloads, BucketPayloads):
        return
    if any(house.settings.payload_folder.rglob("*.payload*")):
        yield warning(
            "payloads in the folder",
            f"sealed sound lies in {house.settings.payload_folder} too, and nothing erases it",
            "run `unhear restore-sounds` with a backup if any is missing, then remove that folder",
        )
    bucket = payloads.bucket
    kept = bucket.keeps_versions()
    if bucket.locks():
        yield wrong(
            "payloads",
            f"{bucket.place} has object lock: it may refuse to remove what is forgotten, and then "
            "there is no receipt before it does",
            "use a bucket without object lock; sealed sound is noise once its key is destroyed",
        )
    elif kept:
        yield ok("payloads", f"{bucket.place}; it keeps old versions, which erasures remove too")
    else:
        yield ok("payloads", f"{bucket.place}; it keeps no old versions")


def _drill(house: House) -> Iterator[Advice]:
    if house.last_drill() is None and house.settings.database is None:
        yield warning("restore drill", "no restore was rehearsed yet", "run `unhear drill`")


def _controls(house: House) -> Iterator[Advice]:
    if house.settings.profile == "operator":
        for one in missing_controls(house):
            yield wrong(one.control.name, one.what, f"{one.control.todo} ({one.control.clause})")


def _strangers(house: House) -> Iterator[Advice]:
    if found := strangers(house.settings.data_folder):
        named = ", ".join(found[:STRANGERS_NAMED_MAX])
        yield warning(
            "strangers",
            f"{len(found)} files in the data folder are not unhear's: {named}",
            "nothing that is forgotten is erased in them; remove them, or move them elsewhere",
        )
    else:
        yield ok("strangers", "every file in the data folder is in the data map")


def _audit(house: House) -> Iterator[Advice]:
    for finding in audit(house):
        yield Advice(
            f"audit: {finding.check}",
            Health.OK if finding.ok else Health.WRONG,
            finding.seen,
            "" if finding.ok else "see `unhear audit`",
        )


QUICK_CHECKS: tuple[Check, ...] = (
    _keeper,
    _keeper_move,
    _stores_move,
    _roots_held,
    _root_folders,
    _believed_clock,
    _mirror,
    _payloads,
    _standbys,
    _drill,
    _controls,
    _strangers,
)
"""Those that take no longer than a page may take to load."""

HOUSE_CHECKS: tuple[Check, ...] = (*QUICK_CHECKS, _audit)
"""In the order they are shown; each yields nothing, one or several findings."""
