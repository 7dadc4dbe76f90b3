"""How old a child is, as coarsely as will do: a band, and the month in which to look again.

No day or year of birth is kept. The bands are those of the Age Appropriate Design Code (ICO); under
13 somebody is a child to 16 CFR 312.2, and up to 13 to 16, by state, guardians consent (GDPR,
Article 8).
"""

from dataclasses import dataclass
from enum import StrEnum

VERIFIABLE_BELOW = 13
"""Below this age an operator must make sure of a guardian's consent in a way the law names."""


class AgeBand(StrEnum):
    """From which age until which, both included."""

    UNDER_6 = "0-5"
    FROM_6 = "6-9"
    FROM_10 = "10-12"
    FROM_13 = "13-15"
    FROM_16 = "16-17"

    @property
    def first(self) -> int:
        """The youngest age in it."""
        return int(self.partition("-")[0])

    @property
    def last(self) -> int:
        """The oldest age in it."""
        return int(self.partition("-")[2])

    def months_until_change(self, age_of_consent: int) -> int:
        """How many months at most until somebody leaves it, or comes of age in it."""
        comes_of_age = self.first < age_of_consent <= self.last
        return 12 * ((age_of_consent if comes_of_age else self.last + 1) - self.first)


class Asked(StrEnum):
    """How far the guardians were asked about an age that must be told anew."""

    NOT_YET = "not yet"
    AHEAD = "ahead"
    DUE = "due"


@dataclass(frozen=True, slots=True)
class Age:
    """What is known of a child's age: the band, or None where nobody told it.

    In `look_month` (counted from 1970-01) they leave the band or come of age, where guardians told
    so exactly; otherwise it must be told anew then. `handover_day` is the day on which everything
    of somebody who came of age is erased, unless they decided before.
    """

    band: AgeBand | None
    look_month: int
    exact: bool = False
    asked: Asked = Asked.NOT_YET
    handover_day: int | None = None

    @property
    def is_due(self) -> bool:
        """Whether it must be told anew before anybody consents for the child."""
        return self.asked is Asked.DUE


def band_of(age: Age | None) -> AgeBand:
    """Answer the band that counts: the youngest, which is the strictest, where none was told."""
    return AgeBand.UNDER_6 if age is None or age.band is None else age.band


def needs_verifying(age: Age | None) -> bool:
    """Whether consent for a child of that age must be made sure of in a way the law names."""
    return band_of(age).first < VERIFIABLE_BELOW


def is_of_age(age: Age | None, age_of_consent: int) -> bool:
    """Whether a young person decides for themselves."""
    return band_of(age).first >= age_of_consent


def comes_of_age(age: Age, age_of_consent: int) -> bool:
    """Whether somebody is known to be of age once `look_month` has come."""
    return age.exact and age.band is not None and age.band.last + 1 >= age_of_consent


def grown(age: Age, age_of_consent: int) -> Age:
    """Answer the age of somebody who left their band in the very month that was told."""
    bands = list(AgeBand)
    following = bands[bands.index(band_of(age)) + 1]
    month = age.look_month + following.months_until_change(age_of_consent)
    return Age(following, month, exact=True)
