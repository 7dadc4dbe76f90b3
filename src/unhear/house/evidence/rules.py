"""What an audit holds a house to: one rule a kind of violation, and the numbered requirements."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from unhear.household.words import HouseholdId


class Rule(StrEnum):
    """A rule that a house can break; the text is what is shown, and stands in reports for good."""

    IN_TIME = "what is asked to be forgotten is forgotten in time"
    STATED = "every erasure stands in the log, at the times it happened"
    GONE = "nothing that was forgotten is kept"
    DATED = "nothing is kept past its date"
    CEILING = "nothing is kept for longer than may be"
    CONSENTED = "every recording was made under a consent"
    METHOD = "every consent rests on a method that is enough"
    NOTICE = "every consent rests on a notice that is kept"
    CONSENT_STATED = "every consent stands in the log, at the time it was given"
    GRANTED = "nobody but guardians looks without a grant"
    RECEIPTED = "no receipt is taken out of the house"
    UNLEARNED = "what was learned is what the kept contributions make"
    LINEAGE = "nothing teaches that was forgotten"
    ROOT = "no root key is held that was replaced"
    LOG = "the log is what was published and receipted"
    WITNESSED = "witnesses saw this log and no other"
    HELD = "a legal hold has two people, a reason and an end, and stands in the log"
    OPENS = "everything kept opens, and nobody changed it"


REQUIREMENTS: dict[Rule, tuple[str, ...]] = {
    Rule.IN_TIME: ("GD-1", "CA-1", "COP-11", "AMZ-6"),
    Rule.STATED: ("GD-2", "AMZ-7"),
    Rule.GONE: ("AMZ-1", "AMZ-2", "COP-2"),
    Rule.DATED: ("AMZ-4", "COP-15", "BI-1"),
    Rule.CEILING: ("AMZ-4", "COP-15"),
    Rule.CONSENTED: ("COP-3", "COP-8", "GD-4"),
    Rule.METHOD: ("COP-5",),
    Rule.NOTICE: ("COP-3", "AMZ-8"),
    Rule.CONSENT_STATED: ("GD-4", "COP-4"),
    Rule.GRANTED: ("RNG-1", "RNG-2"),
    Rule.RECEIPTED: ("RNG-3", "GD-2"),
    Rule.UNLEARNED: ("GD-3", "AMZ-6"),
    Rule.LINEAGE: ("RNG-10", "DI-1"),
    Rule.ROOT: ("NI-1", "COP-2"),
    Rule.LOG: ("RNG-3", "GD-2"),
    Rule.WITNESSED: ("RNG-3", "GD-2"),
    Rule.HELD: ("GD-5",),
    Rule.OPENS: ("GD-2",),
}
"""The requirements of docs/compliance.md that each rule serves."""


@dataclass(frozen=True, slots=True)
class Violation:
    """One breach of a rule by a house.

    `about` is the id of what it is about, by the kind of id that it is (`person`, `thing` and so
    on), and `seen` says in plain words what was found, without a name.
    """

    rule: Rule
    household: HouseholdId
    about: tuple[str, bytes]
    at: datetime
    seen: str
