"""Nothing is kept that is not in the data map, and its pages say what it says."""

import json
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import yaml
from sqlalchemy import Column, Integer, MetaData, Table, create_engine, func, inspect, select
from typer.testing import CliRunner

from tests.cli.program import unhear
from tests.copies.houses import lose_the_disk, new_house
from tests.data_map.lives import live_in
from tests.needs import need
from unhear.answer.registry import find_skills
from unhear.cli.app import app
from unhear.forget.database import TraceKind
from unhear.forget.errors import HolderUnanswered
from unhear.forget.holder import Place
from unhear.house import data_map
from unhear.house.advice import Advice, Health
from unhear.house.data_map import COLUMNS, annotation_of, check_complete
from unhear.house.data_map_pages import fideslang, markdown, rows
from unhear.house.doctor import examine
from unhear.house.house import House
from unhear.house.restore import Copy, restore
from unhear.keep.identity import WrongPassphrase
from unhear.keep.memory import MemoryUndeclared
from unhear.stores.annotations import MACHINE, unannotated
from unhear.stores.copies.target import Target
from unhear.stores.tables import metadata, trace

DOCS = Path(__file__).parents[2] / "docs"
PEER = Path(__file__).parents[2] / ".venv-peer" / "bin" / "python"
VALIDATE = (
    "import sys, yaml; from fideslang.models import Taxonomy; "
    "from fideslang.default_taxonomy import DEFAULT_TAXONOMY as known; "
    "read = Taxonomy.model_validate(yaml.safe_load(sys.stdin)); "
    "keys = {one.fides_key for one in [*known.data_category, *known.data_use, "
    "*known.data_subject]}; "
    "used = {c for d in read.dataset for t in d.collections for f in t.fields "
    "for c in f.data_categories}; "
    "used |= {k for s in read.system for p in s.privacy_declarations "
    "for k in [p.data_use, *p.data_categories, *p.data_subjects]}; "
    "sys.exit(0 if used <= keys else f'not in the taxonomy: {used - keys}')"
)


SKILLS = find_skills().all()


@pytest.fixture
def lived_in(tmp_path: Path) -> Iterator[House]:
    house = live_in(tmp_path)
    yield house
    house.close()


def test_every_file_of_a_house_is_in_the_map(lived_in: House) -> None:
    folder = lived_in.settings.house
    files = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert {"settings.toml", "data/witnesses.json", "log.key.lock"} < files
    assert any(file.startswith("data/unhear.db-copy-") for file in files)
    assert {file for file in files if annotation_of(file) is None} == set()


def test_a_house_left_in_the_middle_of_a_restore_is_in_the_map(tmp_path: Path) -> None:
    house = live_in(tmp_path)
    lose_the_disk(house)
    copy = Copy(Target(str(tmp_path / "mirror")), [Target(str(tmp_path / "target"))])
    with pytest.raises(WrongPassphrase):
        restore(
            house.settings, house.keeper, copy, lambda wrapped: wrapped.open_with_passphrase("")
        )
    folder = house.settings.house
    files = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert "data.restoring/unhear.db" in files
    assert {file for file in files if annotation_of(file) is None} == set()


def test_a_check_up_names_files_that_are_not_ours(lived_in: House) -> None:
    def found() -> Advice:
        house = House(lived_in.settings)
        advice = {one.check: one for one in examine(lived_in.settings, lambda: house)}
        house.close()
        return advice["strangers"]

    assert found().health is Health.OK
    (lived_in.settings.data_folder / "unhear.db.bak").touch()
    assert found().health is Health.WARNING
    assert "data/unhear.db.bak" in found().seen


def test_every_column_of_the_database_on_disk_is_in_the_map(lived_in: House) -> None:
    found = inspect(create_engine(f"sqlite:///{lived_in.settings.database_file}"))
    columns = {
        f"{table}.{column['name']}"
        for table in found.get_table_names()
        for column in found.get_columns(table)
    }
    assert columns == set(COLUMNS) == set(lived_in.database.columns())


