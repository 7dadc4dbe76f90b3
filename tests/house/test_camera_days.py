"""Film stays for the days that are usual where its camera stands, unless others were chosen."""

from dataclasses import replace

import pytest

from unhear.household.cameras import INDOOR_DAYS, STREET_DAYS, Camera, placed
from unhear.household.words import DeviceId

OUTSIDE = Camera(DeviceId("door"))
INSIDE = replace(OUTSIDE, indoors=True, days=INDOOR_DAYS)


def test_a_camera_that_is_moved_gets_the_days_of_its_place() -> None:
    assert OUTSIDE.days == STREET_DAYS
    assert placed(OUTSIDE, replace(OUTSIDE, indoors=True)) == INSIDE
    assert placed(INSIDE, replace(INSIDE, indoors=False)) == OUTSIDE


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (OUTSIDE, replace(OUTSIDE, on=True)),
        (OUTSIDE, replace(OUTSIDE, indoors=True, days=9)),
        (replace(OUTSIDE, days=9), replace(OUTSIDE, indoors=True, days=9)),
    ],
)
def test_days_that_were_chosen_stay(before: Camera, after: Camera) -> None:
    assert placed(before, after) == after
