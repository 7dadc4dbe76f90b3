"""The keeper of a house whose root has moved, while the keeper it left cannot be reached."""

from unhear.forget.roots import RootKeeper
from unhear.stores.keepers.both import each, ids_of_all


class MovedRootKeeper:
    """Holds roots in the new keeper; nothing counts as destroyed while the old one is away."""

    def __init__(self, new: RootKeeper, old: RootKeeper) -> None:
        self._new = new
        self._old = old

    @property
    def kind(self) -> str:
        """The new keeper's."""
        return self._new.kind

    @property
    def grade(self) -> str:
        """The new keeper's."""
        return self._new.grade

    @property
    def limits(self) -> tuple[str, ...]:
        """The new keeper's, and that the old one is not empty."""
        return (
            *self._new.limits,
            f"the keeper that it replaced ({self._old.kind}) still holds old root keys",
        )

    def put(self, root_id: bytes, root: bytes) -> None:
        """Hold the root in the new keeper. Raises `KeeperFailed`."""
        self._new.put(root_id, root)

    def get(self, root_id: bytes) -> bytes:
        """Answer the root from the new keeper. Raises `RootGone`."""
        return self._new.get(root_id)

    def destroy(self, root_id: bytes) -> None:
        """Destroy it in both, and try both before raising `KeeperFailed`."""
        each((self._new, self._old), lambda keeper: keeper.destroy(root_id))

    def ids(self) -> set[bytes]:
        """Answer the ids that either holds. Raises `KeeperFailed` when one is away."""
        return ids_of_all((self._new, self._old))
