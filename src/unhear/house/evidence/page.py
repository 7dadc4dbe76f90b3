"""A report as one page of HTML: no script, nothing from elsewhere, printable, light and dark."""

import re
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any

from unhear.house.evidence.account import Row
from unhear.house.evidence.plots import bars

ROWS_SHOWN_MAX = 500
"""So many rows of a table are on the page; the JSON has all."""

STYLE = """
:root { color-scheme: light dark; --ink: #1e293b; --paper: #fff; --line: #cbd5e1; --bar: #0f766e;
  --wrong: #b91c1c; --well: #15803d }
@media (prefers-color-scheme: dark) { :root { --ink: #e2e8f0; --paper: #0f172a; --line: #334155;
  --bar: #2dd4bf; --wrong: #f87171; --well: #4ade80 } }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper);
  max-width: 62rem; margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.6rem } h2 { font-size: 1.2rem; margin-top: 2rem }
table { border-collapse: collapse; width: 100%; font-size: .85rem }
th, td { text-align: left; vertical-align: top; padding: .25rem .6rem .25rem 0;
  border-bottom: 1px solid var(--line); overflow-wrap: anywhere; min-width: 4rem }
th { white-space: nowrap } code { overflow-wrap: anywhere }
.plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(22rem, 1fr)); gap: 1.5rem }
svg { width: 100%; height: auto } svg text { font: 13px system-ui, sans-serif; fill: var(--ink) }
svg .title { font-weight: 600 } svg rect { fill: var(--bar) }
.wrong { color: var(--wrong); font-weight: 600 } .well { color: var(--well); font-weight: 600 }
@media print { body { margin: 0; max-width: none } h2, svg, tr { break-inside: avoid } }
"""

_HOUR = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d):00:00Z")

Shown = Sequence[tuple[str, str]]
"""The columns of a table: the field of a row, and the heading."""

TABLES: Mapping[str, tuple[str, Shown]] = {
    "erasures": (
        "Erasures",
        (
            ("erasure", "which"),
            ("asked_at", "asked"),
            ("done_at", "done"),
            ("seconds", "seconds"),
            ("scope", "scope"),
            ("held", "legal hold"),
            ("late", "late"),
        ),
    ),
    "children": (
        "Recordings of children, with the consent they were made under",
        (("recording", "recording"), ("person", "child"), ("at", "hour"), ("consent", "consent")),
    ),
    "consents": (
        "Consents",
        (
            ("person", "whose"),
            ("child", "a child"),
            ("purpose", "purpose"),
            ("state", "state"),
            ("at", "hour"),
            ("method", "method"),
            ("notice", "notice"),
            ("allowed", "method is enough"),
        ),
    ),
    "looks": (
        "Looks",
        (
            ("entry", "entry of the log"),
            ("at", "hour"),
            ("how", "how"),
            ("count", "recordings"),
            ("who", "who"),
            ("grant", "grant"),
        ),
    ),
    "models": (
        "Models",
        (
            ("subject", "subject"),
            ("recordings", "recordings it was learned from"),
            ("people", "people"),
            ("proved", "is what they make, to the bit"),
        ),
    ),
    "unlearned": (
        "Unlearned",
        (("at", "hour"), ("erasure", "for the erasure"), ("models", "models")),
    ),
    "holds": (
        "Legal holds",
        (
            ("hold", "which"),
            ("state", "state"),
            ("reason", "reason"),
            ("expires", "ends"),
            ("sealed", "sealed by order"),
        ),
    ),
}

VIOLATIONS: Shown = (
    ("house", "house"),
    ("rule", "rule"),
    ("requirements", "requirements"),
    ("about", "about"),
    ("at", "hour"),
    ("seen", "what was seen"),
)


def page(report: Row) -> str:
    """Answer the page of a report."""
    title = f"Audit, {report['from'][:10]} to {report['to'][:10]}"
    body = "".join(_body(report, title))
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title}</title><style>{STYLE}</style></head><body>{body}</body></html>\n"
    )


