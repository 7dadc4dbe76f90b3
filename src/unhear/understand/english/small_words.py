"""English small words."""

from unhear.understand.small_words import SmallWords

ENGLISH = SmallWords(
    hanging=frozenset({"the", "a", "an", "my", "our", "your", "and", "or"}),
    leading=frozenset(
        {
            "to", "for", "at", "on", "in", "of", "about", "from", "with", "until", "between", "by",
            "that", "than",
        }
    ),
    unsaid=frozenset(
        {
            "", "you", "thank you", "thank you very much", "thank you for watching",
            "thanks for watching", "thank you so much for watching", "please subscribe", "bye",
            "bye bye", "goodbye", "i'm sorry", "i", "the", "hmm", "mm hmm", "music", "applause",
            "silence", "blank audio", "subtitles by the amara org community",
        }
    ),
    yes=frozenset({"yes", "yeah", "yep", "yup", "sure", "certainly", "absolutely", "definitely"}),
    agreed=frozenset({"do it", "do that", "go ahead", "of course", "correct", "that's right"}),
    no=frozenset({"no", "nope", "not", "don't", "never", "nothing", "wait"}),
)  # fmt: skip
