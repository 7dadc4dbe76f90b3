"""Everything a house keeps, in the database, in files and in memory, with what erases each.

The columns' annotations stand beside the tables; here are the files, the places in memory, and what
leaves the house. A test walks a house that was lived in, and finds nothing that is not here.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import Path

from unhear.answer.skill import Skill
from unhear.forget.database import TraceKind
from unhear.forget.errors import HolderUnanswered
from unhear.forget.holder import IN_A_HOUSE, Place
from unhear.household.data_map import Category, Erasure, Kept, Use, Whose
from unhear.household.policy import UNWRITTEN_FOR
from unhear.keep.kinds import KINDS, REMEMBERED, SAID
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
    of=SAID,
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

_DATABASE = replace(
    _MACHINE,
    what="the database, and what was last written to it, column by column as in this map",
    why="to keep what this map names",
    whose=Whose.HOUSEHOLD,
    erased=Erasure.PARTS,
    use=Use.KEEP,
)
_ROOT_KEY = Kept(
    what="the root key, where a folder keeps it: without it nothing kept opens",
    why="so that everything forgotten goes with one key",
    stays="until the next erasure",
    whose=Whose.HOUSEHOLD,
    erased=Erasure.REPLACED,
    category=Category.CREDENTIALS,
    use=Use.SECURE,
)
_LOG_KEY = replace(
    _MACHINE, what="the key that signs the ledger", why="so that receipts can be checked"
)
_PUSH_KEY = replace(
    _MACHINE,
    what="the key that signs notifications",
    why="so that browsers' push services take them from this house alone",
)
_SETTINGS = replace(_MACHINE, what="how the house is run")
_LOCK = replace(_MACHINE, what="nothing; so that several programs take turns", why="to take turns")

FILES: Mapping[str, Kept] = {
    "data/payloads/*.payload*": _SEALED_SOUND,
    "data/unhear.db": _DATABASE,
    "data/unhear.db-wal": _DATABASE,
    "data/unhear.db-shm": _DATABASE,
    "data/unhear.db-journal": _DATABASE,
    "data/unhear.db-copy-*": replace(_MACHINE, what="how far the copies of the database have come"),
    "data/ledger/*": replace(
        _MACHINE,
        what="the ledger as others read it",
        why="so that anybody can check it",
        stays="for good",
        use=Use.PROVE,
    ),
    "data/ledger.lock": _LOCK,
    "data/witnesses.*": replace(
        _MACHINE,
        what="what the ledger's witnesses said last",
        why="so that nobody is shown another ledger",
        use=Use.PROVE,
    ),
    "data/fleet-receipts/*": replace(
        _MACHINE,
        what="receipts of what a fleet forgot for this house",
        why="so that you can prove it",
        stays="as long as the house",
        use=Use.PROVE,
    ),
    "data.restoring/*": replace(
        _DATABASE, what="a house that is being restored", stays="until it is restored"
    ),
    "roots/*": _ROOT_KEY,
    "log.key": _LOG_KEY,
    "log.key.next": _LOG_KEY,
    "log.key.old": _LOG_KEY,
    "log.key.lock": _LOCK,
    "log.part": _LOG_KEY,
    "push.key": _PUSH_KEY,
    "push.part": _PUSH_KEY,
    "settings.toml": _SETTINGS,
    "settings.toml.new": _SETTINGS,
    "settings.part": _SETTINGS,
    "keeper.lock": _LOCK,
    "moving.json*": replace(_MACHINE, what="how far a move to other stores has come"),
    "moving.lock": _LOCK,
    "leases/*": _LOCK,
}
"""By pattern below the house's folder; `*` stands for anything, folders too."""

SCHEMA_VERSION = "alembic_version.version_num"
COLUMNS: Mapping[str, Kept] = {
    **dict(annotated(metadata)),
    SCHEMA_VERSION: replace(_MACHINE, what="the version of the database's tables"),
}
"""By `table.column`; the last is that of a library, which makes its table itself."""

