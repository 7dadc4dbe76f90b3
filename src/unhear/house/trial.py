"""Try a skill in words, as its author would: real sentences and replies, memory in a list."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from unhear import clock
from unhear.answer.registry import Skills
from unhear.answer.rooms import Countdown
from unhear.answer.skill import Heard, Skill, SkillContext, Ticking
from unhear.forget.traces import new_trace_id
from unhear.household.family import Household
from unhear.household.scope import Scope
from unhear.household.speech import Item, Question, Reply
from unhear.household.words import UNKNOWN_PERSON, DeviceId, HouseholdId, TraceId
from unhear.keep.memory import MemoryUndeclared
from unhear.understand.grammar import Grammar

HERE = DeviceId("here")


class TrialMemory:
    """A skill's memory in a list."""

    def __init__(self, remembers: str) -> None:
        """`remembers` is what the skill says it keeps."""
        self._remembers = remembers
        self._items: list[Item] = []

    def items(self) -> Sequence[Item]:
        """Answer everything remembered, oldest first."""
        return list(self._items)

    def remember(self, data: Mapping[str, str]) -> Item:
        """Keep `data`. Raises `MemoryUndeclared` for a skill that says it remembers nothing."""
        if not self._remembers:
            raise MemoryUndeclared("the skill would keep something; its `remembers` must say what")
        self._items.append(Item(new_trace_id(), dict(data), clock.now()))
        return self._items[-1]

    def drop(self, ids: Sequence[TraceId]) -> None:
        """Forget the items of these ids."""
        self._items = [item for item in self._items if item.id not in ids]


class TrialPrivacy:
    """A house that has kept nothing."""

    def forget(self, scope: Scope) -> int:  # noqa: ARG002 - nothing is kept
        """Forget nothing."""
        return 0

    def heard(self, scope: Scope) -> Sequence[Heard]:  # noqa: ARG002 - nothing is kept
        """Answer nothing."""
        return []

    def set_recording(self, *, recording: bool) -> None:
        """Do nothing."""

    def set_listening(self, *, listening: bool, until: datetime | None = None) -> None:
        """Do nothing."""


@dataclass
class TrialRooms:
    """One room; `said` is what was said unasked."""

    here: str = HERE
    said: list[str] = field(default_factory=list)
    volume: int = 100

    def names(self) -> Sequence[str]:
        """Answer the one room."""
        return [self.here]

    def devices(self) -> Sequence[DeviceId]:
        """Answer the one device."""
        return [HERE]

    def announce(self, text: str, room: str | None = None) -> Sequence[str]:  # noqa: ARG002 - alone
        """Answer that nobody else hears it."""
        return []

    def ring(self, text: str, device: DeviceId) -> None:  # noqa: ARG002 - one device
        """Note what rings."""
        self.said.append(text)

    def say(self, text: str, device: DeviceId) -> None:  # noqa: ARG002 - one device
        """Note what is said."""
        self.said.append(text)

    def quiet(self) -> bool:
        """Answer that nothing sounds."""
        return False

    def show(self, running: Sequence[Countdown]) -> None:
        """Show nothing."""

    def play(self, tracks: Sequence[Path]) -> None:
        """Play nothing."""

    def skip(self) -> bool:
        """Answer that nothing plays."""
        return False

    def set_volume(self, percent: int) -> None:
        """Note the volume."""
        self.volume = percent


class Trial:
    """A conversation with one skill; `now` can be set, and `tick` lets things fall due.

    What the skill asks back is answered by the next words, and half a sentence is asked about.
    """

    def __init__(
        self, skill: Skill, *, language: str = "en", settings: Mapping[str, Any] | None = None
    ) -> None:
        self.skill = skill
        self.now = clock.now()
        self.memory = TrialMemory(skill.remembers)
        self.rooms = TrialRooms()
        self._language = language
        self._settings = settings or {}
        self._skills = Skills([skill], language)
        self._grammar = Grammar([skill], language=language)
        self._asked: Question | None = None

    def say(self, words: str, *, sure: bool = True) -> str:
        """Answer what is said to `words`, which were heard surely or in doubt.

        Raises `MemoryUndeclared` where the skill keeps what it does not declare.
        """
        return self.reply(words, sure=sure).text

    def reply(self, words: str, *, sure: bool = True) -> Reply:
        """Answer the whole reply to `words`. Raises like `say`."""
        understood = self._grammar.understand(words)
        filled = None if self._asked is None else self._grammar.fill(self._asked, words)
        intent = next(iter(understood.intents), filled)
        if intent is None and understood.half is not None:
            reply = self._ask_for(understood.half)
        elif intent is None:
            reply = self._skills.answer(None, self._context())
        else:
            reply = self.skill.handle(intent, self._context(sure=sure))
        self._asked = reply.question
        return reply

    def _ask_for(self, half: Question) -> Reply:
        replies, key = self._skills.replies(self.skill.name), f"ask_{half.slot}"
        text = replies(key) if key in replies else self._skills.replies("")("half")
        return Reply(text, question=half)

    def tick(self) -> Sequence[str]:
        """Let fall due what falls due; answer what was said since the last time."""
        if isinstance(self.skill, Ticking):
            self.skill.tick(self._context())
        said, self.rooms.said = self.rooms.said, []
        return said

    def _context(self, *, sure: bool = True) -> SkillContext:
        return SkillContext(
            now=self.now,
            household=Household(HouseholdId(bytes(16)), "Trial", (), ()),
            device=HERE,
            person=UNKNOWN_PERSON,
            memory=self.memory,
            privacy=TrialPrivacy(),
            rooms=self.rooms,
            say=self._skills.replies(self.skill.name),
            settings=self._settings,
            language=self._language,
            sure=sure,
        )
