"""Nothing is kept that is not in the data map, and its pages say what it says."""

import json
import subprocess
from pathlib import Path

import pytest
import yaml
from sqlalchemy import Column, Integer, MetaData, Table, create_engine, inspect

from tests.copies.houses import forget, keep, new_house
from tests.needs import need
from unhear.forget.errors import HolderUnanswered
from unhear.forget.holder import Place
from unhear.house import data_map
from unhear.house.backup import backup
from unhear.house.data_map import annotation_of, check_complete, everything
from unhear.house.data_map_pages import fideslang, markdown
from unhear.house.house import House
from unhear.stores.annotations import MACHINE, unannotated
from unhear.stores.copies.target import Target
from unhear.stores.tables import metadata

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


@pytest.fixture
def lived_in(tmp_path: Path) -> House:
    house = new_house(tmp_path / "house")
    gone, _ = keep(house), keep(house)
    house.family.set_listening(device=house.settings.device, on=False)  # type: ignore[arg-type]
    backup(house, Target(str(tmp_path / "target")))
    forget(house, gone)
    house.tidy()
    return house


def test_every_file_of_a_house_is_in_the_map(lived_in: House) -> None:
    folder = lived_in.settings.house
    files = [str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()]
    assert len(files) > 8
    assert [file for file in files if annotation_of(file) is None] == []
    lived_in.close()


def test_every_column_of_the_database_on_disk_is_in_the_map(lived_in: House) -> None:
    found = inspect(create_engine(f"sqlite:///{lived_in.settings.database_file}"))
    columns = {
        f"{table}.{column['name']}"
        for table in found.get_table_names()
        for column in found.get_columns(table)
    }
    known = {place for place, _ in everything()}
    assert columns - known == {"alembic_version.version_num"}
    lived_in.close()


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


def test_a_place_that_nobody_answers_for_keeps_the_house_shut(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    check_complete(list(Place))
    with pytest.raises(HolderUnanswered, match="nobody answers for: conversation"):
        check_complete([Place.PAYLOADS])
    monkeypatch.setattr(data_map, "PLACES", {Place.PAYLOADS: data_map.PLACES[Place.PAYLOADS]})
    with pytest.raises(HolderUnanswered, match="nobody says what is kept in: conversation"):
        check_complete(list(Place))


def test_the_committed_pages_are_what_the_annotations_say() -> None:
    assert (DOCS / "data-map.md").read_text() == markdown(), "run scripts/make-data-map"
    assert yaml.safe_load((DOCS / "data-map.yml").read_text()) == fideslang()


@pytest.mark.tools
def test_the_manifest_is_valid_fideslang() -> None:
    need(PEER.exists(), "fideslang (make setup-dev)")
    manifest = (DOCS / "data-map.yml").read_text()
    done = subprocess.run(
        [PEER, "-c", VALIDATE], input=manifest, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    broken = json.loads(json.dumps(fideslang()))
    broken["dataset"][0]["collections"][0]["fields"][0]["data_categories"] = ["user.shoe_size"]
    done = subprocess.run(
        [PEER, "-c", VALIDATE],
        input=yaml.safe_dump(broken),
        text=True,
        check=False,
        capture_output=True,
    )
    assert done.returncode != 0
