"""What a stolen thing would reveal, and of whom: read off the data map, and of what opens what.

What is sealed opens with today's root key; sound, words and pictures are sealed once more, to the
household, and open with its passphrase, its recovery phrase or a guardian's passkey besides.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from unhear.answer.skill import Skill
from unhear.house.data_map import everything
from unhear.household.data_map import Erasure, Kept, Whose

BUCKET = "a bucket for payloads, where you name one"
TWICE_SEALED = (
    "household.identity",
    "trace.words",
    "kind: recording",
    "kind: clip",
    "data/payloads/*.payload*",
    BUCKET,
)
"""Places of the map whose content is sealed to the household too, so that no root key opens it."""

ROWS = (
    "household.*",
    "household_news.*",
    "trace.*",
    "erasure.*",
    "sweep.*",
    "hold.*",
    "sign_in.*",
    "passing.*",
    "leaf_page.*",
    "key_*.*",
)
IN_DATABASE = (*ROWS, "kind: *", "skill: *", "data/unhear.db*")
AFFECTED = {
    Whose.PERSON: "whoever was heard or seen there, and is not forgotten",
    Whose.HOUSEHOLD: "the people of the household",
}
ROOT = "today's root key"
IDENTITY = "what opens the household's identity"


@dataclass(frozen=True, slots=True)
class Thing:
    """Something that can be stolen: where of the map it has something, and which keys it brings.

    `besides` says what of it the map does not speak of, and `todo` what to do at once.
    """

    name: str
    says: str
    places: tuple[str, ...]
    keys: tuple[str, ...] = ()
    besides: tuple[str, ...] = ()
    todo: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Revealed:
    """What whoever has a stolen thing can read, what stays shut, and whose it is."""

    thing: Thing
    readable: tuple[str, ...]
    shut: tuple[str, ...]
    affected: tuple[str, ...]


THINGS = (
    Thing(
        "disk",
        "the disk of the house's machine, where a folder on it holds the root key",
        (*IN_DATABASE, "data/*", "data.restoring/*", "roots/*", "log*", "push*", "settings*"),
        (ROOT,),
        ("passwords and tokens that stand in the settings file",),
        (
            "restore a backup, where the root key is held elsewhere too, and forget something: "
            "that replaces the root key, and the stolen one opens nothing that comes",
            "change the passwords and tokens of the settings file",
            "change the log's key (`unhear log rotate-key`), and the passphrase",
        ),
    ),
    Thing(
        "backup",
        "a backup, or the mirror: the database and sealed sound of some day",
        (*IN_DATABASE, "data/payloads/*", "backups and the mirror"),
        besides=("the settings and the log's key lie in it too, sealed to the household",),
        todo=(
            "forget something, which replaces the root key: then no key opens that copy any more",
        ),
    ),
    Thing(
        "bucket",
        "the bucket of the payloads, where the settings name one, or its credentials",
        (BUCKET,),
        besides=(
            "how many recordings each house kept, how long each is, and when it was put there",
            "whoever may write to it can remove sealed sound, and not change it unnoticed",
        ),
        todo=("change the bucket's credentials",),
    ),
    Thing(
        "database",
        "the file of the database, or a copy of it",
        IN_DATABASE,
        todo=(
            "forget something, which replaces the root key: then no key opens that copy any more",
        ),
    ),
    Thing(
        "keyring",
        "the root keys: the folder `roots`, or what a TPM or token holds",
        ("roots/*", "root keys in a TPM or token"),
        besides=("together with the database of today it opens what a stolen disk does",),
        todo=("forget something at once, which replaces the root key and destroys the stolen one",),
    ),
    Thing(
        "receipt",
        "a receipt with its opening, as guardians hold them",
        (),
        besides=(
            "that something was forgotten, looked at, shared or allowed in some hour",
            "random ids of what, whom and which household: they lead nowhere without the database",
        ),
    ),
    Thing(
        "log",
        "the ledger, as it is published",
        ("data/ledger/*", "data/witnesses.*"),
        besides=("it is made to be read by anybody: that in some hour something happened",),
    ),
    Thing(
        "log key",
        "the key that signs the log",
        ("log.key*", "log.part"),
        besides=("whoever has it can sign a false log, which witnesses and old receipts disprove",),
        todo=("change the log's key (`unhear log rotate-key`), and tell the witnesses",),
    ),
    Thing(
        "phone",
        "a guardian's phone or computer, unlocked",
        (
            "notifications that a guardian's browser shows",
            "exports and receipts you took",
            "browsers in which somebody opened what you shared",
        ),
        besides=(
            "while that guardian is signed in and the page is open: everything kept, as they do",
            "a passkey on it signs in as that guardian, where the phone's own lock can be opened",
        ),
        todo=(
            "remove its passkey and its notifications in the console, from another browser",
            "end its sign-ins on the page *Sign-ins* there, or with `unhear people sign-out`",
        ),
    ),
    Thing(
        "settings file",
        "the file `settings.toml`",
        ("settings*",),
        besides=(
            "addresses, user names and passwords of cameras, satellites, brokers and services",
            "the passphrase of the household, only if somebody wrote it there",
        ),
        todo=("change every password and token that stands in it",),
    ),
    Thing(
        "desk",
        "an operator's desk: the web application that its staff use, with its database",
        (),
        besides=(
            "which members of staff asked which houses for what, by ticket and purpose",
            "no recording, and no key that opens one: those are made in the member's own browser",
        ),
        todo=("take the desk's key out of the houses' settings, so that none obeys it",),
    ),
)
"""What can be stolen, by name."""


def revealed(thing: Thing, skills: Sequence[Skill]) -> Revealed:
    """Answer what a stolen thing reveals."""
    inside = [(place, kept) for place, kept in everything(skills) if _is_in(thing, place)]
    open_ = [kept for place, kept in inside if _opens(thing, place, kept)]
    shut = [kept for place, kept in inside if not _opens(thing, place, kept)]
    affected = sorted({kept.whose for kept in open_ if kept.whose is not Whose.HOUSE})
    return Revealed(
        thing,
        readable=tuple(_said(open_)),
        shut=tuple(one for one in _said(shut) if one not in set(_said(open_))),
        affected=tuple(AFFECTED[one] for one in affected),
    )


def _is_in(thing: Thing, place: str) -> bool:
    return any(fnmatchcase(place, pattern) for pattern in thing.places)


def _opens(thing: Thing, place: str, kept: Kept) -> bool:
    """Whether what lies in a place can be read by whoever has the thing alone."""
    if any(fnmatchcase(place, pattern) for pattern in TWICE_SEALED):
        return ROOT in thing.keys and IDENTITY in thing.keys
    return not kept.sealed or ROOT in thing.keys


def _said(kept: Sequence[Kept]) -> Iterator[str]:
    """Yield each once, without what only points at other lines of the map."""
    yield from dict.fromkeys(
        one.what for one in kept if one.erased is not Erasure.PARTS and one.whose is not Whose.HOUSE
    )
