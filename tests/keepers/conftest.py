"""Every root keeper, on a real medium."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest

from tests.keepers.media import soft_token, soft_tpm
from unhear.forget.roots import RootKeeper
from unhear.stores.keepers.choose import choose_keeper

_numbers = count()


@dataclass(frozen=True)
class Shelf:
    """A keeper's spec, and the folders in which its medium keeps everything."""

    spec: str
    house: Path
    folders: tuple[Path, ...]

    def open(self) -> RootKeeper:
        """Answer the keeper anew, as another process would open it."""
        return choose_keeper(self.spec, self.house, make=True)


NewShelf = Callable[[str], Shelf]


@pytest.fixture(scope="session")
def token_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("token")


@pytest.fixture(scope="session")
def token(token_folder: Path) -> Iterator[str]:
    with soft_token(token_folder) as spec:
        yield spec


@pytest.fixture(scope="session")
def tpm_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tpm")


@pytest.fixture(scope="session")
def tpm(tpm_folder: Path) -> Iterator[str]:
    with soft_tpm(tpm_folder) as tcti:
        yield tcti


@pytest.fixture
def new_shelf(request: pytest.FixtureRequest, tmp_path: Path) -> NewShelf:
    """Answers an empty shelf for a pattern, where FILE, TOKEN and TPM stand for media."""

    def make(pattern: str) -> Shelf:
        number = next(_numbers)
        spec, folders = pattern, [tmp_path]
        while "FILE" in spec:
            spec = spec.replace("FILE", f"file:{tmp_path}/roots-{next(_numbers)}", 1)
        if "TOKEN" in spec:
            start = request.getfixturevalue("token")
            folders.append(request.getfixturevalue("token_folder"))
            spec = spec.replace("TOKEN", f"{start};label=house-{number}")
        if "TPM" in spec:
            tcti = request.getfixturevalue("tpm")
            folders.append(request.getfixturevalue("tpm_folder"))
            spec = spec.replace("TPM", f"tpm2:index={0x01800000 + 16 * number:#x};tcti={tcti}")
        return Shelf(spec, tmp_path, tuple(folders))

    return make
