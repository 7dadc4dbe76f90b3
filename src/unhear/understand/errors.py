"""What can go wrong while understanding."""


class UnderstandError(Exception):
    """Something stood in the way of understanding."""


class GrammarError(UnderstandError):
    """A sentence file or language cannot be used; the message names it and what is wrong."""
