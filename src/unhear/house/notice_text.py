"""The notices that parents get, made from the facts of this house and from nothing else.

Sources: 16 CFR 312.4(c)(1) for the direct notice, 312.4(d) for the online notice, 312.10 for the
retention policy. The words of each language stand in `notice_words`.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

import yaml

from unhear.forget.kept_receipts import RECEIPT_YEARS
from unhear.house.conversation import REMEMBERED_FOR
from unhear.household.notice import Facts, Stay
from unhear.household.words import OPTIONAL, PersonKind
from unhear.keep.notices import NOTICE_DAYS
from unhear.settings import Settings

WORDS = Path(__file__).parent / "notice_words"


class NoticeKind(StrEnum):
    """Which of the notices."""

    DIRECT = "direct"
    ONLINE = "online"
    RETENTION = "retention"


@dataclass(frozen=True, slots=True)
class Section:
    """One part: what the law asks for it, and its lines."""

    key: str
    clause: str
    heading: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NoticeText:
    """A whole notice in one language."""

    kind: NoticeKind
    language: str
    version: str
    title: str
    about_version: str
    sections: tuple[Section, ...]

    @property
    def text(self) -> str:
        """The notice as plain text."""
        parts = [f"{one.heading}\n" + "\n".join(one.lines) for one in self.sections]
        return "\n\n".join([self.title, *parts, self.about_version]) + "\n"


def notice_text(
    kind: NoticeKind, facts: Facts, *, language: str, names: tuple[str, ...], url: str
) -> NoticeText:
    """Answer a notice; `names` are the guardians' and `url` is where an operator shows it."""
    words = yaml.load((WORDS / f"{language}.yaml").read_text(), Loader=yaml.CSafeLoader)
    told = _Told(words, facts, names, url)
    return NoticeText(
        kind=kind,
        language=language,
        version=facts.version,
        title=words["titles"][kind],
        about_version=words["version"].format(version=facts.version),
        sections=tuple(
            Section(key, clause, words["headings"][key], tuple(_PARTS[key](told)))
            for key, clause in CLAUSES[kind].items()
        ),
    )


def languages() -> list[str]:
    """Answer the languages that notices are written in."""
    return sorted(path.stem for path in WORDS.glob("*.yaml"))


def notice_url(settings: Settings) -> str:
    """Answer where an operator's online notice stands; empty for a home."""
    return settings.operator.notice_url if settings.profile == "operator" else ""


CLAUSES: Mapping[NoticeKind, Mapping[str, str]] = {
    NoticeKind.DIRECT: {
        "who": "16 CFR 312.4(c)",
        "contact": "16 CFR 312.4(c)(1)(i)",
        "needed": "16 CFR 312.4(c)(1)(ii)",
        "collected": "16 CFR 312.4(c)(1)(iii)",
        "recipients": "16 CFR 312.4(c)(1)(iv)",
        "link": "16 CFR 312.4(c)(1)(v)",
        "how": "16 CFR 312.4(c)(1)(vi)",
        "unanswered": "16 CFR 312.4(c)(1)(vii)",
    },
    NoticeKind.ONLINE: {
        "who": "16 CFR 312.4(d)(1)",
        "collected": "16 CFR 312.4(d)(2)",
        "recipients": "16 CFR 312.4(d)(2)",
        "stays": "16 CFR 312.4(d)(2), 312.10",
        "identifiers": "16 CFR 312.4(d)(3)",
        "audio": "16 CFR 312.4(d)(4)",
        "rights": "16 CFR 312.4(d)(5)",
    },
    NoticeKind.RETENTION: {
        "needs": "16 CFR 312.10",
        "stays": "16 CFR 312.10",
        "rights": "16 CFR 312.6(a)",
    },
}
"""What each notice must have, and where that is asked for."""


@dataclass(frozen=True, slots=True)
class _Told:
    """What a notice is made of."""

    words: Mapping[str, Any]
    facts: Facts
    names: tuple[str, ...]
    url: str

    def count(self, what: str, count: int) -> str:
        forms = self.words[what]
        return str(forms["one" if count == 1 else "other"]).format(count=count)

    def days(self, days: int) -> str:
        return self.count("day", days)

    def mine(self, key: str) -> Any:
        """Answer the words of `key` for a home or for an operator."""
        return self.words[key][self.facts.profile]

    @property
    def contact(self) -> str:
        return ", ".join(self.facts.contact)

    def stay(self, stay: Stay) -> str:
        return str(self.words["stay"]).format(
            thing=self.words["things"][stay.purpose],
            people=self.words["people"][stay.person or "unknown"],
            device=self.words["devices"][stay.device],
            days=self.days(stay.days),
        )


