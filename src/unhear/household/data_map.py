"""What is kept, of whom, why, for how long, and what erases it: an annotation for every place.

Every column, kind of file and place in memory carries one; a house with something that has none
refuses to start.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Whose(StrEnum):
    """Whose data something is."""

    PERSON = "a person's"
    HOUSEHOLD = "the household's"
    HOUSE = "the machine's own"


class Erasure(StrEnum):
    """What makes something unreadable, or removes it, when it must go."""

    KEY = "its key is destroyed, so that it is noise in every copy"
    ROW = "its row is removed in the same step as its key; copies made before still show it"
    LOOKED = "its row is removed after the last look for late copies"
    HOUSEHOLD = "it goes when the household is forgotten"
    REQUEST = "it goes when the household is forgotten; of that last request, that and when stays"
    MEANING = "it stands for nobody once the household is forgotten; beside its receipts it stays"
    REPLACED = "it is replaced at every erasure, and the old one destroyed"
    PARTS = "each part of it goes as this map says of that part"
    PAYLOADS = "its file is removed, and copies of it are noise without the small part"
    ENDED = "its row is removed when it ends; its key is destroyed where it is ended from elsewhere"
    PASSED = "its row is removed when it means nothing any more, and with the household"
    CONVERSATION = "it is dropped from memory"
    ASKED = "whoever has it is told to destroy it, answers with a receipt, and is asked again"
    PASSES = "it passes by itself, and reaches no disk"
    YOU = "only you: unhear cannot reach it"
    NEVER = "nothing: it tells nothing of anybody"


class Category(StrEnum):
    """The category of fideslang's taxonomy of personal data."""

    SOUND = "user.sensor"
    WORDS = "user.content.private"
    NAMES = "user.name"
    CREDENTIALS = "user.authorization.credentials"
    PSEUDONYM = "user.unique_id.pseudonymous"
    HABITS = "user.behavior"
    OPERATION = "system.operations"


class Use(StrEnum):
    """The use of fideslang's taxonomy."""

    ANSWER = "essential.service"
    KEEP = "functional.storage"
    LEARN = "functional.service.improve"
    CHOICES = "functional.storage.privacy_preferences"
    OPERATE = "essential.service.operations"
    SECURE = "essential.service.security"
    PROVE = "essential.legal_obligation"


@dataclass(frozen=True, slots=True)
class Kept:
    """One thing that is kept.

    `what` and `why` and `stays` are for families to read; `of` names what it derives from.
    """

    what: str
    why: str
    stays: str
    whose: Whose
    erased: Erasure
    category: Category
    use: Use
    sealed: bool = False
    of: Sequence[str] = ()
