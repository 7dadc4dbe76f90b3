"""The households of a measurement: how many, in which shards, and where everything lies."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from unhear.household.words import HouseholdId
from unhear.settings import Settings

SOUND = bytes(2 * 16_000 * 2)
"""Two seconds of sound; what is in it makes no difference to sealing."""

WORDS = "switch the light in the kitchen on"
PAGE = 50


@dataclass(frozen=True, slots=True)
class World:
    """Where a measurement's households lie; small enough to be given to processes."""

    database: str
    bucket: str
    folder: Path
    shards: int
    households: int
    recordings: int
    """Kept by all households together before it begins."""

    def settings(self, shard: int) -> Settings:
        """Answer the settings of a shard's houses."""
        return Settings(
            house=self.folder / f"shard{shard}", database=self.database, shard=f"s{shard}"
        )

    def shard_of(self, household: int) -> int:
        """Answer which shard a household is in."""
        return household % self.shards

    def of_shard(self, shard: int) -> range:
        """Answer the households of a shard."""
        return range(shard, self.households, self.shards)

    def id_of(self, household: int) -> HouseholdId:
        """Answer the pseudonym of a household: the same in every process."""
        return HouseholdId(random.Random(household).randbytes(16))  # noqa: S311 - no secret

    def each(self) -> int:
        """Answer how many recordings each household has at first."""
        return self.recordings // self.households

    def at_random(self, seed: int) -> Iterator[int]:
        """Yield households as requests come from them, for ever."""
        rng = random.Random(seed)  # noqa: S311 - no secret
        while True:
            yield rng.randrange(self.households)
