"""What can go wrong with the places where things lie; every message says what to do."""

from unhear.forget.errors import CommitUnknown, HolderAway


class StoreError(Exception):
    """A store could not do what it was asked."""


class StoreFull(StoreError):
    """The disk is full; what was being kept is not kept, and nothing else was touched."""


class StoreDamaged(StoreError):
    """A file of the store was changed or broken outside unhear."""


class StoreUnwritable(StoreError):
    """The folder or database cannot be written to."""


class StoreBusy(StoreError):
    """Another process held the write lock for too long."""


class StoreAway(StoreError):
    """The server that has the database cannot be reached, or lets nobody in."""


class CommitLost(StoreAway, CommitUnknown):
    """The server was lost while it committed: what was to be changed may be, or not at all."""


class HouseMoved(StoreError):
    """The house is in another database now; nothing is read from this one or written to it."""


class NotOnServer(StoreError):
    """What was asked for works on a SQLite file, and the database is on a server."""


class PayloadMissing(StoreError):
    """The sealed payload of a kept recording is not in the store."""


class PayloadsAway(StoreError, HolderAway):
    """The bucket of the payloads does not answer, or not as it should.

    What was being kept is not kept; what was being erased is finished when it is back.
    """


class TargetAway(StoreError):
    """The place of the copies cannot be reached or written to now."""


class TargetTaken(StoreError):
    """The place of the copies holds those of another house."""


class CopyMissing(StoreError):
    """The place of the copies does not hold what was looked for."""


class CopyDamaged(StoreError):
    """A copy was changed or broken in its place."""


class PushAway(StoreError):
    """A push service cannot be reached or takes nothing now.

    `again_seconds` is how long it asks to be left alone, 0 where it does not say.
    """

    def __init__(self, message: str, again_seconds: int = 0) -> None:
        super().__init__(message)
        self.again_seconds = again_seconds


class PushRefused(StoreError):
    """A push service does not take this message, now or later."""


class PushGone(PushRefused):
    """The browser is subscribed no more."""
