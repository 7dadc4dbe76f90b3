"""Copies: the second place that holds the newest database, and how long old backups open."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from unhear.clock import day_number
from unhear.prove.claims import Drill


class Mirror(Protocol):
    """Where the newest database goes before an old root key is destroyed."""

    def ship(self) -> None:
        """Bring the second place up to what is committed; durable when it returns.

        Raises `MirrorAway` when that cannot be done now.
        """


@dataclass(frozen=True, slots=True)
class Copies:
    """What is known of copies: where the newest database goes, and for how long old ones open.

    `drill` answers the last restore drill.
    """

    mirror: Mirror | None = None
    horizon_days: int = 0
    drill: Callable[[], Drill | None] = field(default=lambda: None)

    def ship(self) -> None:
        """Bring the mirror up to what is committed, where there is one. Raises `MirrorAway`."""
        if self.mirror is not None:
            self.mirror.ship()

    def due_day(self, now: datetime) -> int:
        """Answer the day from which a root replaced `now` may be destroyed; 0 is at once."""
        return day_number(now) + self.horizon_days if self.horizon_days else 0
