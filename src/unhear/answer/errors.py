"""What can go wrong while answering."""


class AnswerError(Exception):
    """Something stood in the way of answering."""


class SkillBroken(AnswerError):
    """A skill that comes with unhear cannot be used; the message names it."""
