"""Hold a conversation with the skills, in words: real grammar, real skills, a set clock."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from unhear.answer.registry import find_skills
from unhear.answer.rooms import Countdown
from unhear.answer.skill import Heard, LastTurn, SkillContext
from unhear.clock import random_bytes
from unhear.forget.errors import NoSuchTrace
from unhear.household.cameras import Mode
from unhear.household.family import Household
from unhear.household.scope import Scope
from unhear.household.speech import Item, Reply
from unhear.household.words import UNKNOWN_PERSON, DeviceId, HouseholdId, PersonId, TraceId
from unhear.understand.grammar import Grammar

NOW = datetime(2026, 3, 14, 15, 9, 26, tzinfo=UTC)
KITCHEN = DeviceId("kitchen")
HOUSEHOLD = Household(HouseholdId(bytes(16)), "Home", (), ())
SKILLS = find_skills()
GRAMMAR = Grammar(SKILLS.all())


class ListMemory:
    """A skill's memory in a list."""

    def __init__(self, now: datetime) -> None:
        self.kept: list[Item] = []
        self.now = now

    def items(self) -> Sequence[Item]:
        return list(self.kept)

    def remember(self, data: Mapping[str, str]) -> Item:
        self.kept.append(Item(TraceId(random_bytes(16)), dict(data), self.now))
        return self.kept[-1]

    def drop(self, ids: Sequence[TraceId]) -> None:
        self.kept = [item for item in self.kept if item.id not in ids]


@dataclass
class ListPrivacy:
    """What was kept, as a list that scopes are carried out on."""

    kept: list[Heard] = field(default_factory=list)
    last: LastTurn | None = None
    listening: bool = True
    recording: bool = True
    until: datetime | None = None
    asked: list[Scope] = field(default_factory=list)

    def forget(self, scope: Scope) -> int:
        self.asked.append(scope)
        named = self.heard(scope)
        if scope.recordings is not None and not named:
            raise NoSuchTrace("no such recording is kept")
        self.kept = [one for one in self.kept if one not in named]
        return len(named)

    def heard(self, scope: Scope) -> Sequence[Heard]:
        return [
            one
            for one in self.kept
            if scope.covers(
                trace=one.trace, person=one.person, device=one.device, heard_at=one.heard_at
            )
        ]

    def set_recording(self, *, recording: bool) -> None:
        self.recording = recording

    def set_listening(self, *, listening: bool, until: datetime | None = None) -> None:
        self.listening, self.until = listening, until


@dataclass
class ListRooms:
    """Rooms that write down what is said, rung and played in them."""

    here: str = KITCHEN
    others: Sequence[str] = ("bedroom", "living room")
    said: list[str] = field(default_factory=list)
    announced: list[tuple[str, str]] = field(default_factory=list)
    ringing: list[str] = field(default_factory=list)
    tracks: list[Path] = field(default_factory=list)
    shown: Sequence[Countdown] = ()
    volume: int = 100

    def devices(self) -> Sequence[DeviceId]:
        return [KITCHEN, DeviceId("oven")]

    def names(self) -> Sequence[str]:
        return sorted([self.here, *self.others])

    def announce(self, text: str, room: str | None = None) -> Sequence[str]:
        rooms = self.others if room is None else [room]
        told = [name for name in rooms if name in self.names()]
        self.announced += [(name, text) for name in told]
        return told

    def ring(self, text: str, device: DeviceId) -> None:  # noqa: ARG002 - one device
        self.ringing.append(text)
        self.said.append(text)

    def say(self, text: str, device: DeviceId) -> None:  # noqa: ARG002 - one device
        self.said.append(text)

    def quiet(self) -> bool:
        anything = bool(self.ringing or self.tracks)
        self.ringing, self.tracks = [], []
        return anything

    def show(self, running: Sequence[Countdown]) -> None:
        self.shown = running

    def play(self, tracks: Sequence[Path]) -> None:
        self.tracks = list(tracks)

    def skip(self) -> bool:
        anything, self.tracks = bool(self.tracks), self.tracks[1:]
        return anything

    def set_volume(self, percent: int) -> None:
        self.volume = percent


@dataclass
class ListDoor:
    """Cameras that write down what they are told."""

    named: Sequence[str] = ("front door", "Garden Camera")
    rung: list[datetime] = field(default_factory=list)
    speaks: bool = True
    said: list[str] = field(default_factory=list)
    mode: Mode | None = None
    before: Sequence[DeviceId] = ()

    def cameras(self) -> Sequence[DeviceId]:
        return [DeviceId(name) for name in self.named]

    def outside(self, device: DeviceId) -> bool:
        return device in self.before

    def rings(self, since: datetime) -> Sequence[datetime]:
        return [at for at in self.rung if at >= since]

    def answer(self, text: str) -> bool:
        if self.speaks:
            self.said.append(text)
        return self.speaks

    def live_as(self, mode: Mode) -> None:
        self.mode = mode


@dataclass
class Talk:
    """One device in one room."""

    person: PersonId = UNKNOWN_PERSON
    now: datetime = NOW
    privacy: ListPrivacy = field(default_factory=ListPrivacy)
    memories: dict[str, ListMemory] = field(default_factory=dict)
    rooms: ListRooms = field(default_factory=ListRooms)
    settings: dict[str, dict[str, Any]] = field(default_factory=dict)
    household: Household = HOUSEHOLD
    door: ListDoor = field(default_factory=ListDoor)

    def say(self, words: str) -> str:
        return self.reply(words).text

    def reply(self, words: str) -> Reply:
        intent = GRAMMAR.interpret(words)
        return SKILLS.answer(intent, self._context(intent.skill if intent else ""))

    def wait(self, **time: float) -> list[str]:
        self.now = (self.now.astimezone(UTC) + timedelta(**time)).astimezone(self.now.tzinfo)
        SKILLS.tick(self._context)
        rung, self.rooms.said = self.rooms.said, []
        return rung

    def said_just_now(self, *, kept: bool, intent: str | None = "timers.set") -> None:
        """Have a turn in mind, as the house does after each."""
        self.privacy.last = LastTurn(
            intent=intent,
            reply="Timer set.",
            reasons=("No guardian has consented.",),
            kept=kept,
            heard_at=self.now - timedelta(seconds=20),
            person=self.person,
        )

    def kept_recording(self, **ago: float) -> None:
        self.privacy.kept.append(
            Heard(
                trace=TraceId(random_bytes(16)),
                heard_at=self.now - timedelta(**ago),
                device=KITCHEN,
                person=self.person,
                seconds=2.0,
                intent="timers.set",
            )
        )

    def _context(self, skill: str) -> SkillContext:
        return SkillContext(
            now=self.now,
            household=self.household,
            device=KITCHEN,
            person=self.person,
            memory=self.memories.setdefault(skill, ListMemory(self.now)),
            privacy=self.privacy,
            rooms=self.rooms,
            say=SKILLS.replies(skill),
            settings=self.settings.get(skill, {}),
            last=self.privacy.last,
            door=self.door,
        )
