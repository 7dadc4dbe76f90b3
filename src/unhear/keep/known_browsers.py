"""What a profile says of browsers in which guardians signed in before, as JSON has it."""

from datetime import datetime
from typing import Any

from unhear.household.browsers import KnownBrowser
from unhear.household.words import PersonId


def browser_fields(browser: KnownBrowser) -> dict[str, Any]:
    """Answer what `browser_from` takes."""
    return {
        "id": browser.id.hex(),
        "person": browser.person,
        "signed_in_at": browser.signed_in_at.isoformat(),
        "key": None if browser.key is None else browser.key.hex(),
    }


def browser_from(fields: dict[str, Any]) -> KnownBrowser:
    """Answer the browser of these fields."""
    at = fields.get("signed_in_at") or fields["added_at"]  # profiles before it had another word
    key = fields.get("key")
    return KnownBrowser(
        id=bytes.fromhex(fields["id"]),
        person=PersonId(fields["person"]),
        signed_in_at=datetime.fromisoformat(at),
        key=None if key is None else bytes.fromhex(key),
    )
