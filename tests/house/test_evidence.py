"""An audit finds each kind of breach, nothing in a house that broke no rule, and tells no name."""

import json
import re
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from bench.audit.plants import PLANTS
from bench.audit.seed import YEAR, live, quickly
from bench.audit.story import UNTIL

from tests.home import Home
from unhear.forget.errors import KeeperFailed, RootRemains
from unhear.forget.mirror import Copies
from unhear.house.evidence.account import Account
from unhear.house.evidence.auditing import audit_house, whose
from unhear.house.evidence.checks import CHECKS
from unhear.house.evidence.facts import Period
from unhear.house.evidence.oscal import oscal
from unhear.house.evidence.page import page
from unhear.house.evidence.reading import read_facts
from unhear.house.evidence.report import report
from unhear.house.evidence.rules import REQUIREMENTS, Rule
from unhear.household.scope import Scope
from unhear.stores.keepers.file import FileRootKeeper

PERIOD = Period(UNTIL - YEAR, UNTIL + timedelta(days=5))
SCHEMA = Path(__file__).parent / "oscal" / "assessment-results-1.2.3.json"
"""NIST's own, in the public domain: pages.nist.gov/OSCAL."""

PAGE = (Path(__file__).parents[2] / "docs" / "compliance.md").read_text()
NAMES = ("Ada", "Jo", "Mia", "Kim", "N. N.", "M. M.", "neighbour", "parcel", "weather", "kitchen")


def audited(home: Home) -> Account:
    return audit_house(home.settings.house, PERIOD, UNTIL)


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> list[Account]:
    folder = tmp_path_factory.mktemp("lived")
    return [audited(live(folder / str(number), number, UNTIL)) for number in (0, 1, 2, 3, 5, 7)]


def test_a_house_that_broke_no_rule_has_no_violation(lived: list[Account]) -> None:
    assert [one.violations for one in lived] == [()] * len(lived)


@pytest.mark.parametrize("breach", PLANTS)
def test_each_breach_is_found_once_and_nothing_else(tmp_path: Path, breach: str) -> None:
    rule, plant = PLANTS[breach]
    home = live(tmp_path / "home", 1, UNTIL)
    with quickly(home.clock):
        plant(home)
    home.ledger.wait()
    assert [row["rule"] for row in audited(home).violations] == [rule.name]


def test_every_rule_is_looked_after_and_broken_by_a_test() -> None:
    assert set(CHECKS) == set(Rule) == set(REQUIREMENTS)
    assert {rule for rule, _ in PLANTS.values()} == set(Rule)


def test_what_happened_is_accounted_for(lived: list[Account]) -> None:
    houses = [one.house for one in lived]
    made = report(lived, PERIOD)
    erasures = [row for house in houses for row in house["erasures"]]
    assert all(row["done_at"] and not row["late"] for row in erasures)
    assert any(row["held"] and row["seconds"] > 86400 for row in erasures)
    assert any(row["by_age"] for row in erasures)
    children = [row for house in houses for row in house["children"]]
    assert children
    assert all(row["consent"]["method"] == "terminal" for row in children)
    looks = [row for house in houses for row in house["looks"]]
    by_link = [row for row in looks if row["how"] == "opened by a grant"]
    assert by_link
    assert all(isinstance(row["grant"], int) for row in by_link)
    assert sum(made["totals"]["delays"].values()) == len(erasures)
    assert made["totals"]["looks_by_how"] == {"opened": 6, "opened by a grant": len(by_link)}
    assert made["totals"]["witnessed"] == 2
    assert {row["subject"] for house in houses for row in house["models"]} <= {"vocabulary"}
    assert made["totals"]["unlearned"]
    (hold,) = houses[2]["holds"]
    assert (hold["state"], hold["sealed"]) == ("ended", False)


def test_every_field_of_a_report_is_documented(lived: list[Account]) -> None:
    made = report(lived, PERIOD)
    rows = [row for house in made["accounts"] for many in house.values() for row in _rows(many)]
    fields = {
        *made,
        *made["rules"][0],
        *(name for row in [*made["accounts"], *rows] for name in row),
    }
    assert {one for one in fields if f"`{one}`" not in PAGE} == set()


def _rows(value: Any) -> list[dict[str, Any]]:
    many = value if isinstance(value, list) else [value]
    return [row for row in many if isinstance(row, dict)]


def test_no_name_and_no_word_is_in_any_form_of_it(lived: list[Account]) -> None:
    made = report(lived, PERIOD)
    forms = (json.dumps(made), page(made), json.dumps(oscal(made)), page(report(lived[:1], PERIOD)))
    for text in forms:
        for name in NAMES:
            assert not re.search(rf"\b{re.escape(name)}\b", text)


