"""How surely something was heard: words, words in doubt, or nothing but a noise.

Recognisers write words for any sound. Measured with the packaged recogniser: of 66 noises, tones
and silences none had a mean log-probability above -1.5, and none of 240 commands of people, half
of them in noise at 9 dB, one below -0.8. Short words ("stop") are down to -1.9, but surely speech.
"""

from enum import Enum, auto

from unhear.household.speech import Transcript
from unhear.understand.languages import LANGUAGES

NOISE_LOG_PROBABILITY = -1.0
"""Words below this came of a noise, unless it surely was speech."""

SPEECH_PROBABILITY = 0.9
"""From which probability on a sound surely is speech: noises come to 0.86."""

SURE_LOG_PROBABILITY = -0.6
"""Words below this may well be others; people reading aloud are cut to -0.8 in mid-sentence."""


class Hearing(Enum):
    """How surely words were heard."""

    NOTHING = auto()
    UNSURE = auto()
    SURE = auto()


def hearing(transcript: Transcript, language: str) -> Hearing:
    """Answer how surely the words of a sound were heard."""
    words = LANGUAGES[language].plain(transcript.text)
    noise = (
        transcript.mean_log_probability < NOISE_LOG_PROBABILITY
        and transcript.speech_probability < SPEECH_PROBABILITY
    )
    if noise or LANGUAGES[language].small.is_unsaid(words):
        return Hearing.NOTHING
    sure = transcript.mean_log_probability >= SURE_LOG_PROBABILITY
    return Hearing.SURE if sure else Hearing.UNSURE
