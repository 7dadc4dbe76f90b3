"""What a skill is, and all that it may know."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol, runtime_checkable
from urllib.parse import urlsplit

from unhear.answer.door import AtTheDoor, NoDoor
from unhear.answer.replies import Replies
from unhear.answer.rooms import Rooms
from unhear.household.family import Household
from unhear.household.notice import Recipient
from unhear.household.scope import Scope
from unhear.household.speech import Intent, Item, Question, Reply
from unhear.household.words import DeviceId, PersonId, TraceId


class Memory(Protocol):
    """What one skill remembers for the household; survives a restart."""

    def items(self) -> Sequence[Item]:
        """Answer everything remembered, oldest first."""

    def remember(self, data: Mapping[str, str]) -> Item:
        """Keep `data`, as something that came of the request being answered."""

    def drop(self, ids: Sequence[TraceId]) -> None:
        """Forget the items of these ids; unknown ids do nothing."""


@dataclass(frozen=True, slots=True)
class Heard:
    """One line of what the assistant has kept: never its words, which are sealed."""

    trace: TraceId
    heard_at: datetime
    device: DeviceId
    person: PersonId
    seconds: float
    intent: str | None


@dataclass(frozen=True, slots=True)
class LastTurn:
    """Why the assistant did what it last did on this device; held in memory for minutes.

    `heard_at` and `person` tell whose request it was and since when there can be traces of it;
    `wanted` is the intent itself, so that "and turn it off again" has something to turn off;
    `question` is what was asked back.
    """

    intent: str | None
    reply: str
    reasons: Sequence[str]
    kept: bool
    heard_at: datetime
    person: PersonId
    wanted: Intent | None = None
    question: Question | None = None


class Privacy(Protocol):
    """What the privacy skill may ask of the house."""

    def forget(self, scope: Scope) -> int:
        """Erase the scope with a receipt; answer how many recordings it named.

        Raises `unhear.forget.ForgetError` when the erasure could not be finished; what was
        begun goes on by itself.
        """

    def heard(self, scope: Scope) -> Sequence[Heard]:
        """Answer the kept recordings of `scope`, oldest first."""

    def set_recording(self, *, recording: bool) -> None:
        """Stop or start keeping what this device hears, where that is consented to."""

    def set_listening(self, *, listening: bool, until: datetime | None = None) -> None:
        """Stop or start listening on this device; stop perhaps only `until` a moment."""


@dataclass(frozen=True, slots=True)
class SkillContext:
    """Everything a skill may know beside the slots of its intent.

    `now` is aware, in the household's time zone. `say` fills the skill's replies in the house's
    language. `settings` are those of `[skills.NAME]`. `last` is the turn before this one on this
    device, or None. Where it is not `sure`, the words were heard in doubt: a skill asks back before
    it does what cannot be undone (`unhear.answer.confirming`).
    """

    now: datetime
    household: Household
    device: DeviceId
    person: PersonId
    memory: Memory
    privacy: Privacy
    rooms: Rooms
    say: Replies
    settings: Mapping[str, Any] = field(default_factory=dict)
    last: LastTurn | None = None
    language: str = "en"
    sure: bool = True
    door: AtTheDoor = field(default_factory=NoDoor)


class Skill(Protocol):
    """Something the assistant can do: a folder of sentences and one handler."""

    @property
    def name(self) -> str:
        """The skill's name: lower-case letters, digits and underscores."""

    @property
    def remembers(self) -> str:
        """What it keeps in its memory, for the data map; empty if nothing: then it gets none."""

    @property
    def sentences(self) -> Path:
        """A folder with one YAML file a language, named by its code (`en.yaml`).

        It holds the hassil sentences the skill listens for, and the replies it gives.
        """

    def handle(self, intent: Intent, context: SkillContext) -> Reply:
        """Do what is asked and answer it in a sentence or two."""


@runtime_checkable
class Ticking(Protocol):
    """A skill for which something falls due by itself."""

    def tick(self, context: SkillContext) -> None:
        """Do whatever has fallen due; called about once a second while the house runs."""


@runtime_checkable
class Sending(Protocol):
    """A skill that sends something out of the house; one that does must say so like this."""

    def recipients(self, settings: Mapping[str, Any]) -> Sequence[Recipient]:
        """Answer to whom it sends, with these settings of `[skills.NAME]`; empty while it is off.

        The notice to parents is made of it, and an operator needs a written assurance of each.
        """


def host_of(url: str) -> str:
    """Answer the host, and port, of an address: what may be shown of it, without user or path."""
    return urlsplit(url if "//" in url else f"//{url}").netloc.rpartition("@")[2] or "localhost"
