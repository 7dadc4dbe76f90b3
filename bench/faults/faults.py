"""What fails, each for some seconds; it is over when a fault's function returns."""

import subprocess
from collections.abc import Callable
from time import sleep

from bench.faults.world import OURS, World

Fault = Callable[[World, float], None]


def worker_killed(world: World, _: float) -> None:
    """Kill the worker, and start another as its supervisor would."""
    _kill(world, "worker")


def ears_killed(world: World, _: float) -> None:
    """Kill what hears, and start another."""
    _kill(world, "ears")


def store_stopped(world: World, seconds: float) -> None:
    """Stop the object store for a while."""
    world.bucket.stop()
    sleep(seconds)
    world.bucket.start()


def keeper_away(world: World, seconds: float) -> None:
    """Take away the medium that the root keys are on, and bring it back."""
    roots = world.home / "roots"
    away = roots.rename(roots.with_name("roots.away"))
    sleep(seconds)
    away.rename(roots)


def network_cut(_: World, seconds: float) -> None:
    """Pull the cable to the object store: what was sent is lost, and no connection is closed."""
    subprocess.check_call(["ip", "link", "set", OURS, "down"])
    sleep(seconds)
    subprocess.check_call(["ip", "link", "set", OURS, "up"])


def primary_killed(world: World, _: float) -> None:
    """Kill the primary database at once, promote its replica, and make another in its place.

    Until that is there nothing can be forgotten wholly: what may be promoted next has the old keys.
    """
    world.one.lose_power()
    world.two.promote()
    again = world.two.replica("one")
    world.stack.callback(again.remove)
    again.start()


FAULTS: dict[str, Fault] = {
    "worker killed": worker_killed,
    "ears killed": ears_killed,
    "object store stopped": store_stopped,
    "network to the object store cut": network_cut,
    "keeper away": keeper_away,
    "primary database killed": primary_killed,
}
"""In this order: the last leaves the database elsewhere."""

NEEDS_CABLE = {"network to the object store cut"}


def _kill(world: World, role: str) -> None:
    killed = world.processes[role].popen
    killed.kill()
    killed.wait()
    world.begin(role)
