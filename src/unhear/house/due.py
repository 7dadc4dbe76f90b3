"""What falls due in this process, where several serve one house: each thing is done by one.

A timer rings where it was set, so it falls due where that device is served. What was set on a
device that nobody serves, and what was set on none, fall due in one process alone.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from unhear.answer.skill import SkillContext
from unhear.house.house import House
from unhear.house.leases import Leases, device_lease
from unhear.house.replying import context_of
from unhear.household.speech import Item
from unhear.household.words import DeviceId, TraceId, Utterance
from unhear.keep.memory import Read, Recall, SkillMemory

DEVICE = "device"
"""The word under which items of skills say where they are to be heard."""

DUE = "what falls due on no device"
"""The lease of whoever does what belongs to no device that is served."""

Mine = Callable[[DeviceId | None], bool]
"""Whether this process does what falls due on a device, or on none."""


def due_by(leases: Leases) -> Mine:
    """Answer who does what, by the leases of the house."""

    def mine(device: DeviceId | None) -> bool:
        if device is None:
            return leases.has(DUE)
        lease = device_lease(device)
        return leases.has(lease) or (leases.has(DUE) and not leases.taken(lease))

    return mine


def due_here(skill: str, tick: Utterance, house: House, mine: Mine | None) -> SkillContext:
    """Answer what a skill may know while it lets fall due what does in this process.

    What it remembers is read again only where something of the household has changed.
    """
    ours = house.household.id

    def recall(read: Read) -> Sequence[Item]:
        return house.conversation.recall(ours, skill, house.database.news.of(ours), read)

    here = _Here(house.memory(skill, tick), recall, mine)
    return replace(context_of(tick, skill, house), memory=here)


@dataclass(frozen=True, slots=True)
class _Here:
    memory: SkillMemory
    recall: Recall
    mine: Mine | None

    def items(self) -> Sequence[Item]:
        """Answer what falls due here, oldest first."""
        items = self.memory.items(self.recall)
        return items if self.mine is None else [one for one in items if self.mine(_device_of(one))]

    def remember(self, data: Mapping[str, str]) -> Item:
        """Keep something."""
        return self.memory.remember(data)

    def drop(self, ids: Sequence[TraceId]) -> None:
        """Forget items."""
        self.memory.drop(ids)


def _device_of(item: Item) -> DeviceId | None:
    device = item.data.get(DEVICE)
    return None if device is None else DeviceId(device)
