"""What a profile says of the browsers that are told, as JSON has it."""

from datetime import datetime
from typing import Any

from unhear.household.alerts import AlertKind, Subscription
from unhear.household.words import PersonId


def subscription_fields(subscription: Subscription) -> dict[str, Any]:
    """Answer what `subscription_from` takes."""
    return {
        "id": subscription.id.hex(),
        "person": subscription.person,
        "endpoint": subscription.endpoint,
        "key": subscription.key.hex(),
        "auth": subscription.auth.hex(),
        "kinds": sorted(subscription.kinds),
        "added_at": subscription.added_at.isoformat(),
        "pictures": subscription.pictures,
    }


def subscription_from(fields: dict[str, Any]) -> Subscription:
    """Answer the subscription of these fields."""
    return Subscription(
        id=bytes.fromhex(fields["id"]),
        person=PersonId(fields["person"]),
        endpoint=fields["endpoint"],
        key=bytes.fromhex(fields["key"]),
        auth=bytes.fromhex(fields["auth"]),
        kinds=frozenset(AlertKind(kind) for kind in fields["kinds"]),
        added_at=datetime.fromisoformat(fields["added_at"]),
        pictures=fields.get("pictures", False),
    )
