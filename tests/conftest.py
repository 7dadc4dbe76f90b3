"""Fixtures for every room's tests."""

from pathlib import Path

import pytest

from tests.home import Home, make_home
from unhear.keep import identity


@pytest.fixture(autouse=True)
def _cheap_passphrases(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stretch passphrases quickly: their cost is set by one number that tests need not pay."""
    monkeypatch.setattr(identity, "SCRYPT_LOG_N", 4)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return make_home(tmp_path / "house")
