"""The data map as pages: for families, for whoever looks closer, and for machines.

For machines it is a fideslang 3 manifest: a dataset with a collection for every table, one for what
lies elsewhere, and a system that says what it is used for.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from unhear.answer.skill import Skill
from unhear.house.data_map import everything
from unhear.household.data_map import Erasure, Kept, Whose

FAMILIES = (Whose.PERSON, Whose.HOUSEHOLD)

FAMILY_HEAD = ("what", "why", "how long", "sealed", "what makes it go")
DATASET = "unhear_house"
SUBJECT = "customer"
"""fideslang's word for people whose household this is."""

HEAD = """# What we keep and why

Made by `unhear data-map --markdown`; do not edit it. A house refuses to start while something it
keeps is not on this page.

"""


def markdown(skills: Sequence[Skill]) -> str:
    """Answer the page of the data map, with what these skills remember."""
    return "".join(
        [
            HEAD,
            _table(FAMILY_HEAD, family(skills)),
            "\nBesides, the machine keeps what it needs to run: it tells nothing of anybody.\n",
            "\n## Where each lies\n\n",
            _table(
                ("what", "where", "whose", "comes of"),
                [
                    (
                        kept.what,
                        ", ".join(f"`{place}`" for place in places),
                        kept.whose.value,
                        ", ".join(kept.of),
                    )
                    for kept, places in _gathered(skills).items()
                ],
            ),
        ]
    )


def family(skills: Sequence[Skill]) -> list[tuple[str, str, str, str, str]]:
    """Answer what a family wants to know, in the order of `FAMILY_HEAD`; people's things first."""
    kept = sorted(_gathered(skills), key=lambda one: list(Whose).index(one.whose))
    return [
        (one.what, one.why, one.stays, "yes" if one.sealed else "", one.erased.value)
        for one in kept
        if one.whose in FAMILIES and one.erased is not Erasure.PARTS
    ]


def fideslang(skills: Sequence[Skill]) -> dict[str, Any]:
    """Answer the data map as a fideslang manifest."""
    tables: dict[str, list[dict[str, Any]]] = {}
    for place, kept in everything(skills):
        table, dot, column = place.partition(".")
        is_column = bool(dot) and table.isidentifier() and column.isidentifier()
        collection, name = (table, column) if is_column else ("elsewhere", place)
        tables.setdefault(collection, []).append(_field(name, kept))
    uses = sorted({kept.use.value for _, kept in everything(skills)})
    return {
        "dataset": [
            {
                "fides_key": DATASET,
                "name": "A house",
                "description": "Everything that one house keeps.",
                "collections": [
                    {"name": name, "fields": fields} for name, fields in tables.items()
                ],
            }
        ],
        "system": [
            {
                "fides_key": "unhear",
                "name": "unhear",
                "description": "A voice assistant that can be told to forget.",
                "system_type": "Service",
                "dataset_references": [DATASET],
                "privacy_declarations": [_declaration(use, skills) for use in uses],
            }
        ],
    }


def rows(skills: Sequence[Skill]) -> list[dict[str, Any]]:
    """Answer the data map as plain rows."""
    return [
        {
            "place": place,
            "what": kept.what,
            "why": kept.why,
            "stays": kept.stays,
            "whose": kept.whose.value,
            "sealed": kept.sealed,
            "goes": kept.erased.value,
            "comes_of": list(kept.of),
        }
        for place, kept in everything(skills)
    ]


def _field(name: str, kept: Kept) -> dict[str, Any]:
    return {
        "name": name,
        "description": f"{kept.what}; it stays {kept.stays}; what makes it go: {kept.erased.value}",
        "data_categories": [kept.category.value],
        "data_uses": [kept.use.value],
        **({"data_subjects": [SUBJECT]} if kept.whose in FAMILIES else {}),
    }


def _declaration(use: str, skills: Sequence[Skill]) -> Mapping[str, Any]:
    kept = [one for _, one in everything(skills) if one.use.value == use]
    return {
        "name": use,
        "data_categories": sorted({one.category.value for one in kept}),
        "data_use": use,
        "data_subjects": [SUBJECT],
    }


def _gathered(skills: Sequence[Skill]) -> dict[Kept, list[str]]:
    """Answer every annotation once, with all places that bear it."""
    places: dict[Kept, list[str]] = {}
    for place, kept in everything(skills):
        places.setdefault(kept, []).append(place)
    return places


def _table(head: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    ruled = [head, ["---"] * len(head), *lines]
    return "".join(f"| {' | '.join(line)} |\n" for line in ruled)