def test_the_house_that_was_lived_in_has_something_of_everything(
    lived_in: House,
) -> None:
    engine = create_engine(f"sqlite:///{lived_in.settings.database_file}")
    with engine.connect() as connection:
        counts = {
            table.name: connection.scalar(select(func.count()).select_from(table))
            for table in metadata.sorted_tables
        }
        kinds = set(connection.scalars(select(trace.c.kind)))
    assert {table for table, count in counts.items() if not count} == {"root_queue"}
    assert kinds == set(TraceKind) - {TraceKind.SHARED}, "no fleet is set"


def test_a_column_that_nobody_annotated_keeps_the_house_shut(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert unannotated(metadata) == []
    more = MetaData()
    Table("trace", more, Column("slot", Integer, info=MACHINE), Column("voiceprint", Integer))
    assert unannotated(more) == ["trace.voiceprint"]
    house = new_house(tmp_path / "house")
    house.close()
    monkeypatch.setattr(data_map, "metadata", more)
    with pytest.raises(HolderUnanswered, match=r"trace\.voiceprint"):
        House(house.settings)


def test_a_column_that_another_program_added_keeps_the_house_shut(tmp_path: Path) -> None:
    house = new_house(tmp_path / "house")
    house.close()
    with closing(sqlite3.connect(house.settings.database_file)) as connection:
        connection.execute("ALTER TABLE trace ADD COLUMN voiceprint BLOB")
    with pytest.raises(HolderUnanswered, match=r"trace\.voiceprint.*another program"):
        House(house.settings)


def test_a_skill_that_does_not_say_what_it_remembers_remembers_nothing(lived_in: House) -> None:
    (recording, *_) = lived_in.catalogue.recordings()
    memory = lived_in.memory("arithmetic", recording.utterance)
    with pytest.raises(MemoryUndeclared, match="arithmetic"):
        memory.remember({"sum": "2"})
    assert list(memory.items()) == []


def test_what_skills_remember_is_in_the_map() -> None:
    places = {row["place"] for row in rows(SKILLS)}
    assert {"skill: timers", "skill: notes", "skill: shopping_list"} <= places
    assert "skill: arithmetic" not in places


def test_a_place_that_nobody_answers_for_keeps_the_house_shut(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    check_complete(COLUMNS, list(Place))
    with pytest.raises(HolderUnanswered, match="nobody answers for: conversation"):
        check_complete(COLUMNS, [Place.PAYLOADS])
    monkeypatch.setattr(data_map, "PLACES", {Place.PAYLOADS: data_map.PLACES[Place.PAYLOADS]})
    with pytest.raises(HolderUnanswered, match="nobody says what is kept as or in: conversation"):
        check_complete(COLUMNS, list(Place))


def test_the_committed_pages_are_what_the_annotations_say() -> None:
    assert (DOCS / "data-map.md").read_text() == markdown(SKILLS), "run scripts/make-data-map"
    assert yaml.safe_load((DOCS / "data-map.yml").read_text()) == fideslang(SKILLS)


def test_a_guardian_asks_what_is_kept(tmp_path: Path) -> None:
    house = tmp_path / "house"  # there need not be one
    kept = unhear(house, "data-map")["kept"]
    assert kept == rows(SKILLS)
    (words,) = [one for one in kept if one["place"] == "trace.words"]
    assert (words["what"], words["sealed"]) == ("the words of a recording", True)
    shown = CliRunner().invoke(app, ["data-map"])
    assert "What we keep and why" in shown.stdout  # its columns are as narrow as the terminal
    page = CliRunner().invoke(app, ["data-map", "--markdown"])
    assert page.stdout == (DOCS / "data-map.md").read_text()
    manifest = CliRunner().invoke(app, ["data-map", "--fideslang"])
    assert manifest.stdout == (DOCS / "data-map.yml").read_text()


@pytest.mark.tools
def test_the_manifest_is_valid_fideslang() -> None:
    need(PEER.exists(), "fideslang (make setup-dev)")
    manifest = (DOCS / "data-map.yml").read_text()
    done = subprocess.run(
        [PEER, "-c", VALIDATE], input=manifest, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    broken = json.loads(json.dumps(fideslang(SKILLS)))
    broken["dataset"][0]["collections"][0]["fields"][0]["data_categories"] = ["user.shoe_size"]
    done = subprocess.run(
        [PEER, "-c", VALIDATE],
        input=yaml.safe_dump(broken),
        text=True,
        check=False,
        capture_output=True,
    )
    assert done.returncode != 0
