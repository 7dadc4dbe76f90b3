"""The data map as pages: for families, for whoever looks closer, and for machines.

For machines it is a fideslang 3 manifest: a dataset with a collection for every table, one for what
lies elsewhere, and a system that says what it is used for.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from unhear.house.data_map import everything
from unhear.household.data_map import Kept, Whose

FAMILIES = (Whose.PERSON, Whose.HOUSEHOLD)
SUBJECT = "customer"
"""fideslang's word for people whose household this is."""

HEAD = """# What we keep and why

Made by `unhear data-map --markdown`; do not edit it. A house refuses to start while something it
keeps is not on this page.

"""


def markdown() -> str:
    """Answer the page of the data map."""
    kept = list(everything())
    families = [one for whose in FAMILIES for one in _unique(kept, whose)]
    return "".join(
        [
            HEAD,
            _table(
                ("what", "why", "how long", "sealed", "what makes it go"),
                [(k.what, k.why, k.stays, _yes(k.sealed), k.erased.value) for k in families],
            ),
            "\nBesides, the machine keeps what it needs to run: it tells nothing of anybody.\n",
            "\n## Where each lies\n\n",
            _table(
                ("place", "what", "whose", "sealed", "comes of"),
                [
                    (f"`{place}`", k.what, k.whose.value, _yes(k.sealed), ", ".join(k.of))
                    for place, k in kept
                ],
            ),
        ]
    )


def fideslang() -> dict[str, Any]:
    """Answer the data map as a fideslang manifest."""
    tables: dict[str, list[dict[str, Any]]] = {}
    for place, kept in everything():
        table, dot, column = place.partition(".")
        is_column = bool(dot) and table.isidentifier() and column.isidentifier()
        collection, name = (table, column) if is_column else ("elsewhere", place)
        tables.setdefault(collection, []).append(_field(name, kept))
    uses = sorted({kept.use.value for _, kept in everything()})
    return {
        "dataset": [
            {
                "fides_key": "unhear_house",
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
                "privacy_declarations": [_declaration(use) for use in uses],
            }
        ],
    }


def rows() -> list[dict[str, Any]]:
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
        for place, kept in everything()
    ]


def _field(name: str, kept: Kept) -> dict[str, Any]:
    return {
        "name": name,
        "description": f"{kept.what}; {kept.erased.value}",
        "data_categories": [kept.category.value],
    }


def _declaration(use: str) -> Mapping[str, Any]:
    kept = [one for _, one in everything() if one.use.value == use]
    return {
        "name": use,
        "data_categories": sorted({one.category.value for one in kept}),
        "data_use": use,
        "data_subjects": [SUBJECT],
    }


def _unique(kept: Iterable[tuple[str, Kept]], whose: Whose) -> list[Kept]:
    seen = {one.what: one for _, one in kept if one.whose is whose}
    return list(seen.values())


def _table(head: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    ruled = [head, ["---"] * len(head), *lines]
    return "".join(f"| {' | '.join(line)} |\n" for line in ruled)


def _yes(sealed: bool) -> str:  # noqa: FBT001 - a word for a yes or no
    return "yes" if sealed else ""
