"""From what work costs to what there can be too little of, and to what it costs in money."""

from collections.abc import Mapping
from dataclasses import dataclass

from bench.capacity.homes import Homes, Work
from bench.capacity.kept import PIECE, PIECES, SOUND, Cost
from bench.capacity.simulate import Resource

HOUSES = "cores of web, ears and workers"
RECOGNISERS = "cores that recognise speech"
LISTENERS = "cores that listen for wake words"
WATCHERS = "cores that watch cameras"
DATABASE = "cores of PostgreSQL"
BUCKET = "cores of the object store"
SHARDS = "shards, each written by one at a time"

DUTY_SECONDS = 0.008
"""A duty that finds nothing to do, with its way through the queue; measured with 60 homes."""

GIGABYTE, TERABYTE = 1e9, 1e12


@dataclass(frozen=True, slots=True)
class Prices:
    """A month's rent in dollars: round numbers of no provider in particular; put in your own."""

    core: float = 15.0
    """With 4 GB of memory."""

    database_gigabyte: float = 0.1
    bucket_gigabyte: float = 0.02
    database_copies: int = 3
    """A primary and two replicas, each of which has all cores and all bytes."""


def resources(costs: Mapping[Work, Cost], recognising: Cost) -> list[Resource]:
    """Answer what there can be too little of, and how much of it each piece of work takes."""
    served: dict[Work, float] = {
        work: cost.spent.house
        for work, cost in costs.items()
        if work not in {Work.STREAMS, Work.CAMERAS}
    }
    return [
        Resource(HOUSES, {**served, Work.DUTIES: DUTY_SECONDS}),
        Resource(RECOGNISERS, {Work.REQUESTS: recognising.spent.house}),
        Resource(LISTENERS, {Work.STREAMS: costs[Work.STREAMS].spent.house}),
        Resource(WATCHERS, {Work.CAMERAS: costs[Work.CAMERAS].spent.house}),
        Resource(DATABASE, {work: cost.spent.database for work, cost in costs.items()}),
        Resource(BUCKET, {work: cost.spent.bucket for work, cost in costs.items()}),
        Resource(SHARDS, {work: cost.lock for work, cost in costs.items()}),
    ]


def stored(homes: Homes, row_bytes: float) -> dict[str, float]:
    """Answer the terabytes of full homes: rows of one copy of the database, and the bucket."""
    recordings = homes.count * homes.days_kept * homes.requests * homes.keeping
    clips = homes.count * homes.days_kept * homes.cameras * homes.clips
    in_bucket = recordings * len(SOUND) + clips * PIECES * len(PIECE)
    return {
        "database": (recordings + clips) * row_bytes / TERABYTE,
        "bucket": in_bucket / TERABYTE,
    }


def log_megabytes(costs: Mapping[Work, Cost], done: Mapping[Work, float]) -> float:
    """Answer the megabytes a second that are written ahead, to each replica, in a minute."""
    total = sum(done[work] * cost.spent.log_bytes for work, cost in costs.items())
    return total / 60 / 1e6


def dollars_a_month(
    units: Mapping[str, int], terabytes: Mapping[str, float], prices: Prices
) -> dict[str, float]:
    """Answer what all units and bytes cost; shards cost nothing by themselves."""
    cores = {name: count * prices.core for name, count in units.items() if name != SHARDS}
    cores[DATABASE] *= prices.database_copies
    rows = terabytes["database"] * TERABYTE / GIGABYTE
    return {
        **cores,
        "bytes of the database": rows * prices.database_gigabyte * prices.database_copies,
        "bytes of the object store": terabytes["bucket"] * 1000 * prices.bucket_gigabyte,
    }
