"""German small words."""

from unhear.understand.small_words import SmallWords

GERMAN = SmallWords(
    hanging=frozenset(
        {
            "der", "den", "dem", "eine", "einen", "einem", "mein", "meine", "meinen",
            "unser", "unsere", "und", "oder",
        }
    ),
    leading=frozenset(
        {
            "um", "auf", "in", "für", "bis", "von", "an", "zu", "dass", "mit", "über", "zwischen",
            "als",
        }
    ),
    unsaid=frozenset(
        {
            "", "danke", "vielen dank", "vielen dank fürs zuschauen", "danke fürs zuschauen",
            "bis zum nächsten mal", "tschüss", "auf wiedersehen", "musik", "applaus",
            "untertitel der amara org community", "untertitelung des zdf 2020",
            "untertitelung des zdf und 2020",
            "untertitel im auftrag des zdf", "das war's",
        }
    ),
    yes=frozenset({"ja", "jawohl", "klar", "genau", "sicher", "gerne", "unbedingt"}),
    agreed=frozenset({"mach das", "tu das", "mach es", "tu es", "stimmt", "richtig"}),
    no=frozenset({"nein", "nee", "nicht", "nichts", "kein", "keine", "nie", "warte"}),
)  # fmt: skip
