"""The log's side of its witnesses: ask them to cosign, and hear when they saw another history."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from threading import Thread
from typing import Protocol

from unhear.prove.errors import (
    LogForked,
    NotConsistent,
    ProofError,
    ProofMalformed,
    ProofWrong,
    SizeConflict,
    WitnessAway,
)
from unhear.prove.log import LedgerStore, Reading
from unhear.prove.merkle import consistency_proof, root
from unhear.prove.notes import Checkpoint, Note, VerifierKey, verify_note
from unhear.prove.witness import Asked
from unhear.signals.giving import count
from unhear.signals.words import Metric, WitnessAnswer

TRIES_MAX = 4
"""How often one witness is asked at once: other processes of the house may ask it too."""


class Log(Protocol):
    """What is asked of the log itself."""

    def checkpoint(self, store: LedgerStore) -> Note:
        """Answer the signed checkpoint of the log as `store` sees it."""

    def keys(self, store: LedgerStore) -> Sequence[VerifierKey]:
        """Answer every key that ever signed for it."""


class Link(Protocol):
    """The way to one witness."""

    @property
    def key(self) -> VerifierKey:
        """The key that its cosignatures are trusted by."""

    def add_checkpoint(self, asked: Asked) -> str:
        """Answer the signature lines it gives. Raises `WitnessAway` and `WitnessRefuses`."""

    def latest(self, origin: str) -> Note | None:
        """Answer the checkpoint of a log that it cosigned last; None when it shows none."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How one witness stands to the log.

    `size` is that of the log when it last cosigned. `trouble` says why it did not cosign when it
    was last asked; `forked`, that it saw another history, and then this stays until it cosigns.
    """

    size: int = 0
    trouble: str = ""
    forked: bool = False


@dataclass(frozen=True, slots=True)
class Watched:
    """How all witnesses stand (by their keys), and the newest checkpoint that enough cosigned."""

    standings: Mapping[VerifierKey, Standing] = field(default_factory=dict)
    cosigned: Note | None = None


class Record(Protocol):
    """Where the house keeps what its witnesses said."""

    def read(self) -> Watched:
        """Answer what was kept last; nothing is known before the first time."""

    def update(self, change: Callable[[Watched], Watched]) -> Watched:
        """Keep what `change` makes of what is kept now, with nobody else between; answer it."""


@dataclass(frozen=True, slots=True)
class _Answer:
    key: VerifierKey
    standing: Standing
    cosigned: Note | None


class Witnesses:
    """All witnesses of a log, and how many of them are enough."""

    def __init__(self, links: Sequence[Link], needed: int, record: Record) -> None:
        self._links = tuple(links)
        self.needed = needed
        self._record = record

    @property
    def keys(self) -> tuple[VerifierKey, ...]:
        """The keys of all witnesses."""
        return tuple(link.key for link in self._links)

    def watched(self) -> Watched:
        """Answer how the witnesses stood when they were last asked, without asking."""
        found = self._record.read()
        return replace(
            found, standings={key: found.standings.get(key, Standing()) for key in self.keys}
        )

    def ask(self, log: Log, database: Reading, *, again: bool = False) -> Watched:
        """Ask all witnesses to cosign the newest checkpoint; answer how they stand.

        Those that have cosigned it are asked only with `again`. No transaction is open while a
        witness is waited for, and one that is away stops no other.
        """
        before = self.watched()
        with database.reading() as store:
            size = store.ledger_size()
        links = [
            link
            for link in self._links
            if again or before.standings[link.key] != Standing(size=size)
        ]
        if not links:
            return before

        def ask_one(link: Link, answer: Future[_Answer]) -> None:
            try:
                answer.set_result(_ask(link, before.standings[link.key], log, database))
            except Exception as error:  # noqa: BLE001 - raised again where it is waited for
                answer.set_exception(error)

        # Threads of their own: a pool takes no more work once the program begins to end.
        asked = [(link, Future[_Answer]()) for link in links]
        for one in asked:
            Thread(target=ask_one, args=one, name="ask a witness").start()
        answers = [answer.result() for _, answer in asked]
        return self._record.update(lambda kept: self._with(kept, answers))

    def enough(self, note: Note) -> bool:
        """Whether as many witnesses cosigned as are needed."""
        return _cosigners(note, self.keys) >= max(self.needed, 1)

    def _with(self, kept: Watched, answers: Sequence[_Answer]) -> Watched:
        standings = {**kept.standings, **{answer.key: answer.standing for answer in answers}}
        notes = [note for note in (kept.cosigned, *(a.cosigned for a in answers)) if note]
        merged = [_merged(note, notes) for note in notes]
        enough = [note for note in merged if self.enough(note)]
        newest = max(enough, key=lambda note: Checkpoint.parse(note.text).size, default=None)
        return Watched(standings, newest)


def _ask(link: Link, standing: Standing, log: Log, database: Reading) -> _Answer:
    """Answer how a witness stands after it was asked, and what it cosigned."""
    try:
        cosigned = _cosigned(link, standing.size, log, database)
    except LogForked as error:
        count(Metric.WITNESSES, WitnessAnswer.FORKED)
        return _Answer(link.key, replace(standing, trouble=str(error), forked=True), None)
    except ProofError as error:
        count(Metric.WITNESSES, WitnessAnswer.NOT_COSIGNED)
        told = standing.trouble if standing.forked else str(error)
        return _Answer(link.key, replace(standing, trouble=told), None)
    count(Metric.WITNESSES, WitnessAnswer.COSIGNED)
    return _Answer(link.key, Standing(Checkpoint.parse(cosigned.text).size), cosigned)


def _cosigned(link: Link, old: int, log: Log, database: Reading) -> Note:
    """Answer the newest checkpoint with the witness's cosignature. Raises `ProofError`."""
    for _ in range(TRIES_MAX):
        with database.reading() as store:
            note, size = log.checkpoint(store), store.ledger_size()
            shorter = old > size
            proof = () if shorter or not old else consistency_proof(old, size, store.ledger_node)
        if shorter:
            raise _refused(link, log, database)
        try:
            lines = link.add_checkpoint(Asked(old, tuple(proof), note))
        except SizeConflict as conflict:
            old = conflict.size
            continue
        except NotConsistent:
            raise _refused(link, log, database) from None
        return _with_cosignature(note, lines, link.key)
    raise WitnessAway(f"{link.key.name} was asked by too many at once")


