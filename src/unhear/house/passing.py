"""Notes that the processes of a house leave each other, for as long as they mean something.

What one process gave out, another can be asked about next: a pairing code, a challenge, a token. A
note is named and sealed by keys derived from the household's own and from what it is about, so
that nothing can be looked up in a copy of the database, and nothing opens in it.
"""

import hmac
from collections.abc import Callable
from datetime import UTC, datetime

from unhear.clock import Clock
from unhear.forget.capsule import seal, unseal
from unhear.forget.database import Database, Transaction
from unhear.forget.records import household_key
from unhear.forget.roots import RootKeeper
from unhear.forget.sign_in_rows import PassingRow
from unhear.forget.snapshot import snapshot
from unhear.household.words import HouseholdId

PART = "passing"
HOUR_SECONDS = 3_600
MOMENT_BYTES = 8


class Passing:
    """The notes of one house; safe to use from several threads."""

    def __init__(
        self, *, database: Database, keeper: RootKeeper, household: HouseholdId, clock: Clock
    ) -> None:
        """Derive the keys from the household's own, which is the same for as long as it is there.

        Raises `RootGone`.
        """
        self._database = database
        self._household = household
        self._clock = clock
        own = snapshot(database, keeper, lambda tx, tree: household_key(tx, tree, household))
        self._key = hmac.digest(own, b"unhear/passing/v1", "sha256")

    def key(self, purpose: bytes) -> bytes:
        """Answer a key (32 bytes) for a purpose, that the processes of the house alone have."""
        return hmac.digest(self._key, b"key/" + purpose, "sha256")

    def read(self, about: bytes) -> bytes | None:
        """Answer the note about something, while it counts."""
        with self._database.reading() as transaction:
            return self._content(transaction, about)

    def put(self, about: bytes, content: bytes, until: datetime) -> None:
        """Leave a note that counts until a moment, in place of the one there was."""
        self.change(about, until, lambda _: content)

    def take(self, about: bytes) -> bytes | None:
        """Answer the note about something, once, whoever else asks at this moment."""
        if self.read(about) is None:
            return None
        with self._database.writing() as transaction:
            content = self._content(transaction, about)
            transaction.drop_passing(self._household, self._name(about))
        return content

    def first(self, about: bytes, until: datetime) -> bool:
        """Whether nobody said this before; from now on, until a moment, somebody did."""
        with self._database.writing() as transaction:
            if self._content(transaction, about) is not None:
                return False
            self._put(transaction, about, b"", until)
        return True

    def change(
        self, about: bytes, until: datetime, change: Callable[[bytes | None], bytes]
    ) -> None:
        """Put what comes of a note in its place; nobody changes it meanwhile."""
        with self._database.writing() as transaction:
            self._put(transaction, about, change(self._content(transaction, about)), until)

    def tidy(self) -> None:
        """Take away what means nothing any more; writes only if there is any."""
        hour = self._hour()
        with self._database.reading() as transaction:
            passed = transaction.has_passed(self._household, hour)
        if passed:
            with self._database.writing() as transaction:
                transaction.drop_passed(self._household, hour)

    def drop(self, about: bytes) -> None:
        """Take a note away."""
        with self._database.writing() as transaction:
            transaction.drop_passing(self._household, self._name(about))

    def _put(self, transaction: Transaction, about: bytes, content: bytes, until: datetime) -> None:
        name = self._name(about)
        seconds = int(until.timestamp())
        sealed = seal(
            self._sealing(about),
            PART,
            self._household,
            name,
            seconds.to_bytes(MOMENT_BYTES) + content,
        )
        row = PassingRow(self._household, name, seconds // HOUR_SECONDS, sealed)
        transaction.drop_passed(self._household, self._hour())
        transaction.set_passing(row)

    def _content(self, transaction: Transaction, about: bytes) -> bytes | None:
        row = transaction.passing(self._household, self._name(about))
        if row is None:
            return None
        opened = unseal(self._sealing(about), PART, self._household, row.name, row.sealed)
        until = datetime.fromtimestamp(int.from_bytes(opened[:MOMENT_BYTES]), UTC)
        return opened[MOMENT_BYTES:] if self._clock() <= until else None

    def _hour(self) -> int:
        return int(self._clock().timestamp()) // HOUR_SECONDS

    def _name(self, about: bytes) -> bytes:
        return hmac.digest(self._key, b"name/" + about, "sha256")

    def _sealing(self, about: bytes) -> bytes:
        return hmac.digest(self._key, b"sealing/" + about, "sha256")
