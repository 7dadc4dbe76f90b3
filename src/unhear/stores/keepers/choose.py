"""Build the root keeper that a house's settings name.

    file:FOLDER
    pkcs11:module=LIBRARY;token=LABEL;pin-file=FILE[;label=NAME]
    tpm2:[index=0x01800100][;places=4][;tcti=device:/dev/tpmrm0]
    split:[KEEPER][KEEPER]...
    mirror:[KEEPER][KEEPER]...

Each part of `split` and `mirror` stands in brackets of its own and may itself be of any kind.
"""

from collections.abc import Callable, Mapping
from pathlib import Path

from unhear.forget.roots import RootKeeper
from unhear.settings import SettingsWrong
from unhear.stores.keepers.file import FileRootKeeper
from unhear.stores.keepers.mirror import MirrorRootKeeper
from unhear.stores.keepers.split import SplitRootKeeper
from unhear.stores.keepers.tpm2 import Tpm2RootKeeper

TPM_INDEX, TPM_PLACES, TPM_TCTI = "0x01800100", "4", "device:/dev/tpmrm0"
LABEL = "unhear"
LOCK_FILE = "keeper.lock"
COMBINED: Mapping[str, Callable[[list[RootKeeper]], RootKeeper]] = {
    "split": SplitRootKeeper,
    "mirror": MirrorRootKeeper,
}


def choose_keeper(spec: str, house: Path, *, make: bool = False) -> RootKeeper:
    """Answer the keeper that `spec` describes, for the house in that folder.

    `make` makes the folders of file keepers that are not there. Raises `SettingsWrong` for what
    cannot be understood, and `KeeperFailed` where a folder cannot be made.
    """
    kind, colon, rest = spec.strip().partition(":")
    if not colon:
        raise SettingsWrong(f"keeper {spec!r} is no keeper; try file:/path/to/roots")
    if kind in COMBINED:
        parts = [choose_keeper(part, house, make=make) for part in _parts(rest)]
        try:
            return COMBINED[kind](parts)
        except ValueError as error:
            raise SettingsWrong(f"keeper {kind!r}: {error}") from None
    if kind == "file":
        return _file(rest, house, make=make)
    if kind == "pkcs11":
        return _pkcs11(_options(kind, rest, {"module", "token", "pin-file"}, {"label": LABEL}))
    if kind == "tpm2":
        defaults = {"index": TPM_INDEX, "places": TPM_PLACES, "tcti": TPM_TCTI}
        return _tpm2(_options(kind, rest, set(), defaults), house)
    raise SettingsWrong(
        f"there is no keeper of kind {kind!r}; there are file, pkcs11, tpm2, split and mirror"
    )


def _file(folder: str, house: Path, *, make: bool) -> RootKeeper:
    if not folder:
        raise SettingsWrong("keeper 'file' needs a folder, as in file:/path/to/roots")
    return FileRootKeeper(house / folder, make=make)


def _pkcs11(options: Mapping[str, str]) -> RootKeeper:
    try:
        from unhear.stores.keepers.pkcs11 import (  # noqa: PLC0415 - an optional extra
            Pkcs11RootKeeper,
        )
    except ImportError:
        raise SettingsWrong(
            "keeper 'pkcs11' needs a library that is not installed: pip install 'unhear[pkcs11]'"
        ) from None
    return Pkcs11RootKeeper(
        module=Path(options["module"]),
        token=options["token"],
        pin_file=Path(options["pin-file"]),
        label=options["label"],
    )


def _tpm2(options: Mapping[str, str], house: Path) -> RootKeeper:
    try:
        return Tpm2RootKeeper(
            index=int(options["index"], 0),
            places=int(options["places"]),
            tcti=options["tcti"],
            lock=house / LOCK_FILE,
        )
    except ValueError as error:
        raise SettingsWrong(f"keeper 'tpm2': {error}") from None


def _options(kind: str, text: str, needed: set[str], defaults: Mapping[str, str]) -> dict[str, str]:
    given: dict[str, str] = {}
    for option in filter(None, text.split(";")):
        name, equals, value = option.partition("=")
        if not equals or not value or name in given or name not in needed | set(defaults):
            known = ", ".join(sorted(needed | set(defaults)))
            raise SettingsWrong(f"keeper {kind!r}: {name!r} cannot be used; it takes {known}")
        given[name] = value
    if missing := needed - set(given):
        raise SettingsWrong(f"keeper {kind!r} needs {', '.join(sorted(missing))}")
    return {**defaults, **given}


def _parts(text: str) -> list[str]:
    """Answer what stands in the outermost brackets."""
    parts: list[str] = []
    depth, begin = 0, 0
    for place, character in enumerate(text):
        if character == "[":
            depth += 1
            begin = place + 1 if depth == 1 else begin
        elif character == "]":
            depth -= 1
            if depth == 0:
                parts.append(text[begin:place])
        elif depth == 0:
            depth = -1
        if depth < 0:
            break
    if depth or not parts:
        raise SettingsWrong(
            f"{text!r} is no list of keepers; write each in brackets, as in "
            "split:[file:/path/to/roots][tpm2:index=0x01800100]"
        )
    return parts


def root_folders(keeper: RootKeeper) -> list[Path]:
    """Answer the folders in which a keeper, or any part of it, has root files."""
    if isinstance(keeper, FileRootKeeper):
        return [keeper.folder]
    if isinstance(keeper, SplitRootKeeper | MirrorRootKeeper):
        return [folder for part in keeper.keepers for folder in root_folders(part)]
    return []