def _with_cosignature(note: Note, lines: str, key: VerifierKey) -> Note:
    try:
        answered = Note.parse(f"{note}{lines}")
    except ProofMalformed:
        answered = note
    mine = tuple(
        line for line in answered.signatures if (line.name, line.key_id) == (key.name, key.id)
    )
    cosigned = Note(note.text, (*note.signatures, *mine))
    if not _cosigners(cosigned, [key]):
        raise WitnessAway(f"{key.name} answered, but not with a cosignature by the key given here")
    return cosigned


def _cosigners(note: Note, keys: Sequence[VerifierKey]) -> int:
    """Answer how many of `keys` signed; 0 where a signature is wrong."""
    try:
        return len(verify_note(note, keys))
    except ProofWrong:
        return 0


def _refused(link: Link, log: Log, database: Reading) -> ProofError:
    """Answer what to think of a witness that says it saw something else, by what it shows."""
    alarm = f"{link.key.name} saw another history of this log"
    with database.reading() as store:
        size, keys, note = store.ledger_size(), log.keys(store), log.checkpoint(store)
    shown = link.latest(Checkpoint.parse(note.text).origin)
    if shown is None or not _cosigners(shown, keys):
        return LogForked(f"{alarm}, but shows no checkpoint that is signed with the log's key")
    other = Checkpoint.parse(shown.text)
    if other.size > size:
        return LogForked(f"{alarm}: of the {other.size} entries it saw {size} are here")
    with database.reading() as store:
        same = root(other.size, store.ledger_node) == other.root
    if not same:
        return LogForked(f"{alarm}: its first {other.size} entries were others")
    return WitnessAway(f"{link.key.name} refuses, but shows nothing that differs from this log")


def _merged(note: Note, others: Sequence[Note]) -> Note:
    """Answer the note with the signatures of all others over the same text; the last one counts."""
    lines = {
        (line.name, line.key_id): line
        for other in others
        if other.text == note.text
        for line in other.signatures
    }
    return Note(note.text, tuple(lines.values()))