PLACES: Mapping[Place, Kept] = {
    Place.PAYLOADS: _SEALED_SOUND,
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

ELSEWHERE: Mapping[str, Kept] = {
    "a bucket for payloads, where you name one": replace(
        _SEALED_SOUND,
        what="the sound of a recording, or a camera's film, sealed to the household, in place of "
        "the folder",
    ),
    "sound before the wake word (memory)": Kept(
        what="the last moments that a device hears, in memory alone",
        why="to notice the wake word",
        stays="a few seconds; ten where an answer is being worked on",
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
    "answers that a device fetches (memory)": Kept(
        what="what was answered, as sound, for devices that fetch it; in memory alone",
        why="so that they can play it",
        stays="until it is fetched, a minute at most",
        whose=Whose.PERSON,
        erased=Erasure.PASSES,
        category=Category.WORDS,
        use=Use.ANSWER,
    ),
    "the console's microphone (a browser's memory)": Kept(
        what="what was said on the page and answered, and whether it was kept",
        why="to be read",
        stays="until the page is closed or loaded anew",
        whose=Whose.PERSON,
        erased=Erasure.PASSES,
        category=Category.WORDS,
        use=Use.ANSWER,
    ),
    "looks within the hour (memory)": Kept(
        what="random numbers of the recordings that were opened in this hour, and by whom",
        why="so that the ledger states each look once",
        stays="until the hour is over",
        whose=Whose.PERSON,
        erased=Erasure.PASSES,
        category=Category.HABITS,
        use=Use.PROVE,
    ),
    "what voice devices show of timers": Kept(
        what="how long each timer has left",
        why="to be read",
        stays="until the timer ends, is cancelled or is forgotten; a device that is away learns it "
        "when it is back",
        whose=Whose.PERSON,
        erased=Erasure.PASSES,
        category=Category.HABITS,
        use=Use.ANSWER,
    ),
    "who is signed in (memory)": Kept(
        what="which guardian is signed in, since when, used when last, and what the browser says "
        "it is; how many wrong proofs came in each minute of the last hour; in memory alone",
        why="so that guardians see it, and can end it",
        stays="until it ends: after 12 hours without use, 7 days at most",
        whose=Whose.PERSON,
        erased=Erasure.PASSES,
        category=Category.HABITS,
        use=Use.ANSWER,
    ),
    "who was told of at a door (memory)": Kept(
        what="which camera somebody rang at, or a person was told of at, and when; in memory alone",
        why="so that a ring is told once, and an answer reaches who rang",
        stays="five minutes",
        whose=Whose.HOUSEHOLD,
        erased=Erasure.PASSES,
        category=Category.HABITS,
        use=Use.ANSWER,
    ),
    "notifications that wait to be sent (memory)": Kept(
        what="that something rang or somebody came, in which room or at which camera, and the "
        "random name of the film of it; that a guardian is asked something, a device is away or "
        "something is wrong; in memory alone",
        why="to tell the browsers of guardians who asked for it",
        stays="until it is sent, 12 hours at most; what rang and who came, until anything is "
        "forgotten",
        whose=Whose.HOUSEHOLD,
        erased=Erasure.PASSES,
        category=Category.HABITS,
        use=Use.ANSWER,
    ),
    "browser makers' push services, where a guardian switched notifications on": Kept(
        what="that a notification was sent to a browser, and when; what it says is sealed to that "
        "browser",
        why="because browsers are reached through them alone",
        stays="until it is delivered, 12 hours at most; when it was, as they keep it",
        whose=Whose.HOUSEHOLD,
        erased=Erasure.YOU,
        category=Category.HABITS,
        use=Use.ANSWER,
    ),
    "notifications that a guardian's browser shows": Kept(
        what="that something rang or somebody came, in which room or at which camera, and the "
        "random name of the film of it; that a guardian is asked something, a device is away or "
        "something is wrong",
        why="to be read",
        stays="until somebody wipes them away",
        whose=Whose.HOUSEHOLD,
        erased=Erasure.YOU,
        category=Category.HABITS,
        use=Use.ANSWER,
    ),
    "another server that you set to be asked": Kept(
        what="questions that no skill could answer, of those whom you consented to share them for",
        why="to answer them",
        stays="as that server keeps them",
        whose=Whose.PERSON,
        erased=Erasure.YOU,
        category=Category.WORDS,
        use=Use.ANSWER,
    ),
    "MQTT, Home Assistant and the weather, where you set them": Kept(
        what="what is to be switched, and where this house is; never what was said",
        why="to do it, and to know the weather there",
        stays="as they keep it",
        whose=Whose.HOUSEHOLD,
        erased=Erasure.YOU,
        category=Category.HABITS,
        use=Use.ANSWER,
    ),
    "the MQTT broker for cameras, where you set one": Kept(
        what="that somebody rang, something moves or a person is there, in the moment, to whoever "
        "listens; retained: which cameras there are, by name and room, and whether the house is "
        "connected",
        why="so that the rest of a smart home can know",
        stays="what is retained, as long as the settings name the camera; what others note, as "
        "they keep it",
        whose=Whose.HOUSEHOLD,
        erased=Erasure.YOU,
        category=Category.HABITS,
        use=Use.ANSWER,
    ),
    "programs that have it listen and speak, where you set `provide`": Kept(
        what="words that were recognised for them, and what was answered or spoken",
        why="because they asked for it; they heard it first",
        stays="as those programs keep it",
        whose=Whose.PERSON,
        erased=Erasure.YOU,
        category=Category.WORDS,
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
    "root keys in a TPM or token": replace(
        _ROOT_KEY, what="the root key, or a share of it, where a TPM or token keeps it"
    ),
    "a drill's scratch folder": replace(
        _DATABASE,
        what="copies to rehearse a restore with, sealed as in the database",
        why="to know that your backups can be used, and that they do not tell what was forgotten",
        stays="until the drill is over",
    ),
    "the machine's journal": replace(
        _MACHINE,
        what="what failed, with random numbers, and never a word or name of anybody",
        why="to find what is wrong",
        stays="as the machine is set up",
        erased=Erasure.YOU,
    ),
    "the models' folder": replace(_MACHINE, what="models that come with unhear, put together"),
    "a witness's folder": replace(
        _MACHINE,
        what="where you run a witness: the heads of the ledgers that it has seen",
        why="so that nobody is shown another ledger",
        use=Use.PROVE,
    ),
    "browsers in which somebody opened what you shared": Kept(
        what="a recording that you let somebody open by a link, while they see or hear it",
        why="because you decided to show it to them",
        stays="until they leave the page; whoever films a screen has a copy",
        whose=Whose.PERSON,
        erased=Erasure.YOU,
        category=Category.SOUND,
        use=Use.KEEP,
        of=("recordings",),
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
