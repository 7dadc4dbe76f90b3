"""A service minute by minute: each resource works off what it is given, and what is left waits."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bench.capacity.homes import MINUTES_A_DAY, STEADY, Done, Homes, Scenario, Work

SECONDS = 60.0
BUSY_AIM = 0.6
"""How busy a resource is to be at most, in the busiest minute of a usual day."""

DAYS = 3
"""What a bad day leaves to be done may take longer than it."""

WAITING = frozenset({Work.ERASURES, Work.ERASED})
"""Work that waits its turn where there is too little room; other work is late at once, or lost."""


@dataclass(frozen=True, slots=True)
class Resource:
    """Something that there can be too little of: cores, or shards that are written one at a time.

    `costs` says how many seconds of one unit each piece of work takes; what is steady takes so
    many seconds each second.
    """

    name: str
    costs: Mapping[Work, float]

    def seconds(self, done: Done, kinds: frozenset[Work] = frozenset(Work)) -> float:
        """Answer the seconds of one unit that a minute's work takes, of these kinds."""
        return sum(
            done[work] * cost * (SECONDS if work in STEADY else 1.0)
            for work, cost in self.costs.items()
            if work in kinds
        )


@dataclass(slots=True)
class Course:
    """How a resource fared, minute by minute.

    `asked` is what was asked of it anew, as a share of what it could do; `late` is what could not
    be done at once and could not wait; `waits` is how many seconds of all its work lie before what
    comes now.
    """

    asked: list[float] = field(default_factory=list)
    late: list[float] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)

    @property
    def busiest(self) -> float:
        """How much was asked in the busiest minute; above 1 it was too much."""
        return max(self.asked)

    @property
    def caught_up(self) -> int | None:
        """How many minutes work waited, from the first that waited to the last; None for ever."""
        waited = [minute for minute, seconds in enumerate(self.waits) if seconds > 0]
        if waited and waited[-1] == len(self.waits) - 1:
            return None
        return waited[-1] - waited[0] + 1 if waited else 0


def needed(resources: Sequence[Resource], homes: Homes) -> dict[str, int]:
    """Answer how many units of each keep the busiest minute of a usual day below `BUSY_AIM`."""
    minutes = [homes.a_minute(minute) for minute in range(MINUTES_A_DAY)]
    return {
        one.name: math.ceil(max(one.seconds(done) for done in minutes) / SECONDS / BUSY_AIM)
        for one in resources
    }


def simulate(
    resources: Sequence[Resource], units: Mapping[str, int], homes: Homes, scenario: Scenario
) -> dict[str, Course]:
    """Answer how each resource fares from midnight on, with so many units of it."""
    courses = {resource.name: Course() for resource in resources}
    left = dict.fromkeys(courses, 0.0)
    for minute in range(DAYS * MINUTES_A_DAY):
        done = scenario.change(homes, minute, homes.a_minute(minute))
        for resource in resources:
            name, course = resource.name, courses[resource.name]
            room = units[name] * scenario.works(minute) * SECONDS
            asked, may_wait = resource.seconds(done), resource.seconds(done, WAITING)
            for_the_waiting = max(0.0, room - (asked - may_wait))
            left[name] = max(0.0, left[name] + may_wait - for_the_waiting)
            course.asked.append(asked / room)
            course.late.append(max(0.0, asked - may_wait - room) / room)
            course.waits.append(left[name] / room * SECONDS)
    return courses


def breaks_first(courses: Mapping[str, Course]) -> str:
    """Answer the resource of which most was asked beyond what there was."""
    return max(courses, key=lambda name: courses[name].busiest)
