"""Who looked, and by which grant: as the log says, opened by the receipts that the house keeps."""

from collections.abc import Iterator, Sequence

from unhear.house.evidence.facts import Granted, Looking
from unhear.house.evidence.log import Entry
from unhear.prove.opening import Opening


def looked(entries: Sequence[Entry]) -> Iterator[Looking]:
    """Yield every look."""
    for entry in entries:
        if entry.kind == "look":
            said = entry.statement
            yield Looking(
                entry.index,
                entry.at("looked_at"),
                str(said["how"]),
                str(said["count"]),
                *_opened(entry),
            )


def granted(entries: Sequence[Entry]) -> Iterator[Granted]:
    """Yield every grant; one that was taken back ends with the erasure of it."""
    taken = {
        item.item.hex(): entry.at("done_at")
        for entry in entries
        if entry.kind == "erasure" and isinstance(entry.opening, Opening)
        for item in entry.opening.items
    }
    for entry in entries:
        if entry.kind == "grant":
            who, items = _opened(entry)
            until = min(entry.at("expires_at"), taken.get(who or "", entry.at("expires_at")))
            yield Granted(entry.index, entry.at("granted_at"), until, who, items)


def _opened(entry: Entry) -> tuple[str | None, frozenset[bytes]]:
    opening = entry.opening
    if not isinstance(opening, Opening) or opening.person is None:
        return None, frozenset()
    return opening.person.item.decode(), frozenset(item.item for item in opening.items)
