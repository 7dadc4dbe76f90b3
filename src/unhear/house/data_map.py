"""Everything a house keeps, in the database, in files and in memory, with what erases each.

The columns' annotations stand beside the tables; here are the files, the places in memory, and what
leaves the house. A test walks a house that was lived in, and finds nothing that is not here.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from fnmatch import fnmatch

from unhear.forget.errors import HolderUnanswered
from unhear.forget.holder import Place
from unhear.household.data_map import Category, Erasure, Kept, Use, Whose
from unhear.stores.annotations import annotated, unannotated
from unhear.stores.tables import metadata

_SEALED_SOUND = Kept(
    what="the sound of a recording, sealed to the household",
    why="so that a guardian can listen to what is kept",
    stays="as long as the recording",
    whose=Whose.PERSON,
    erased=Erasure.PAYLOADS,
    category=Category.SOUND,
    use=Use.KEEP,
    sealed=True,
    of=("what was said to the assistant",),
)
_MACHINE = Kept(
    what="what the house needs to run",
    why="to run",
    stays="as long as the house",
    whose=Whose.HOUSE,
    erased=Erasure.NEVER,
    category=Category.OPERATION,
    use=Use.OPERATE,
)

FILES: Mapping[str, Kept] = {
    "data/payloads/*": _SEALED_SOUND,
    "data/unhear.db*": replace(
        _MACHINE,
        what="the database, column by column as in this map, and how far copies of it have come",
    ),
    "data/ledger*": replace(
        _MACHINE,
        what="the ledger as others read it",
        why="so that anybody can check it",
        stays="for good",
        use=Use.PROVE,
    ),
    "data.restoring/*": replace(
        _MACHINE, what="a house that is being restored", stays="until it is restored"
    ),
    "roots/*": Kept(
        what="the root key: without it nothing kept opens",
        why="so that everything forgotten goes with one key",
        stays="until the next erasure",
        whose=Whose.HOUSEHOLD,
        erased=Erasure.REPLACED,
        category=Category.CREDENTIALS,
        use=Use.SECURE,
    ),
    "log.key*": replace(
        _MACHINE, what="the key that signs the ledger", why="so that receipts can be checked"
    ),
    "settings.toml": replace(_MACHINE, what="how the house is run"),
    "keeper.lock": _MACHINE,
}
"""By pattern below the house's folder; `*` stands for anything, folders too."""

PLACES: Mapping[Place, Kept] = {
    Place.PAYLOADS: _SEALED_SOUND,
    Place.CONVERSATION: Kept(
        what="the last request of each device and what was answered, in memory alone",
        why='so that "why did you do that?" has an answer, and a question can be answered',
        stays="five minutes",
        whose=Whose.PERSON,
        erased=Erasure.CONVERSATION,
        category=Category.WORDS,
        use=Use.ANSWER,
        of=("what was said to the assistant",),
    ),
}

ELSEWHERE: Mapping[str, Kept] = {
    "sound before the wake word (memory)": Kept(
        what="the last half second that a device hears, in memory alone",
        why="to notice the wake word",
        stays="half a second",
        whose=Whose.PERSON,
        erased=Erasure.PASSES,
        category=Category.SOUND,
        use=Use.ANSWER,
    ),
    "a request while it is answered (memory)": Kept(
        what="what was said after the wake word, in memory alone",
        why="to answer it",
        stays="until it is answered; longer only with your consent",
        whose=Whose.PERSON,
        erased=Erasure.PASSES,
        category=Category.SOUND,
        use=Use.ANSWER,
    ),
    "backups and the mirror": Kept(
        what="copies of the database and of sealed sound, in the places you name",
        why="so that a broken disk loses nothing",
        stays="as long as you keep them",
        whose=Whose.HOUSEHOLD,
        erased=Erasure.KEY,
        category=Category.SOUND,
        use=Use.KEEP,
        sealed=True,
        of=("recordings", "what skills remember"),
    ),
    "exports and receipts you took": Kept(
        what="files you wrote out yourself",
        why="because they are yours",
        stays="as long as you keep them",
        whose=Whose.PERSON,
        erased=Erasure.YOU,
        category=Category.SOUND,
        use=Use.KEEP,
        of=("recordings",),
    ),
}


def everything() -> Iterator[tuple[str, Kept]]:
    """Yield everything that is kept, by where it is."""
    yield from annotated(metadata)
    yield from FILES.items()
    yield from ((f"memory: {place}", kept) for place, kept in PLACES.items() if place not in _FILED)
    yield from ELSEWHERE.items()


def annotation_of(file: str) -> Kept | None:
    """Answer what is known of a file below the house's folder, or None."""
    return next((kept for pattern, kept in FILES.items() if fnmatch(file, pattern)), None)


def check_complete(answered: Collection[Place]) -> None:
    """Refuse, with `HolderUnanswered`, a house that keeps something nobody answers for."""
    if missing := unannotated(metadata):
        raise HolderUnanswered(
            f"nobody says what these columns hold and what erases them: {', '.join(missing)}"
        )
    if silent := set(Place) - PLACES.keys():
        raise HolderUnanswered(f"nobody says what is kept in: {', '.join(sorted(silent))}")
    if alone := set(Place) - set(answered):
        raise HolderUnanswered(f"nobody answers for: {', '.join(sorted(alone))}")


_FILED = (Place.PAYLOADS,)
"""Places that are files: they are listed as such."""
