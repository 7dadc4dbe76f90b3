"""What is written down of a sign-in, sealed under the key that the profile holds for its browser.

That key goes with the browser, its person or the household, in every old copy. The cookie itself
is nowhere, and no key of the house opens the console with what is here.
"""

import json
from datetime import datetime
from typing import Any

from unhear.clock import day_number
from unhear.forget.capsule import seal, unseal
from unhear.forget.errors import CapsuleClosed
from unhear.forget.sign_in_rows import SignInRow
from unhear.household.family import Household
from unhear.household.sign_ins import AT_MOST, SignIn
from unhear.household.words import HouseholdId, PersonId

PART = "sign-in"
LENGTH_BYTES = 320
"""What is sealed is filled up to this, so that its length tells nothing of the browser."""


def sign_in_row(household: HouseholdId, key: bytes, sign_in: SignIn) -> SignInRow:
    """Answer the row of a sign-in, sealed under the key of its browser."""
    content = json.dumps(_fields(sign_in)).encode().ljust(LENGTH_BYTES)
    return SignInRow(
        household,
        sign_in.token,
        sign_in.browser,
        day_number(sign_in.opened_at + AT_MOST),
        seal(key, PART, household, sign_in.token, content),
    )


def sign_in_of(household: Household, row: SignInRow) -> SignIn | None:
    """Open a row; None where its browser is known no more, or as another guardian's."""
    browser = household.browser(row.browser)
    if browser is None or browser.key is None:
        return None
    try:
        content = unseal(browser.key, PART, household.id, row.token, row.sealed)
    except CapsuleClosed:
        return None
    found = _sign_in(row, json.loads(content))
    return found if found.person == browser.person else None


def _fields(sign_in: SignIn) -> dict[str, Any]:
    return {
        "person": sign_in.person,
        "method": sign_in.method,
        "kind": list(sign_in.kind),
        "opened_at": sign_in.opened_at.isoformat(),
        "used_at": sign_in.used_at.isoformat(),
        "proved_at": sign_in.proved_at.isoformat(),
    }


def _sign_in(row: SignInRow, fields: dict[str, Any]) -> SignIn:
    browser, system = fields["kind"]
    return SignIn(
        token=row.token,
        browser=row.browser,
        person=PersonId(fields["person"]),
        method=fields["method"],
        kind=(browser, system),
        opened_at=datetime.fromisoformat(fields["opened_at"]),
        used_at=datetime.fromisoformat(fields["used_at"]),
        proved_at=datetime.fromisoformat(fields["proved_at"]),
    )
