"""A line of text says what holds the root key, plainly and without doubt."""

import sys
from pathlib import Path

import pytest

from unhear.settings import SettingsWrong
from unhear.stores.keepers.choose import choose_keeper, root_folders


def test_what_is_in_brackets_may_be_anything(tmp_path: Path) -> None:
    spec = "split:[mirror:[file:a,b;c][tpm2:index=0x01800200;tcti=swtpm:host=h,port=1]][file:/d]"
    keeper = choose_keeper(spec, tmp_path)
    assert keeper.kind == "split(mirror(file, tpm2), file)"
    assert root_folders(keeper) == [tmp_path / "a,b;c", Path("/d")]


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ("", "is no keeper"),
        ("file", "is no keeper"),
        ("file:", "needs a folder"),
        ("vault:x", "no keeper of kind 'vault'"),
        ("split:file:a", "is no list of keepers"),
        ("split:[file:a]", "at least two"),
        ("mirror:[file:a][file:b", "is no list of keepers"),
        ("mirror:[file:a]]", "is no list of keepers"),
        ("mirror:[file:a]x[file:b]", "is no list of keepers"),
        ("pkcs11:module=m;token=t", "needs pin-file"),
        ("pkcs11:module=m;pin=1234", "'pin' cannot be used"),
        ("tpm2:index=first", "keeper 'tpm2'"),
        ("tpm2:index=5", "0x01800000 to 0x1bfffff"),
        ("tpm2:places=0", "0x01800000"),
        ("tpm2:places=2;places=3", "'places' cannot be used"),
    ],
)
def test_what_cannot_be_understood(spec: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsWrong, match=said):
        choose_keeper(spec, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_without_the_optional_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "unhear.stores.keepers.pkcs11", None)
    with pytest.raises(SettingsWrong, match=r"unhear\[pkcs11\]"):
        choose_keeper("pkcs11:module=m;token=t;pin-file=p", tmp_path)
