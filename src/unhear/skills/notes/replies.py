"""What the notes skill says."""

NOTED = "I will remember that {note}."
NOTED_ALREADY = "I remember that already."
WHAT = "What should I remember?"
FULL = "I remember too many things already. Tell me to forget some of them first."
TOLD = "You told me that {note}."
TOLD_BY = "{name} told me: {note}."
DO_NOT_KNOW = "I don't know anything about that."
NOTHING = "You have not asked me to remember anything."
DROPPED = "I no longer remember that {notes}."
AND_THAT = "and that"

TO_THE_SPEAKER = {
    "i": "you",
    "i'm": "you are",
    "i've": "you have",
    "i'll": "you will",
    "am": "are",
    "me": "you",
    "my": "your",
    "mine": "yours",
    "myself": "yourself",
    "we": "you",
    "we're": "you are",
    "us": "you",
    "our": "your",
    "ours": "yours",
    "ourselves": "yourselves",
}
"""How a speaker's words are said back to them."""

_SMALL = """
a an and about any anything are am at be by do does for from has have i in is it its me my of on or
our so some something that the their there they this to was we were what when where which who with
you your
"""
SMALL_WORDS = frozenset(_SMALL.split())
"""Words that say nothing of what a note is about."""
