"""In whatever order a house keeps, forgets and is backed up, nothing forgotten comes back."""

from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.copies.houses import bring_back, forget, keep, kept, lose_the_disk, new_house
from unhear.house.audit import audit
from unhear.house.backup import Backup, backup
from unhear.house.house import House
from unhear.house.restore import RestoreRefused
from unhear.household.scope import Scope
from unhear.household.words import TraceId
from unhear.stores.copies.target import Target

STEPS = ("keep", "forget", "forget", "forget words", "back up", "reopen", "drop state")
KEPT = [("keep", 0)] * 3


@dataclass
class Story:
    """What happened to a house: what it keeps, and with words; what is gone; the backups."""

    kept: dict[TraceId, bool] = field(default_factory=dict)
    gone: set[TraceId] = field(default_factory=set)
    wordless: set[TraceId] = field(default_factory=set)
    backups: list[tuple[Backup, dict[TraceId, bool]]] = field(default_factory=list)
    forgot_since: bool = False

    def then(self, which: int) -> dict[TraceId, bool]:
        """What going back to a backup must bring: what it held, less what was forgotten since."""
        held = self.backups[which][1]
        return {
            trace: words and trace not in self.wordless
            for trace, words in held.items()
            if trace not in self.gone
        }


def tell(house: House, target: Target, steps: list[tuple[str, int]]) -> tuple[House, Story]:
    story = Story()
    for step, which in steps:
        chosen = list(story.kept)[which % len(story.kept)] if story.kept else None
        if step == "keep":
            story.kept[keep(house)] = True
        elif step == "forget" and chosen:
            forget(house, chosen)
            story.gone.add(chosen)
            story.forgot_since = True
            del story.kept[chosen]
        elif step == "forget words" and chosen and story.kept[chosen]:
            scope = Scope(recordings=frozenset([chosen]), words_only=True)
            house.forgetter.forget(house.household.id, scope)
            story.wordless.add(chosen)
            story.forgot_since = True
            story.kept[chosen] = False
        elif step == "back up":
            story.backups.append((backup(house, target), dict(story.kept)))
            story.forgot_since = False
        elif step == "reopen":
            house.close()
            house = House(house.settings)
        elif step == "drop state":
            for state in house.settings.data_folder.glob("*-copy-*.json"):
                state.unlink()
    return house, story


def words(house: House) -> dict[TraceId, bool]:
    return {trace: house.catalogue.sealed(trace).transcript is not None for trace in kept(house)}


stories = st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 9)), max_size=16)


@settings(max_examples=20, deadline=None)
@given(steps=stories, which=st.integers(0, 9))
def test_within_the_horizon_any_backup_comes_back_without_what_was_forgotten(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, int]], which: int
) -> None:
    folder = tmp_path_factory.mktemp("orders")
    house = new_house(folder / "house", horizon_days=7, mirror=str(folder / "mirror"))
    target = Target(str(folder / "target"))
    house, story = tell(house, target, [*KEPT, ("back up", 0), *steps, ("back up", 0)])
    which %= len(story.backups)
    lose_the_disk(house)
    newest = Target(str(folder / "mirror"))
    again, _ = bring_back(house, target, newest=newest, at=story.backups[which][0])
    assert words(again) == story.then(which)
    forget(again, keep(again))
    assert sound(again) == []
    again.close()


@settings(max_examples=20, deadline=None)
@given(steps=stories, horizon_days=st.sampled_from([0, 7]))
def test_the_last_backup_alone_brings_everything_or_nothing_back(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, int]], horizon_days: int
) -> None:
    folder = tmp_path_factory.mktemp("orders")
    house = new_house(folder / "house", horizon_days=horizon_days)
    target = Target(str(folder / "target"))
    house, story = tell(house, target, [*KEPT, ("back up", 0), *steps])
    lose_the_disk(house)
    if story.forgot_since:
        with pytest.raises(RestoreRefused, match="does not open"):
            bring_back(house, target)
        return
    again, restored = bring_back(house, target)
    assert restored.without_sound == 0
    assert words(again) == story.backups[-1][1]
    assert sound(again) == []
    again.close()


def sound(house: House) -> list[str]:
    return [f"{one.check}: {one.seen}" for one in audit(house) if not one.ok]
