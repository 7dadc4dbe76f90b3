"""Records of processing activities (GDPR Article 30), read off the data map.

An activity is a use of the map. What a house keeps without a line here does not exist: it refuses
to start while something it keeps is not in the map.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from unhear.answer.skill import Skill
from unhear.house.data_map import everything
from unhear.household.data_map import Erasure, Kept, Use, Whose
from unhear.household.notice import Facts, Recipient

TITLES = {
    Use.ANSWER: "answering what is asked",
    Use.KEEP: "keeping recordings and clips",
    Use.LEARN: "learning to understand better",
    Use.CHOICES: "knowing who decided what",
    Use.OPERATE: "running the house",
    Use.SECURE: "keeping keys",
    Use.PROVE: "proving what was done",
}
BASES = {
    Use.ANSWER: "what the household asks for (Article 6(1)(b)); of children and guests, consent",
    Use.KEEP: "consent (Article 6(1)(a)), one a person",
    Use.LEARN: "consent of its own (Article 6(1)(a)); to know a voice, explicit (Article 9(2)(a))",
    Use.CHOICES: "the duty to prove consent (Articles 6(1)(c) and 7(1))",
    Use.OPERATE: "what the household asks for (Article 6(1)(b))",
    Use.SECURE: "the duty to secure (Articles 6(1)(c) and 32)",
    Use.PROVE: "the duty to account for it (Articles 6(1)(c) and 5(2))",
}
"""Why each is lawful, as this project reads it; an operator's counsel decides."""

MEASURES = (
    "every kept thing is sealed under a key of its own, and forgetting destroys that key",
    "sound, words and pictures are sealed to the household besides: the machine cannot open them",
    "every look is written to an append-only log before anything is shown",
    "restores are rehearsed, and an erasure is carried out again in whatever is restored",
    "what is erased is looked for again after 1, 7 and 30 days",
)
NOWHERE = "nobody"


@dataclass(frozen=True, slots=True)
class Activity:
    """One line of the records: why, of whom, what, for how long."""

    title: str
    basis: str
    subjects: tuple[str, ...]
    categories: tuple[str, ...]
    kept: tuple[tuple[str, str, str], ...]
    """What it is, how long it stays, and what makes it go."""


def activities(skills: Sequence[Skill]) -> list[Activity]:
    """Answer the activities in which something of a person or household is processed."""
    found = dict.fromkeys(
        kept
        for _, kept in everything(skills)
        if kept.whose is not Whose.HOUSE and kept.erased is not Erasure.PARTS
    )
    by_use = ((use, [kept for kept in found if kept.use is use]) for use in Use)
    return [_activity(use, kept) for use, kept in by_use if kept]


def recipients(facts: Facts) -> list[str]:
    """Answer who outside the house gets something, as the settings are."""
    return [_recipient(one) for one in facts.recipients] or [NOWHERE]


def markdown(controller: Sequence[str], facts: Facts | None, skills: Sequence[Skill]) -> str:
    """Answer the records as a page; without `facts`, as they are for every house."""
    return "".join(_page(controller, facts, activities(skills)))


def _page(
    controller: Sequence[str], facts: Facts | None, found: Iterable[Activity]
) -> Iterator[str]:
    yield "# Records of processing\n\nMade by `unhear records --markdown` from the data map; "
    yield "do not edit it. GDPR, Article 30(1).\n\n"
    yield f"- Controller: {', '.join(controller)}\n"
    told = "whom the settings name; none by default" if facts is None else _list(recipients(facts))
    yield f"- Recipients: {told}\n- Transfers to other countries: none by this program; where a "
    yield "recipient is, its operator says\n- Security (Article 32):\n"
    yield "".join(f"  - {measure}\n" for measure in MEASURES)
    for one in found:
        yield f"\n## {one.title[0].upper()}{one.title[1:]}\n\n- Lawful because of: {one.basis}\n"
        yield f"- Whose data: {', '.join(one.subjects)}\n- Categories (fideslang): "
        yield f"{', '.join(f'`{category}`' for category in one.categories)}\n\n"
        yield "| what | how long | what makes it go |\n| --- | --- | --- |\n"
        yield "".join(f"| {what} | {stays} | {goes} |\n" for what, stays, goes in one.kept)


def _activity(use: Use, kept: Sequence[Kept]) -> Activity:
    return Activity(
        title=TITLES[use],
        basis=BASES[use],
        subjects=tuple(sorted({one.whose.value for one in kept})),
        categories=tuple(sorted({one.category.value for one in kept})),
        kept=tuple(dict.fromkeys((one.what, one.stays, one.erased.value) for one in kept)),
    )


def _recipient(one: Recipient) -> str:
    return f"{one.identity} ({one.category}) gets {one.gets}"


def _list(texts: Sequence[str]) -> str:
    return "; ".join(texts)
