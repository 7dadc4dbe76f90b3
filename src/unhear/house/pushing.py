"""What sends to browsers, as the settings have it."""

from unhear.clock import Clock
from unhear.settings import Settings
from unhear.stores.push_client import PushClient
from unhear.stores.push_key import push_key

NOBODY = "https://unhear.invalid"
"""Push services demand an address, and a home has none that it should give them (RFC 2606)."""


def open_push(settings: Settings, clock: Clock) -> PushClient:
    """Answer it; its key is made where there is none. Raises `StoreError`."""
    email = settings.operator.email
    return PushClient(
        push_key(settings.push_key_file),
        f"mailto:{email}" if email else NOBODY,
        settings.push_services,
        clock,
    )