def _who(told: _Told) -> Iterator[str]:
    yield told.mine("who").format(names=", ".join(told.names), contact=told.contact)


def _contact(told: _Told) -> Iterator[str]:
    yield told.words["contact"]


def _needed(told: _Told) -> Iterator[str]:
    yield told.words["needed"]


def _collected(told: _Told) -> Iterator[str]:
    facts, words = told.facts, told.words
    for purpose in facts.purposes:
        yield words["purpose"].format(purpose=purpose, what=words["purposes"][purpose])
    for stay in facts.stays:
        if stay.person is PersonKind.CHILD:
            yield told.stay(stay)
    yield from _films(told)
    unused = [purpose for purpose in OPTIONAL if purpose not in facts.purposes]
    if unused:
        yield words["unused"].format(purposes=", ".join(unused))


def _films(told: _Told) -> Iterator[str]:
    words = told.words
    for film in told.facts.filmed:
        where = words["places"]["indoors" if film.indoors else "outdoors"]
        what = words["films"]["sound" if film.hears else "silent"]
        yield words["film"].format(where=where, what=what, days=told.days(film.days))


def _recipients(told: _Told) -> Iterator[str]:
    words = told.words
    for one in told.facts.recipients:
        category, gets = words["categories"][one.category], words["gets"][one.gets]
        yield words["recipient"].format(identity=one.identity, category=category, gets=gets)
    if not told.facts.recipients:
        yield words["none"]
    yield words["apart"]


def _link(told: _Told) -> Iterator[str]:
    yield told.mine("link").format(url=told.url)


def _how(told: _Told) -> Iterator[str]:
    methods = told.mine("methods").format(methods=", ".join(told.facts.methods))
    yield told.words["how"].format(methods=methods)


def _unanswered(told: _Told) -> Iterator[str]:
    yield told.words["unanswered"].format(waiting=told.days(told.facts.waiting_days))


def _audio(told: _Told) -> Iterator[str]:
    minutes = told.count("minute", REMEMBERED_FOR // timedelta(minutes=1))
    unwritten = told.days(told.facts.unwritten_days)
    yield told.words["audio"].format(unwritten=unwritten, minutes=minutes)


def _identifiers(told: _Told) -> Iterator[str]:
    yield told.words["identifiers"]


def _stays(told: _Told) -> Iterator[str]:
    facts, words = told.facts, told.words
    yield from (told.stay(stay) for stay in facts.stays)
    yield from _films(told)
    figures = {
        "child_profile": told.days(facts.child_profile_days),
        "waiting": told.days(facts.waiting_days),
        "unwritten": told.days(facts.unwritten_days),
        "notices": told.days(NOTICE_DAYS),
        "receipts": told.count("year", RECEIPT_YEARS),
    }
    yield from (line.format(**figures) for line in words["others"])
    if facts.horizon_days:
        yield words["horizon_days"].format(horizon=told.days(facts.horizon_days))
    else:
        yield words["horizon"]


def _needs(told: _Told) -> Iterator[str]:
    words, own = told.words, dict(told.facts.needs)
    for purpose in words["needs"]:
        need = words["needs"][purpose]
        if told.facts.profile == "operator":
            need = own.get(purpose, words["not_said"])
        yield words["need"].format(purpose=purpose, need=need)


def _rights(told: _Told) -> Iterator[str]:
    yield from (line.format(contact=told.contact) for line in told.mine("rights"))


_PARTS: Mapping[str, Callable[[_Told], Iterator[str]]] = {
    "who": _who,
    "contact": _contact,
    "needed": _needed,
    "collected": _collected,
    "recipients": _recipients,
    "link": _link,
    "how": _how,
    "unanswered": _unanswered,
    "audio": _audio,
    "identifiers": _identifiers,
    "stays": _stays,
    "needs": _needs,
    "rights": _rights,
}
