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
        "added_at": browser.added_at.isoformat(),
    }


def browser_from(fields: dict[str, Any]) -> KnownBrowser:
    """Answer the browser of these fields."""
    return KnownBrowser(
        id=bytes.fromhex(fields["id"]),
        person=PersonId(fields["person"]),
        added_at=datetime.fromisoformat(fields["added_at"]),
    )
