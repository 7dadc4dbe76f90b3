"""Everything a house keeps, in the database, in files and in memory, with what erases each.

The columns' annotations stand beside the tables, those of files and of what leaves the house beside
this; here are the places in memory, and all of it together. A test walks a house that was lived in,
and finds nothing that is not here.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import Path

from unhear.answer.skill import Skill
from unhear.forget.database import TraceKind
from unhear.forget.errors import HolderUnanswered
from unhear.forget.holder import IN_A_HOUSE, Place
from unhear.house.data_elsewhere import ELSEWHERE
from unhear.house.data_files import FILES, MACHINE, SEALED_SOUND
from unhear.household.data_map import Category, Erasure, Kept, Use, Whose
from unhear.household.policy import UNWRITTEN_FOR
from unhear.keep.kinds import KINDS, REMEMBERED, SAID
from unhear.stores.annotations import annotated, unannotated
from unhear.stores.tables import metadata

SCHEMA_VERSION = "alembic_version.version_num"
COLUMNS: Mapping[str, Kept] = {
    **dict(annotated(metadata)),
    SCHEMA_VERSION: replace(MACHINE, what="the version of the database's tables"),
}
"""By `table.column`; the last is that of a library, which makes its table itself."""

PLACES: Mapping[Place, Kept] = {
    Place.PAYLOADS: SEALED_SOUND,
    Place.CONVERSATION: Kept(
        what="the last request of each device and what was answered, what was recognised for "
        "another program and is not answered yet; timers, alarms and reminders; in memory alone",
        why='so that "why did you do that?" has an answer, and it is seen each second what is due',
        stays="five minutes; a timer, alarm or reminder until it changes",
        whose=Whose.PERSON,
        erased=Erasure.CONVERSATION,
        category=Category.WORDS,
        use=Use.ANSWER,
        of=SAID,
    ),
    Place.UNWRITTEN: Kept(
        what="what a child, a guest or an unknown voice asked skills to remember, where nobody "
        "consented to writing it down; in memory alone",
        why="so that a timer rings",
        stays=f"until it is done or the house is started anew, {UNWRITTEN_FOR.days} days at most",
        whose=Whose.PERSON,
        erased=Erasure.CONVERSATION,
        category=Category.WORDS,
        use=Use.ANSWER,
        of=SAID,
    ),
    Place.TIMELINE: Kept(
        what="when recordings were heard, by their ids, while a guardian scrolls; in memory alone",
        why="so that the timeline is quick",
        stays="five minutes after it was last looked at, or until anything is forgotten",
        whose=Whose.PERSON,
        erased=Erasure.CONVERSATION,
        category=Category.HABITS,
        use=Use.ANSWER,
        of=("recordings",),
    ),
    Place.ROOMS: Kept(
        what="what rings until somebody stops it, such as a timer and its name; the ends of timers "
        "that devices show, without their names; in memory alone",
        why="so that it is heard and seen",
        stays="what rings, five minutes; a timer, until it ends or is forgotten",
        whose=Whose.PERSON,
        erased=Erasure.CONVERSATION,
        category=Category.WORDS,
        use=Use.ANSWER,
        of=SAID,
    ),
    Place.FLEET: Kept(
        what="where you set a fleet: what sounds that woke the house are like, in numbers, and "
        "whether they were the wake word, of those whom you consented to share it for; sent to "
        "that fleet, which can read it",
        why="so that what is not the wake word is known in many homes",
        stays="as long as the contribution here, and 90 days at most; in a model, until the next "
        "is released or it is withdrawn",
        whose=Whose.PERSON,
        erased=Erasure.ASKED,
        category=Category.SOUND,
        use=Use.LEARN,
        of=SAID,
    ),
}


def everything(skills: Iterable[Skill]) -> Iterator[tuple[str, Kept]]:
    """Yield everything that is kept, by where it is; what these skills remember too."""
    yield from COLUMNS.items()
    yield from ((f"kind: {kind}", kept) for kind, kept in KINDS.items())
    for skill in skills:
        if skill.remembers:
            yield f"skill: {skill.name}", replace(REMEMBERED, what=skill.remembers)
    yield from FILES.items()
    yield from ((f"memory: {place}", kept) for place, kept in PLACES.items() if place not in _FILED)
    yield "another machine: fleet", PLACES[Place.FLEET]
    yield from ELSEWHERE.items()


def annotation_of(file: str) -> Kept | None:
    """Answer what is known of a file below the house's folder, or None."""
    return next((kept for pattern, kept in FILES.items() if fnmatchcase(file, pattern)), None)


def strangers(data: Path) -> list[str]:
    """Answer the files in a house's data folder that unhear did not make, and will not erase."""
    files = (path for path in data.rglob("*") if path.is_file())
    names = (str(Path("data") / path.relative_to(data)) for path in files)
    return sorted(name for name in names if annotation_of(name) is None)


def check_complete(
    columns: Iterable[str],
    answered: Collection[Place],
    places: Collection[Place] = IN_A_HOUSE,
) -> None:
    """Refuse, with `HolderUnanswered`, a house that keeps something nobody answers for.

    `columns` are those really in the database, `answered` the places that have a holder, and
    `places` those that the house has.
    """
    if unsaid := unannotated(metadata) + sorted(set(columns) - COLUMNS.keys()):
        raise HolderUnanswered(
            "nobody says what these columns of the database hold and what erases them: "
            f"{', '.join(unsaid)}. If another program added them, take them out of the database"
        )
    if silent := {*TraceKind, *Place} - {*KINDS, *PLACES}:
        raise HolderUnanswered(f"nobody says what is kept as or in: {', '.join(sorted(silent))}")
    if alone := set(places) - set(answered):
        raise HolderUnanswered(f"nobody answers for: {', '.join(sorted(alone))}")


_FILED = (Place.PAYLOADS, Place.FLEET)
"""Places that are no memory: they are listed as what they are."""
