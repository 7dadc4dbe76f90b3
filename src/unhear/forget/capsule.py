"""The capsule: everything small about a kept thing, sealed under keys that die with its slot.

Each part is one AEAD message under its own key, HKDF-SHA256 (RFC 5869) of the slot's key, bound to
the household, the kept thing and the part.
"""

import json
from datetime import datetime

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from unhear.clock import random_bytes
from unhear.forget.errors import CapsuleClosed
from unhear.household.words import (
    DeviceId,
    HouseholdId,
    PersonId,
    Purpose,
    Seen,
    TraceId,
    Utterance,
)

NONCE_BYTES = 12

_HASH = SHA256()


def seal(key: bytes, part: str, household: HouseholdId, trace: bytes, plaintext: bytes) -> bytes:
    """Answer nonce and ciphertext of one part of a capsule; `key` is the slot's 32 bytes."""
    nonce = random_bytes(NONCE_BYTES)
    cipher = ChaCha20Poly1305(_part_key(key, part))
    return nonce + cipher.encrypt(nonce, plaintext, household + trace)


def unseal(key: bytes, part: str, household: HouseholdId, trace: bytes, sealed: bytes) -> bytes:
    """Answer what `seal` was given. Raises `CapsuleClosed` under any other key or place."""
    nonce, ciphertext = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
    try:
        cipher = ChaCha20Poly1305(_part_key(key, part))
        return cipher.decrypt(nonce, ciphertext, household + trace)
    except (InvalidTag, ValueError):
        raise CapsuleClosed(
            "a capsule does not open: its key was erased, or the row was changed outside unhear"
        ) from None


def utterance_bytes(utterance: Utterance) -> bytes:
    """Answer an utterance as JSON, to be sealed as the part `details`."""
    return json.dumps(
        {
            "of": utterance.of.hex(),
            "heard_at": utterance.heard_at.isoformat(),
            "device": utterance.device,
            "person": utterance.person,
            "seconds": utterance.seconds,
            "purposes": list(utterance.purposes),
            "reasons": list(utterance.reasons),
            "intent": utterance.intent,
            **({"seen": list(utterance.seen)} if utterance.seen else {}),
        }
    ).encode()


def utterance_from(details: bytes) -> Utterance:
    """Answer the utterance in opened `details`."""
    fields = json.loads(details.decode())
    return Utterance(
        of=TraceId(bytes.fromhex(fields["of"])),
        heard_at=datetime.fromisoformat(fields["heard_at"]),
        device=DeviceId(fields["device"]),
        person=PersonId(fields["person"]),
        seconds=fields["seconds"],
        purposes=tuple(Purpose(purpose) for purpose in fields["purposes"]),
        reasons=tuple(fields["reasons"]),
        intent=fields["intent"],
        seen=tuple(Seen(seen) for seen in fields.get("seen", ())),
    )


def heard_at_in(details: bytes) -> datetime:
    """Answer when it was heard, from opened `details`, at half the cost of the whole."""
    return datetime.fromisoformat(json.loads(details.decode())["heard_at"])


def _part_key(key: bytes, part: str) -> bytes:
    info = b"unhear/capsule/v1/" + part.encode()
    return HKDF(_HASH, length=32, salt=None, info=info).derive(key)
