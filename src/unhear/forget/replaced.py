"""What becomes of a root that was replaced: once a mirror has the new one, it is destroyed."""

import logging
from collections.abc import Mapping
from contextlib import nullcontext

from unhear.clock import Clock, day_number
from unhear.forget import roots
from unhear.forget.database import Database
from unhear.forget.errors import KeeperFailed, MirrorAway, RootRemains
from unhear.forget.mirror import Copies
from unhear.forget.roots import RootKeeper

log = logging.getLogger(__name__)


class ReplacedRoots:
    """Has the keeper destroy them, or park them until the backup horizon has passed."""

    def __init__(
        self, database: Database, keeper: RootKeeper, copies: Copies, clock: Clock
    ) -> None:
        self._database = database
        self._keeper = keeper
        self._copies = copies
        self._clock = clock

    def due_day(self) -> int:
        """Answer the day from which a root replaced now may be destroyed; 0 is at once."""
        return self._copies.due_day(self._clock())

    def destroy_due(self) -> None:
        """Have the keeper destroy or park the replaced roots, once a mirror has the new.

        Raises `Unfinished` when the mirror or the keeper is away; the roots stay queued.
        """
        with self._database.reading() as transaction:
            queued = transaction.queued_roots()
        self.let_go(queued)

    def let_go(self, queued: Mapping[bytes, int]) -> None:
        """Do so for these, each with its day, of a transaction that is committed.

        Raises `Unfinished`.
        """
        # Shipped after the look: what another process queues meanwhile may not be shipped yet.
        self._copies.ship()
        today = day_number(self._clock())
        parking = any(due_day > today for due_day in queued.values())
        try:
            # One process parks at a time: an id may be given to a keeper once only.
            with self._database.writing() if parking else nullcontext():
                roots.let_go(self._keeper, queued, today)
        except KeeperFailed as error:
            raise RootRemains(
                "the keys are replaced, but the old root key cannot be destroyed now; this is "
                f"finished when the keeper is back ({error})"
            ) from None

    def recover(self) -> None:
        """Destroy what a crash left too; whoever is away is waited for, which is logged.

        Raises `RootGone` when the current root is missing.
        """
        today = day_number(self._clock())
        try:
            self._copies.ship()
        except MirrorAway:
            log.warning("mirror away; replaced root keys are held until it is back")
            today = roots.NOTHING_DUE
        try:
            roots.recover(self._database, self._keeper, today=today)
        except KeeperFailed:
            log.warning("root keeper away; replaced root keys are destroyed when it is back")