def test_only_the_house_itself_resolves_a_pseudonym(tmp_path: Path) -> None:
    one, other = (live(tmp_path / name, 1, UNTIL) for name in ("one", "other"))
    child = audited(one).house["children"][0]
    kind, person = whose(read_facts(one.settings, one.clock), child["person"]) or ("", b"")
    assert kind == "person"
    assert person.decode() in {known.id for known in one.household.people if known.name == "Mia"}
    assert whose(read_facts(other.settings, other.clock), child["person"]) is None


def test_a_house_that_cannot_be_read_is_told_of_and_hides_no_other(tmp_path: Path) -> None:
    home = live(tmp_path / "home", 1, UNTIL)
    for root in home.settings.root_folder.iterdir():
        root.unlink()
    found = audited(home)
    assert [row["rule"] for row in found.violations] == ["OPENS"]
    assert str(tmp_path) not in json.dumps(found.house) + json.dumps(found.violations)
    assert "RootGone" in page(report([found], PERIOD))


def test_a_household_that_was_forgotten_has_its_receipts_and_no_violation(tmp_path: Path) -> None:
    home = live(tmp_path / "home", 2, UNTIL)
    home.forgetter.forget(home.id, Scope(household=True))
    home.ledger.wait()
    found = audited(home)
    assert found.violations == ()
    assert found.house["kept"]["by_kind"].keys() == {"receipt"}


def test_an_erasure_that_is_at_work_is_no_breach(tmp_path: Path) -> None:
    """With the root that it replaced still held, as where a mirror is away."""
    home = live(tmp_path / "home", 1, UNTIL)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(FileRootKeeper, "destroy", _away)
        with pytest.raises(RootRemains):
            home.forgetter.forget(home.id, Scope(recordings=frozenset({home.keep()})))
        assert audited(home).violations == ()
    home.forgetter.resume(home.id)
    assert audited(home).violations == ()


def _away(*_: object) -> None:
    raise KeeperFailed("away")


def test_roots_that_wait_for_the_backup_horizon_are_none_of_the_replaced(tmp_path: Path) -> None:
    home = live(tmp_path / "home", 1, UNTIL)
    later = Home(home.settings, home.clock, copies=Copies(horizon_days=7))
    later.forgetter.forget(home.id, Scope(recordings=frozenset({home.keep()})))
    later.ledger.wait()
    assert len(home.roots.ids()) == 2
    assert audited(home).violations == ()


def test_it_changes_nothing(tmp_path: Path) -> None:
    home = live(tmp_path / "home", 1, UNTIL)
    home.db.tidy()
    before = home.settings.database_file.read_bytes()
    audited(home)
    assert home.settings.database_file.read_bytes() == before


class _Outside(HTMLParser):
    """Notes what a page would fetch or run."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in {"script", "link", "img", "iframe", "object"}:
            self.found.append(tag)
        names = {name for name, _ in attrs if name in {"src", "href", "style"} or name[:2] == "on"}
        self.found.extend(names)


def test_the_page_stands_alone(lived: list[Account]) -> None:
    for accounts in (lived, lived[:1]):
        text = page(report(accounts, PERIOD))
        outside = _Outside()
        outside.feed(text)
        assert not outside.found
        assert "http" not in text.partition("<style>")[0] + text.partition("</style>")[2]
        assert text.count("<svg") == 4
        assert "prefers-color-scheme: dark" in text
        assert "@media print" in text


def test_oscal_keeps_the_schema_of_nist(lived: list[Account], tmp_path: Path) -> None:
    home = live(tmp_path / "home", 1, UNTIL)
    PLANTS["a root key kept"][1](home)
    schema = jsonschema_rs.validator_for(json.loads(SCHEMA.read_text()))
    well: dict[str, Any] = oscal(report(lived, PERIOD))
    document: dict[str, Any] = oscal(report([*lived, audited(home)], PERIOD))
    for one in (well, document):
        assert [error.message for error in schema.iter_errors(one)] == []
    (result,) = document["assessment-results"]["results"]
    (observation,) = result["observations"]
    not_kept = [
        one for one in result["findings"] if one["target"]["status"]["state"] == "not-satisfied"
    ]
    assert [one["related-observations"] for one in not_kept] == [
        [{"observation-uuid": observation["uuid"]}]
    ]
    broken = {"assessment-results": {**document["assessment-results"], "results": []}}
    assert not schema.is_valid(broken)
