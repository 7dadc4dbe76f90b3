"""`unhear setup` takes no passphrase that would be guessed, and makes nothing then."""

from pathlib import Path

import pytest

from tests.cli.program import unhear

REFUSED = 3


@pytest.mark.parametrize(
    ("passphrase", "why"), [("Passw0rd!", "leaked"), ("Lovelace2026", "your names")]
)
def test_a_passphrase_that_would_be_guessed_is_refused(
    tmp_path: Path, passphrase: str, why: str
) -> None:
    house = tmp_path / "house"
    made = ("setup", "--name", "Lovelace", "--guardian", "Ada")
    said = unhear(house, *made, code=REFUSED, passphrase=passphrase)["error"]
    assert why in said
    assert passphrase not in said
    assert not list(house.rglob("unhear.db"))
    assert unhear(house, *made)["recovery_phrase"]
