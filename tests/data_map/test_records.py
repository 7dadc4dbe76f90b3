"""The records of processing and the breach helper say what the data map says, and no less."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.home import PASSPHRASE
from unhear.answer.registry import find_skills
from unhear.cli.app import app
from unhear.house.breach import BUCKET, IN_DATABASE, THINGS, TWICE_SEALED, revealed
from unhear.house.data_map import everything
from unhear.house.records import BASES, TITLES, activities
from unhear.house.setup import SetupPlan, set_up
from unhear.household.data_map import Erasure, Use, Whose
from unhear.settings import Settings

DOCS = Path(__file__).parents[2] / "docs"
SKILLS = find_skills().all()
THING = {thing.name: thing for thing in THINGS}
NOT_STOLEN = (
    Erasure.PASSES,  # in memory alone
    Erasure.CONVERSATION,
    Erasure.ASKED,  # with a fleet
    Erasure.YOU,  # with others
)


def test_the_page_of_records_is_what_the_map_makes() -> None:
    made = CliRunner().invoke(app, ["records", "--markdown"])
    assert (DOCS / "records.md").read_text() == made.stdout  # else run scripts/make-data-map


def test_everything_of_a_person_or_household_has_a_line_in_the_records() -> None:
    lines = {line for one in activities(SKILLS) for line in one.kept}
    for place, kept in everything(SKILLS):
        if kept.whose is not Whose.HOUSE and kept.erased is not Erasure.PARTS:
            assert (kept.what, kept.stays, kept.erased.value) in lines, place
    assert set(TITLES) == set(BASES) == set(Use)


def test_a_house_s_records_name_who_runs_it_and_who_gets_something(tmp_path: Path) -> None:
    folder = tmp_path / "house"
    set_up(Settings(house=folder), SetupPlan("Home", "Ada"), PASSPHRASE)
    (folder / "settings.toml").write_text(
        'profile = "operator"\n[operator]\nname = "Ears Ltd"\nemail = "ask@ears.example"\n'
        '[skills.ask]\nurl = "https://llm.example/v1"\n'
    )
    made = CliRunner().invoke(app, ["--house", str(folder), "records", "--json"])
    assert made.exit_code == 0, made.exception
    told = json.loads(made.stdout)
    assert told["controller"] == ["Ears Ltd", "ask@ears.example"]
    assert told["recipients"] == ["llm.example (answers) gets words"]


def test_every_place_of_the_map_is_in_something_that_can_be_stolen() -> None:
    for place, kept in everything(SKILLS):
        if kept.whose is Whose.HOUSE or kept.erased in NOT_STOLEN:
            continue
        held = [one for one in THINGS if kept.what in _all(one.name) or place in IN_DATABASE]
        assert held or kept.erased is Erasure.PARTS, place


def test_a_stolen_database_or_backup_shows_nothing_that_is_sealed() -> None:
    for name in ("database", "backup", "keyring", "log", "receipt", "settings file"):
        shown = revealed(THING[name], SKILLS).readable
        assert not [k.what for _, k in everything(SKILLS) if k.sealed and k.what in shown], name


def test_a_stolen_disk_shows_no_sound_and_no_words() -> None:
    found = revealed(THING["disk"], SKILLS)
    on_disk = set(TWICE_SEALED) - {BUCKET}
    twice = {kept.what for place, kept in everything(SKILLS) if place in on_disk}
    assert len(twice) == len(on_disk)
    assert twice <= set(found.shut)
    assert not twice & set(found.readable)
    assert any("names" in one for one in found.readable)


@pytest.mark.parametrize("name", THING)
def test_each_thing_can_be_asked_about(name: str) -> None:
    made = CliRunner().invoke(app, ["breach", name, "--json"])
    (told,) = json.loads(made.stdout)["stolen"]
    assert told["thing"] == name
    assert told["readable"]
    assert CliRunner().invoke(app, ["breach", name]).exit_code == 0


def test_something_else_is_refused_with_what_there_is() -> None:
    assert CliRunner().invoke(app, ["breach", "toaster"]).exit_code == 2


def _all(name: str) -> set[str]:
    found = revealed(THING[name], SKILLS)
    return {*found.readable, *found.shut}
