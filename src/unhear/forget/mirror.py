"""The second place that holds the newest database, so that a dead disk loses nothing."""

from typing import Protocol


class Mirror(Protocol):
    """Where the newest database goes before an old root key is destroyed."""

    def ship(self) -> None:
        """Bring the second place up to what is committed; durable when it returns.

        Raises `MirrorAway` when that cannot be done now.
        """
