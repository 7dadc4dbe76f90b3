"""A root keeper of several: each holds a copy, and any copy opens."""

from collections.abc import Sequence
from contextlib import suppress

from unhear.forget.errors import KeeperFailed, RootGone
from unhear.forget.roots import RootKeeper
from unhear.stores.keepers.both import each, ids_of_all


class MirrorRootKeeper:
    """Holds a root in several keepers: any copy opens, and all must be destroyed.

    It deletes as badly as the worst of its keepers. While one is away, what is kept still opens,
    but nothing can be forgotten for good.
    """

    def __init__(self, keepers: Sequence[RootKeeper]) -> None:
        """Copy to `keepers`. Raises `ValueError` for fewer than two."""
        if len(keepers) < 2:  # noqa: PLR2004 - one copy would be the keeper itself
            raise ValueError("a mirror keeper needs at least two keepers")
        self.keepers = tuple(keepers)

    @property
    def kind(self) -> str:
        """Which keepers hold the copies."""
        return f"mirror({', '.join(keeper.kind for keeper in self.keepers)})"

    @property
    def grade(self) -> str:
        """The worst grade of its keepers: the letters sort, A before C."""
        worst = max((keeper.grade for keeper in self.keepers), key=lambda grade: grade[:1])
        return f"{worst[:1]}: all {len(self.keepers)} copies are deleted; {worst[3:]}"

    @property
    def limits(self) -> tuple[str, ...]:
        """Every limit of every keeper, and what copies cost."""
        theirs = dict.fromkeys(
            f"{keeper.kind}: {limit}" for keeper in self.keepers for limit in keeper.limits
        )
        return (
            "while one copy is away nothing can be forgotten for good; it is finished when it is "
            "back",
            *theirs,
        )

    def put(self, root_id: bytes, root: bytes) -> None:
        """Put the root into every keeper. Raises `KeeperFailed` when one is away."""
        for number, keeper in enumerate(self.keepers):
            try:
                keeper.put(root_id, root)
            except KeeperFailed:
                # The caller never uses a root that was not put; any that stay are listed by `ids`.
                with suppress(KeeperFailed):
                    each(self.keepers[:number], lambda other: other.destroy(root_id))
                raise

    def get(self, root_id: bytes) -> bytes:
        """Answer the root from the first keeper that has it.

        Raises `RootGone` when none has it, and `KeeperFailed` when none has it and one is away.
        """
        failed: KeeperFailed | RootGone | None = None
        for keeper in self.keepers:
            try:
                return keeper.get(root_id)
            except RootGone as error:
                failed = failed or error
            except KeeperFailed as error:
                failed = error if not isinstance(failed, KeeperFailed) else failed
        raise failed or RootGone("a mirror keeper without keepers holds no root")

    def destroy(self, root_id: bytes) -> None:
        """Destroy every copy, and try all before raising `KeeperFailed`."""
        each(self.keepers, lambda keeper: keeper.destroy(root_id))

    def ids(self) -> set[bytes]:
        """Answer the ids that any keeper holds. Raises `KeeperFailed` when one is away.

        An answer without the one that is away would let a receipt claim what nobody has seen.
        """
        return ids_of_all(self.keepers)
