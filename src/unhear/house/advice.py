"""What a check-up says: how something is, what was seen, and what to do."""

from dataclasses import dataclass
from enum import StrEnum


class Health(StrEnum):
    """How something is."""

    OK = "ok"
    WARNING = "warning"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Advice:
    """One finding of `unhear doctor`; `todo` is empty when there is nothing to do."""

    check: str
    health: Health
    seen: str
    todo: str = ""


def ok(check: str, seen: str) -> Advice:
    """Say that something is as it should be."""
    return Advice(check, Health.OK, seen)


def warning(check: str, seen: str, todo: str) -> Advice:
    """Say what could be better, and how."""
    return Advice(check, Health.WARNING, seen, todo)


def wrong(check: str, seen: str, todo: str) -> Advice:
    """Say what must be mended, and how."""
    return Advice(check, Health.WRONG, seen, todo)
