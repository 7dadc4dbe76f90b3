"""Who does what, where several processes serve one house: what one has leased, no other does."""

from collections.abc import Collection
from typing import TYPE_CHECKING, Protocol

from unhear.household.words import DeviceId
from unhear.settings import Settings
from unhear.stores.leases import FileLeases

if TYPE_CHECKING:
    from unhear.stores.postgres_leases import PostgresLeases


class Leases(Protocol):
    """What this process has taken upon itself alone; a process that dies has nothing more.

    Safe to use from several threads. Names are the house's own: two houses never meet.
    """

    def take(self, name: str) -> bool:
        """Have a lease, from now on or already; False where another process has it."""

    def has(self, name: str) -> bool:
        """Whether this process has a lease, still."""

    def taken(self, name: str) -> bool:
        """Whether anybody has a lease."""

    def taken_among(self, names: Collection[str]) -> frozenset[str]:
        """Answer which of these leases anybody has; all where nobody can know."""

    def release(self, name: str) -> None:
        """Let another have a lease; one that is not had is released already."""

    def close(self) -> None:
        """Release every lease."""


DEVICE, CAMERA = "device", "camera"
"""What leases of devices that hear, and of cameras, begin with."""


def device_lease(device: DeviceId) -> str:
    """Answer the name of the lease of a device that hears."""
    return f"{DEVICE} {device}"


def open_leases(settings: Settings) -> Leases:
    """Answer the leases of a house: on its server, where its database is there, or in its folder.

    Raises `StoreError` where the driver of the server is missing.
    """
    if settings.database is None:
        return FileLeases(settings.lease_folder)
    return leases_of(settings.database, f"{settings.shard} {settings.household}")


def leases_of(address: str, name: str) -> "PostgresLeases":
    """Answer leases on a server. Raises `StoreError` where its driver is missing."""
    # Imported here: a house on a file need not have the driver of a server.
    from unhear.stores.postgres_leases import PostgresLeases  # noqa: PLC0415

    return PostgresLeases(address, name)
