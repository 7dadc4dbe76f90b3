"""The notices to parents, for the console's pages and operations."""

from unhear.house.notice_text import NoticeKind, NoticeText, notice_text, notice_url
from unhear.web.home import Home


def notice_in(home: Home, kind: NoticeKind, language: str) -> NoticeText:
    """Answer a notice as it stands; the direct one names the guardians."""
    house = home.house
    household = house.household
    guardians = [p.name for p in household.people if p.id in household.guardians]
    return notice_text(
        kind,
        house.practice.facts(household),
        language=language,
        names=tuple(guardians) if kind is NoticeKind.DIRECT else (),
        url=notice_url(house.settings),
    )
