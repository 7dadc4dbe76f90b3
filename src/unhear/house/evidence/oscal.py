"""A report as OSCAL assessment results (NIST, https://pages.nist.gov/OSCAL, 1.1.3), in JSON.

Each rule is a finding about an objective; each violation is an observation. Ids are made from what
they name, so that the same report has the same ids.
"""

from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid5

from unhear.house.evidence.account import Row

OSCAL_VERSION = "1.1.3"
SPACE = UUID("6f0c1a52-6d0b-5f0e-9d55-0d6f4f1f0b61")
PLAN = "The rules and requirements of docs/compliance.md, held to by `unhear audit`."


def oscal(report: Row) -> Row:
    """Answer a report as an OSCAL document."""
    whole = f"{report['from']}/{report['to']}/{report['made_by']}"
    plan = _uuid(whole, "plan")
    observations = list(_observations(report, whole))
    result = {
        "uuid": _uuid(whole, "result"),
        "title": f"Audit of {report['houses']} houses",
        "description": "Databases, root keepers and logs were read, and every log computed anew. "
        "People and things have pseudonyms that only their own house can resolve.",
        "start": report["from"],
        "end": report["to"],
        "reviewed-controls": {
            "control-selections": [
                {"include-controls": [{"control-id": one} for one in _controls(report)]}
            ]
        },
        "findings": [_finding(report, rule, whole) for rule in report["rules"]],
    }
    if observations:
        result["observations"] = observations
    return {
        "assessment-results": {
            "uuid": _uuid(whole, "document"),
            "metadata": {
                "title": "unhear audit",
                "last-modified": report["to"],
                "version": str(report["made_by"]),
                "oscal-version": OSCAL_VERSION,
            },
            "import-ap": {"href": f"#{plan}"},
            "results": [result],
            "back-matter": {"resources": [{"uuid": plan, "title": "Plan", "description": PLAN}]},
        }
    }


def _observations(report: Row, whole: str) -> Iterator[Row]:
    for number, row in enumerate(report["violations"]):
        yield {
            "uuid": _of_violation(number, whole),
            "title": row["rule"],
            "description": f"{row['house']}, {row['about']}: {row['seen']}",
            "methods": ["TEST"],
            "types": ["finding"],
            "collected": row["at"],
        }


def _finding(report: Row, rule: Row, whole: str) -> Row:
    related = [
        {"observation-uuid": _of_violation(number, whole)}
        for number, row in enumerate(report["violations"])
        if row["rule"] == rule["rule"]
    ]
    broken = rule["violations"]
    finding: dict[str, Any] = {
        "uuid": _uuid(whole, f"finding/{rule['rule']}"),
        "title": rule["says"],
        "description": f"{broken} violations; serves {', '.join(rule['requirements'])}",
        "target": {
            "type": "objective-id",
            "target-id": rule["rule"].lower().replace("_", "-"),
            "status": {"state": "not-satisfied" if broken else "satisfied"},
        },
    }
    if related:
        finding["related-observations"] = related
    return finding


def _controls(report: Row) -> list[str]:
    named = {one for rule in report["rules"] for one in rule["requirements"]}
    return sorted(one.lower() for one in named)


def _of_violation(number: int, whole: str) -> str:
    return _uuid(whole, f"violation/{number}")


def _uuid(whole: str, name: str) -> str:
    return str(uuid5(SPACE, f"{whole}/{name}"))