def _body(report: Row, title: str) -> Iterator[str]:
    totals = report["totals"]
    verdict = (
        '<span class="well">No rule was broken.</span>'
        if report["ok"]
        else f'<span class="wrong">{_count(len(report["violations"]), "violation")}.</span>'
    )
    yield f"<h1>{title}</h1><p>{_count(report['houses'], 'house')}, "
    yield f"{totals['entries']} entries of logs computed anew; {escape(report['made_by'])}. "
    yield f"{verdict}</p>"
    yield "<p>People and things have pseudonyms that only their own house can resolve. Nothing "
    yield "that was said is in here, and no name.</p>"
    if report["violations"]:
        yield f"<h2>Violations</h2>{_table(VIOLATIONS, report['violations'])}"
    yield "<h2>Rules</h2>"
    rules: Shown = (("says", "rule"), ("requirements", "requirements"), ("violations", "broken"))
    yield _table(rules, report["rules"])
    yield '<h2>At a glance</h2><div class="plots">'
    yield bars("Erasures, done within", totals["delays"])
    yield bars("Recordings kept, by age", totals["recordings_by_age"])
    yield bars("Consents that stand, by method", totals["consents_by_method"])
    yield bars("Looks, by how", totals["looks_by_how"])
    yield "</div>"
    if len(report["accounts"]) == 1:
        yield from _house(report["accounts"][0])
    else:
        yield f"<h2>Houses</h2>{_table(HOUSES, [_line(one) for one in report['accounts']])}"


HOUSES: Shown = (
    ("house", "house"),
    ("erasures", "erasures"),
    ("kept", "recordings kept"),
    ("looks", "looks"),
    ("entries", "entries of its log"),
    ("witnessed", "cosigned"),
    ("keeper", "root key with"),
)


def _line(house: Row) -> Row:
    if "kept" not in house:
        return {"house": house["house"], "keeper": f"cannot be read: {house['unreadable']}"}
    return {
        "house": house["house"],
        "erasures": len(house["erasures"]),
        "kept": sum(house["kept"]["recordings_by_age"].values()),
        "looks": len(house["looks"]),
        "entries": house["log"]["entries"],
        "witnessed": house["log"]["witnessed"],
        "keeper": house["keeper"]["kind"],
    }


def _house(house: Row) -> Iterator[str]:
    if "kept" not in house:
        yield f"<p>The house cannot be read: {escape(house['unreadable'])}.</p>"
        return
    keeper, log = house["keeper"], house["log"]
    yield "<h2>Root key and log</h2><ul>"
    yield f"<li>Root key: {escape(keeper['kind'])}. {escape(keeper['grade'])}</li>"
    yield "".join(f"<li>{escape(limit)}</li>" for limit in keeper["limits"])
    yield f"<li>Key of the log: <code>{escape(log['key'])}</code></li>"
    yield f"<li>{log['entries']} entries, {log['published']} of them published, "
    yield f"{log['witnessed']} cosigned by witnesses</li></ul>"
    for field, (title, columns) in TABLES.items():
        if house[field]:
            yield f"<h2>{escape(title)}</h2>{_table(columns, house[field])}"


def _table(columns: Shown, rows: Sequence[Row]) -> str:
    head = "".join(f"<th>{escape(text)}</th>" for _, text in columns)
    lines = "".join(
        f"<tr>{''.join(f'<td>{_cell(row.get(field))}</td>' for field, _ in columns)}</tr>"
        for row in rows[:ROWS_SHOWN_MAX]
    )
    left = len(rows) - ROWS_SHOWN_MAX
    more = f"<p>{left} more are in the JSON.</p>" if left > 0 else ""
    return f"<table><thead><tr>{head}</tr></thead><tbody>{lines}</tbody></table>{more}"


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return escape(", ".join(map(str, value)))
    if isinstance(value, Mapping):
        return escape(", ".join(f"{name} {one}" for name, one in value.items()))
    return escape(_HOUR.sub(r"\1 \2 h", str(value)))


def _count(number: int, of: str) -> str:
    return f"{number} {of}" if number == 1 else f"{number} {of}s"
