"""A small year of households, each kind of breach once: all are found, and nothing else is."""

from pathlib import Path

import pytest
from bench.audit.plants import PLANTS
from bench.audit.story import measure, read_plainly, settle

from unhear.house.evidence.rules import Rule


@pytest.mark.slow
def test_every_breach_is_found_among_many_households(tmp_path: Path) -> None:
    planted = settle(tmp_path, 36, len(PLANTS))
    figures = measure(tmp_path, planted)
    assert (figures["found"], figures["false"]) == (len(PLANTS), 0)
    assert set(figures["by_rule"]) == {rule.name for rule in Rule}
    assert read_plainly(tmp_path, planted)["found"] < len(PLANTS)
