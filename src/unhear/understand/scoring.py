"""How far recognised words are from what was said."""

from collections.abc import Sequence


def word_errors(said: Sequence[str], heard: Sequence[str]) -> int:
    """Answer the least insertions, deletions and changes of words that lead from one to the other.

    Divided by the number of words said it is the word error rate.
    """
    row = list(range(len(heard) + 1))
    for number, word in enumerate(said, start=1):
        before, row = row, [number]
        for place, other in enumerate(heard, start=1):
            changed = before[place - 1] + (word != other)
            row.append(min(before[place] + 1, row[-1] + 1, changed))
    return row[-1]
