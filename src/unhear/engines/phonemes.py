"""How words sound, by eSpeak NG as it comes with Piper."""

from functools import lru_cache

from piper.phonemize_espeak import EspeakPhonemizer

VOICES = {"en": "en-us", "de": "de"}
PHRASES_REMEMBERED = 4_096
"""Enough for all that skills listen for; what was said by people is looked up among far fewer."""

UNSPOKEN = frozenset("ˈˌ ːˑ_|‖.,'\u0329\u032f\u0361")
"""Stress, length and pauses, which recognisers do not go wrong about."""


class EspeakPhonemes:
    """Spells phrases as they sound in one language; safe to use from several threads."""

    def __init__(self, language: str) -> None:
        self._voice = VOICES[language]
        self._espeak = EspeakPhonemizer()
        self._spelled = lru_cache(PHRASES_REMEMBERED)(self._spell)

    def spell(self, phrase: str, *, remember: bool = False) -> str:
        """Answer a phrase's sounds, one character each, without stress or length.

        `remember` keeps the answer in memory: for what skills listen for, never for what was said.
        """
        return self._spelled(phrase) if remember else self._spell(phrase)

    def _spell(self, phrase: str) -> str:
        sentences = self._espeak.phonemize(self._voice, phrase)
        sounds = (sound for sentence in sentences for sound in sentence)
        return "".join(sound for sound in sounds if sound not in UNSPOKEN)
