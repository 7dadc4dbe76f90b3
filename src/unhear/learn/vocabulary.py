"""What a household says: how often each word, and each two words in a row, was said."""

import json
import re
from collections import Counter
from collections.abc import Mapping
from hashlib import sha256
from itertools import pairwise

from unhear.learn.learner import NeverLearned

Counts = Mapping[str, int]
"""How often words and pairs of words were said; none is there that was not."""

SAID_MIN = 2
"""What was said once may have been misheard, and would tell of one recording."""

PHRASES_MAX = 100

_WORD = re.compile(r"[^\W\d_]+(?:['\u2019-][^\W\d_]+)*")


def said(text: str) -> Counts:
    """Answer what a transcript contributes: its words, and the pairs of them in a row."""
    words = [word.casefold() for word in _WORD.findall(text)]
    return Counter([*words, *(" ".join(pair) for pair in pairwise(words))])


class Vocabulary:
    """Learns which words and pairs of words a household uses."""

    def zero(self) -> Counts:
        """Answer the counts of nothing."""
        return {}

    def add(self, state: Counts, contribution: Counts) -> Counts:
        """Answer the counts with a transcript more."""
        return _changed(state, contribution, 1)

    def sub(self, state: Counts, contribution: Counts) -> Counts:
        """Answer the counts without a transcript. Raises `NeverLearned`."""
        if any(state.get(phrase, 0) < count for phrase, count in contribution.items()):
            raise NeverLearned("these words were never learned, or are unlearned already")
        return _changed(state, contribution, -1)

    def solve(self, state: Counts) -> tuple[str, ...]:
        """Answer the phrases said `SAID_MIN` times or more, the most frequent first."""
        often = sorted((-count, phrase) for phrase, count in state.items() if count >= SAID_MIN)
        return tuple(phrase for _, phrase in often[:PHRASES_MAX])

    def digest(self, state: Counts) -> bytes:
        """Answer 32 bytes for what was learned."""
        written = json.dumps(sorted(state.items()), ensure_ascii=False, separators=(",", ":"))
        return sha256(b"unhear/learn/vocabulary/v1" + written.encode()).digest()


def _changed(state: Counts, contribution: Counts, sign: int) -> Counts:
    """Answer the counts with a contribution more or less.

    Counting the whole state anew each time would make a build take minutes.
    """
    after = dict(state)
    for phrase, count in contribution.items():
        after[phrase] = after.get(phrase, 0) + sign * count
        if after[phrase] == 0:
            del after[phrase]
    return after
