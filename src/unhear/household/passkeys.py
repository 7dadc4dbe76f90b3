"""A guardian's passkeys: what the house must know of each to recognise it."""

from dataclasses import dataclass
from datetime import datetime

from unhear.household.words import PersonId


@dataclass(frozen=True, slots=True)
class Passkey:
    """One passkey of one guardian (WebAuthn Level 3).

    `id` is the credential's id, `public_key` its COSE key, `sign_count` its counter at the last
    use. `wrapped` is the household's identity under a key that only this passkey can make, or
    None where the passkey has no such key (no PRF): it signs in, and opens nothing.
    """

    id: bytes
    person: PersonId
    public_key: bytes
    sign_count: int
    name: str
    added_at: datetime
    wrapped: bytes | None = None
