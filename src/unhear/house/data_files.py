"""The files of a house: what lies in each, and what erases it."""

from collections.abc import Mapping
from dataclasses import replace

from unhear.household.data_map import Category, Erasure, Kept, Use, Whose
from unhear.keep.kinds import SAID

SEALED_SOUND = Kept(
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
MACHINE = Kept(
    what="what the house needs to run",
    why="to run",
    stays="as long as the house",
    whose=Whose.HOUSE,
    erased=Erasure.NEVER,
    category=Category.OPERATION,
    use=Use.OPERATE,
)

DATABASE = replace(
    MACHINE,
    what="the database, and what was last written to it, column by column as in this map",
    why="to keep what this map names",
    whose=Whose.HOUSEHOLD,
    erased=Erasure.PARTS,
    use=Use.KEEP,
)
ROOT_KEY = Kept(
    what="the root key, where a folder keeps it: without it nothing kept opens",
    why="so that everything forgotten goes with one key",
    stays="until the next erasure",
    whose=Whose.HOUSEHOLD,
    erased=Erasure.REPLACED,
    category=Category.CREDENTIALS,
    use=Use.SECURE,
)
LOG_KEY = replace(
    MACHINE, what="the key that signs the ledger", why="so that receipts can be checked"
)
PUSH_KEY = replace(
    MACHINE,
    what="the key that signs notifications",
    why="so that browsers' push services take them from this house alone",
)
SETTINGS = replace(MACHINE, what="how the house is run")
LOCK = replace(MACHINE, what="nothing; so that several programs take turns", why="to take turns")

FILES: Mapping[str, Kept] = {
    "data/payloads/*.payload*": SEALED_SOUND,
    "data/unhear.db": DATABASE,
    "data/unhear.db-wal": DATABASE,
    "data/unhear.db-shm": DATABASE,
    "data/unhear.db-journal": DATABASE,
    "data/unhear.db-copy-*": replace(MACHINE, what="how far the copies of the database have come"),
    "data/ledger/*": replace(
        MACHINE,
        what="the ledger as others read it",
        why="so that anybody can check it",
        stays="for good",
        use=Use.PROVE,
    ),
    "data/ledger.lock": LOCK,
    "data/witnesses.*": replace(
        MACHINE,
        what="what the ledger's witnesses said last",
        why="so that nobody is shown another ledger",
        use=Use.PROVE,
    ),
    "data/fleet-receipts/*": replace(
        MACHINE,
        what="receipts of what a fleet forgot for this house",
        why="so that you can prove it",
        stays="as long as the house",
        use=Use.PROVE,
    ),
    "data.restoring/*": replace(
        DATABASE, what="a house that is being restored", stays="until it is restored"
    ),
    "roots/*": ROOT_KEY,
    "log.key": LOG_KEY,
    "log.key.next": LOG_KEY,
    "log.key.old": LOG_KEY,
    "log.key.lock": LOCK,
    "log.part": LOG_KEY,
    "push.key": PUSH_KEY,
    "push.part": PUSH_KEY,
    "settings.toml": SETTINGS,
    "settings.toml.new": SETTINGS,
    "settings.part": SETTINGS,
    "keeper.lock": LOCK,
    "moving.json*": replace(MACHINE, what="how far a move to other stores has come"),
    "moving.lock": LOCK,
    "leases/*": LOCK,
}
"""By pattern below the house's folder; `*` stands for anything, folders too."""
