"""What keepers made of several keepers have in common."""

from collections.abc import Callable, Iterable

from unhear.forget.errors import KeeperFailed
from unhear.forget.roots import RootKeeper


def each(keepers: Iterable[RootKeeper], do: Callable[[RootKeeper], None]) -> None:
    """Do something with every keeper, also after one has failed. Raises `KeeperFailed`."""
    failures: list[str] = []
    for keeper in keepers:
        try:
            do(keeper)
        except KeeperFailed as error:
            failures.append(f"{keeper.kind}: {error}")
    if failures:
        raise KeeperFailed("; ".join(failures))


def ids_of_all(keepers: Iterable[RootKeeper]) -> set[bytes]:
    """Answer the ids that any of the keepers holds. Raises `KeeperFailed` when one is away."""
    return {root_id for keeper in keepers for root_id in keeper.ids()}
