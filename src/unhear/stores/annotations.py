"""What the columns of the tables hold, in words for families and for machines.

See `unhear.household.data_map`. Columns that hold the same kind of thing share an annotation.
"""

from collections.abc import Iterator, Mapping

from sqlalchemy import Column, MetaData

from unhear.household.data_map import Category, Erasure, Kept, Use, Whose

KEPT = "kept"

Info = Mapping[str, Kept]


def _info(kept: Kept) -> dict[str, Kept]:
    return {KEPT: kept}


HOUSEHOLD_ID = _info(
    Kept(
        what="a random number that stands for the household",
        why="to tell households apart without their names",
        stays="as long as anything of it, receipts too",
        whose=Whose.HOUSEHOLD,
        erased=Erasure.MEANING,
        category=Category.PSEUDONYM,
        use=Use.OPERATE,
    )
)
RECIPIENT = _info(
    Kept(
        what="the public key that recordings are sealed to",
        why="so that the house can seal and cannot open",
        stays="as long as the household",
        whose=Whose.HOUSEHOLD,
        erased=Erasure.HOUSEHOLD,
        category=Category.CREDENTIALS,
        use=Use.SECURE,
    )
)
IDENTITY = _info(
    Kept(
        what="the key that opens recordings, locked by the guardian's passphrase and twelve words",
        why="so that a guardian can listen to what is kept",
        stays="as long as the household",
        whose=Whose.HOUSEHOLD,
        erased=Erasure.HOUSEHOLD,
        category=Category.CREDENTIALS,
        use=Use.SECURE,
        sealed=True,
    )
)
TRACE_ID = _info(
    Kept(
        what="a random number for one kept thing",
        why="to find it",
        stays="as long as the kept thing",
        whose=Whose.PERSON,
        erased=Erasure.ROW,
        category=Category.PSEUDONYM,
        use=Use.KEEP,
    )
)
TRACE_KIND = _info(
    Kept(
        what="whether a kept thing is a recording, something remembered, a request, or a receipt",
        why="to find it",
        stays="as long as the kept thing",
        whose=Whose.PERSON,
        erased=Erasure.ROW,
        category=Category.HABITS,
        use=Use.KEEP,
    )
)
TRACE_DAY = _info(
    Kept(
        what="the day something was heard, and the day it goes at the latest",
        why="to forget in time, whoever asks or nobody",
        stays="as long as the kept thing",
        whose=Whose.PERSON,
        erased=Erasure.ROW,
        category=Category.HABITS,
        use=Use.KEEP,
    )
)
DETAILS = _info(
    Kept(
        what="who spoke, where, exactly when, for how long, and why it was kept",
        why="for your timeline, and to know what a request to forget means",
        stays="as long as the kept thing",
        whose=Whose.PERSON,
        erased=Erasure.KEY,
        category=Category.HABITS,
        use=Use.KEEP,
        sealed=True,
        of=("what was said to the assistant",),
    )
)
CONTENT = _info(
    Kept(
        what="the kept thing itself, kind by kind as in this map",
        why="as this map says of its kind",
        stays="as this map says of its kind",
        whose=Whose.PERSON,
        erased=Erasure.PARTS,
        category=Category.WORDS,
        use=Use.KEEP,
        sealed=True,
        of=("what was said to the assistant",),
    )
)
WORDS = _info(
    Kept(
        what="the words of a recording",
        why="so that a guardian can read what is kept",
        stays="as long as the recording, or until you forget the transcripts alone",
        whose=Whose.PERSON,
        erased=Erasure.KEY,
        category=Category.WORDS,
        use=Use.KEEP,
        sealed=True,
        of=("the sound of a recording",),
    )
)
KEYS = _info(
    Kept(
        what="the keys of everything kept, locked under each other and a root key outside",
        why="so that forgetting is destroying a key",
        stays="until the next erasure near it",
        whose=Whose.HOUSEHOLD,
        erased=Erasure.REPLACED,
        category=Category.OPERATION,
        use=Use.SECURE,
        sealed=True,
    )
)
KEY_PLACES = _info(
    Kept(
        what="which places for keys are taken, and how often the tree changed",
        why="to find a key, and a free place for the next",
        stays="as long as the house",
        whose=Whose.HOUSE,
        erased=Erasure.NEVER,
        category=Category.OPERATION,
        use=Use.OPERATE,
    )
)
ERASURE_WORK = _info(
    Kept(
        what="that something was asked to be forgotten: the day, and how far it has come",
        why="to finish it whatever happens, and to look again later",
        stays="as long as the household",
        whose=Whose.HOUSEHOLD,
        erased=Erasure.REQUEST,
        category=Category.HABITS,
        use=Use.PROVE,
    )
)
ERASURE_SCOPE = _info(
    Kept(
        what="what was asked to be forgotten: whose, where, from when to when",
        why="so that nothing of it can be kept again afterwards",
        stays="as long as the household",
        whose=Whose.HOUSEHOLD,
        erased=Erasure.REQUEST,
        category=Category.HABITS,
        use=Use.PROVE,
        sealed=True,
    )
)
SWEPT = _info(
    Kept(
        what="the random numbers of what was forgotten, and by which request",
        why="to look for late copies of it",
        stays="30 days after the erasure",
        whose=Whose.PERSON,
        erased=Erasure.LOOKED,
        category=Category.PSEUDONYM,
        use=Use.PROVE,
    )
)
HOLD_STATE = _info(
    Kept(
        what="that a legal hold was asked for, is in force or over, and its last day",
        why="so that it ends by itself",
        stays="as long as the household",
        whose=Whose.HOUSEHOLD,
        erased=Erasure.HOUSEHOLD,
        category=Category.OPERATION,
        use=Use.PROVE,
    )
)
HOLD = _info(
    Kept(
        what="what a legal hold keeps from being erased, why, and who asked and agreed",
        why="because an authority may demand it",
        stays="as long as the household",
        whose=Whose.HOUSEHOLD,
        erased=Erasure.HOUSEHOLD,
        category=Category.NAMES,
        use=Use.PROVE,
        sealed=True,
    )
)
LEDGER = _info(
    Kept(
        what="the ledger: that in some hour somebody consented, or something was forgotten, and no "
        "more",
        why="so that anybody can check it",
        stays="for good",
        whose=Whose.HOUSE,
        erased=Erasure.NEVER,
        category=Category.OPERATION,
        use=Use.PROVE,
    )
)
MACHINE = _info(
    Kept(
        what="what the house knows of its clock, its copies and its drills",
        why="to run",
        stays="as long as the house",
        whose=Whose.HOUSE,
        erased=Erasure.NEVER,
        category=Category.OPERATION,
        use=Use.OPERATE,
    )
)
NEWS = _info(
    Kept(
        what="when, counted in commits, something of a household last changed",
        why="so that every process at work for it obeys within a second",
        stays="as long as the household",
        whose=Whose.HOUSEHOLD,
        erased=Erasure.MEANING,
        category=Category.OPERATION,
        use=Use.OPERATE,
    )
)


def annotated(metadata: MetaData) -> Iterator[tuple[str, Kept]]:
    """Yield every annotated column as `table.column`, in the order of the tables."""
    for table in metadata.sorted_tables:
        for column in table.columns:
            if KEPT in column.info:
                yield f"{table.name}.{column.name}", column.info[KEPT]


def unannotated(metadata: MetaData) -> list[str]:
    """Answer the columns that nobody has said anything about."""
    columns: list[Column[object]] = [c for t in metadata.sorted_tables for c in t.columns]
    return [f"{c.table.name}.{c.name}" for c in columns if KEPT not in c.info]
