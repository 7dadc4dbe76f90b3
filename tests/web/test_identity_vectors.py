"""The browser and the house wrap identities the same way: they share vectors, made here."""

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

from mnemonic import Mnemonic

from unhear.household.words import HouseholdId
from unhear.keep import identity as module
from unhear.keep.age import Identity
from unhear.keep.identity import ByPassphrase, ByRecovery, WrappedIdentity

FILE = Path(__file__).parents[2] / "console" / "test" / "identity-vectors.json"
HOUSEHOLD = HouseholdId(bytes(range(16)))
PASSPHRASE = "grün wie café"


def test_what_the_browser_is_tried_with_opens_here() -> None:
    vectors = json.loads(FILE.read_text())
    wrapped = _wrapped(vectors)
    opened = wrapped.open_with_passphrase(vectors["passphrase"]["text"])
    assert opened.secret.hex() == vectors["secret"]
    assert opened.reveal() == vectors["identity"]
    assert wrapped.open_with_recovery_phrase(vectors["recovery"]["phrase"]) == opened
    key = module._stretched(
        vectors["passphrase"]["text"],
        bytes.fromhex(vectors["passphrase"]["salt"]),
        vectors["passphrase"]["log_n"],
    )
    assert key.hex() == vectors["passphrase"]["stretched"]
    assert wrapped.knows_passphrase(module._derived(key, module.PASSPHRASE_PROOF))


def _wrapped(vectors: dict[str, Any]) -> WrappedIdentity:
    passphrase, recovery = vectors["passphrase"], vectors["recovery"]
    return WrappedIdentity(
        HouseholdId(bytes.fromhex(vectors["household"])),
        Identity(bytes.fromhex(vectors["secret"])).recipient,
        ByPassphrase(
            passphrase["log_n"],
            bytes.fromhex(passphrase["salt"]),
            bytes.fromhex(passphrase["wrapped"]),
            bytes.fromhex(passphrase["verifier"]),
        ),
        ByRecovery(bytes.fromhex(recovery["wrapped"]), bytes.fromhex(recovery["verifier"])),
    )


def make() -> dict[str, Any]:
    """Make the vectors: `python -m tests.web.test_identity_vectors` writes them."""
    identity = Identity(bytes(range(32)))
    salt, entropy, log_n = bytes(range(16, 32)), bytes(range(32, 48)), 4
    key = module._stretched(PASSPHRASE, salt, log_n)
    recovery_key = module._derived(entropy, module.RECOVERY)
    return {
        "household": HOUSEHOLD.hex(),
        "secret": identity.secret.hex(),
        "identity": identity.reveal(),
        "recipient": str(identity.recipient),
        "passphrase": {
            "text": PASSPHRASE,
            "log_n": log_n,
            "salt": salt.hex(),
            "stretched": key.hex(),
            "wrapped": module._wrap(HOUSEHOLD, key, identity, "passphrase").hex(),
            "verifier": sha256(module._derived(key, module.PASSPHRASE_PROOF)).hexdigest(),
        },
        "recovery": {
            "phrase": Mnemonic("english").to_mnemonic(entropy),
            "wrapped": module._wrap(HOUSEHOLD, recovery_key, identity, "recovery").hex(),
            "verifier": sha256(module._derived(entropy, module.RECOVERY_PROOF)).hexdigest(),
        },
    }


if __name__ == "__main__":
    FILE.write_text(json.dumps(make(), indent=2, ensure_ascii=False) + "\n")
