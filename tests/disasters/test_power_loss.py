"""The power is cut at any moment: what was said to be kept is there, what was forgotten is not."""

import random
import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.copies.houses import kept, new_house
from tests.disasters.power import Recording, cut_power, record, said_before
from tests.needs import need_program
from unhear.house.audit import audit
from unhear.house.house import House
from unhear.settings import Settings

pytestmark = pytest.mark.tools


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Recording]:
    need_program("strace")
    folder = tmp_path_factory.mktemp("power")
    new_house(folder / "house").close()
    shutil.copytree(folder / "house", folder / "before")
    recording = record(folder / "house", "tests.disasters.power_worker", folder / "calls")
    assert [line.split()[0] for line in said_before(recording, len(recording.steps))] == [
        *(["kept"] * 4),
        *(["forgetting", "forgot", "kept"] * 2),
        *["forgetting", "forgot", "closed"],
    ]
    return folder, recording


def check(recorded: tuple[Path, Recording], into: Path, cut: int, luck: str, seed: int) -> None:
    folder, recording = recorded
    said = said_before(recording, cut)
    chance = random.Random(seed)  # noqa: S311 - to be repeated

    def survives(most: int) -> int:
        if luck == "some":
            return chance.randint(0, most)
        return most if luck == "all" else 0

    left = into / "house"
    shutil.copytree(folder / "before", left)
    cut_power(recording, cut, left, survives)
    house = House(Settings(house=left))
    there = {trace.hex() for trace in kept(house)}
    done = [line.split() for line in said]
    promised = {trace for what, *traces in done if what == "kept" for trace in traces}
    asked = {trace for what, *traces in done if what == "forgetting" for trace in traces}
    gone = {trace for what, *traces in done if what == "forgot" for trace in traces}
    assert promised - asked <= there
    assert not gone & there
    assert len(house.keeper.ids()) == 1
    for trace in kept(house):
        if trace.hex() in promised:
            assert house.catalogue.sealed(trace).sound
    house.ledger.wait()
    wrong = [one for one in audit(house) if not one.ok]
    assert [f"{one.check}: {one.seen}" for one in wrong] == []
    house.close()


CUTS = given(
    share=st.floats(0, 1),
    luck=st.sampled_from(["some", "none", "all"]),
    seed=st.integers(0, 1 << 30),
)


@settings(max_examples=40, deadline=None)
@CUTS
def test_a_power_cut_loses_nothing_promised_and_brings_nothing_back(
    recorded: tuple[Path, Recording],
    tmp_path_factory: pytest.TempPathFactory,
    share: float,
    luck: str,
    seed: int,
) -> None:
    into = tmp_path_factory.mktemp("left")
    try:
        check(recorded, into, round(share * len(recorded[1].steps)), luck, seed)
    finally:
        shutil.rmtree(into)


@pytest.mark.slow
def test_every_moment_at_which_the_power_can_be_cut(
    recorded: tuple[Path, Recording], tmp_path: Path
) -> None:
    for cut in range(len(recorded[1].steps) + 1):
        for luck in ("some", "none"):
            into = tmp_path / f"{cut}-{luck}"
            into.mkdir()
            check(recorded, into, cut, luck, seed=cut)
            shutil.rmtree(into)
