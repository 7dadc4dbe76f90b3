"""A root keeper of several: each holds a share, and one destroyed share is enough."""

from collections.abc import Sequence
from contextlib import suppress

from unhear.clock import random_bytes
from unhear.forget.errors import KeeperFailed
from unhear.forget.keytree import KEY_BYTES
from unhear.forget.roots import RootKeeper
from unhear.stores.keepers.both import each, ids_of_all


class SplitRootKeeper:
    """Holds a root as shares whose XOR it is: all are needed to open, one true deletion is final.

    Any shares but all of them are random bytes (a one-time pad), so what one keeper leaks or
    leaves behind says nothing. It deletes as well as the best of its keepers.
    """

    def __init__(self, keepers: Sequence[RootKeeper]) -> None:
        """Split over `keepers`. Raises `ValueError` for fewer than two."""
        if len(keepers) < 2:  # noqa: PLR2004 - one share would be the root itself
            raise ValueError("a split keeper needs at least two keepers")
        self.keepers = tuple(keepers)

    @property
    def kind(self) -> str:
        """Which keepers hold the shares."""
        return f"split({', '.join(keeper.kind for keeper in self.keepers)})"

    @property
    def grade(self) -> str:
        """The best grade of its keepers: the letters sort, A before C."""
        best = min((keeper.grade for keeper in self.keepers), key=_letter)
        return f"{_letter(best)}: of {len(self.keepers)} shares one deletion is enough; {best[3:]}"

    @property
    def limits(self) -> tuple[str, ...]:
        """The limits of the keeper that it deletes like, and what splitting costs."""
        best = min(self.keepers, key=lambda keeper: _letter(keeper.grade))
        return (
            "every share is needed to open: losing any one of them loses everything kept",
            f"a remnant matters only where all shares leave one; the best of them ({best.kind}): "
            f"{'; '.join(best.limits)}",
        )

    def put(self, root_id: bytes, root: bytes) -> None:
        """Put a share into every keeper. Raises `KeeperFailed`; then no root is held."""
        last = root
        for number, keeper in enumerate(self.keepers):
            share = last
            if number < len(self.keepers) - 1:
                share = random_bytes(KEY_BYTES)
                last = _xor(last, share)
            try:
                keeper.put(root_id, share)
            except KeeperFailed:
                # Shares without the rest are noise; any that stay are listed by `ids`.
                with suppress(KeeperFailed):
                    each(self.keepers[:number], lambda other: other.destroy(root_id))
                raise

    def get(self, root_id: bytes) -> bytes:
        """Answer the root. Raises `RootGone` where a share is missing."""
        root = bytes(KEY_BYTES)
        for keeper in self.keepers:
            root = _xor(root, keeper.get(root_id))
        return root

    def destroy(self, root_id: bytes) -> None:
        """Destroy every share, and try all before raising `KeeperFailed`."""
        each(self.keepers, lambda keeper: keeper.destroy(root_id))

    def ids(self) -> set[bytes]:
        """Answer every id of which any share is held. Raises `KeeperFailed`."""
        return ids_of_all(self.keepers)


def _letter(grade: str) -> str:
    return grade[:1]


def _xor(one: bytes, other: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(one, other, strict=True))
