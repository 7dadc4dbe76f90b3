"""The small words of a language: yes and no, what no request ends with, what nobody said."""

from dataclasses import dataclass

YES_WORDS_MAX = 4
"""More words that begin with "yes" are talk."""


@dataclass(frozen=True, slots=True)
class SmallWords:
    """Words that mean something by themselves, in the form `plain` brings them into.

    `hanging` words end nothing that was said whole: "turn on the". After `leading` ones more often
    comes than not: "remind me to call Jo at". `unsaid` is what recognisers write where nobody
    spoke; none of it asks for anything. A yes is short and begins with one of `yes`, or is one of
    `agreed` as a whole; one of `no` anywhere makes it a no.
    """

    hanging: frozenset[str]
    leading: frozenset[str]
    unsaid: frozenset[str]
    yes: frozenset[str]
    agreed: frozenset[str]
    no: frozenset[str]

    def agrees(self, words: str) -> bool | None:
        """Answer whether plain words say yes, or no; None where they say neither."""
        said = words.split()
        if self.no.intersection(said):
            return False
        short = said[:1] and said[0] in self.yes and len(said) <= YES_WORDS_MAX
        return True if short or words in self.agreed else None

    def is_unsaid(self, words: str) -> bool:
        """Whether plain words are what a recogniser writes for a noise, perhaps several times."""
        said = words.split()
        return words in self.unsaid or (len(set(said)) == 1 and said[0] in self.unsaid)
