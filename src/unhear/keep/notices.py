"""Notices to guardians: sealed like everything else, shown until they expire."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from unhear.forget.database import TraceKind, Transaction
from unhear.forget.keytree import KeyTree
from unhear.forget.traces import NewTrace, add_trace, content_of, new_trace_id, utterance_of
from unhear.household.words import DeviceId, HouseholdId, PersonId, TraceId, Utterance

NOTICE_DAYS = 90


@dataclass(frozen=True, slots=True)
class Told:
    """What is told: which notice it is, and what fills it. Each language has words of its own."""

    key: str
    slots: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Notice:
    """Something one guardian must be told; it goes with the person it is about."""

    guardian: PersonId
    about: PersonId
    at: datetime
    told: Told


def add_notice(
    transaction: Transaction, tree: KeyTree, household: HouseholdId, notice: Notice
) -> None:
    """Keep a notice for its guardian."""
    trace = new_trace_id()
    new = NewTrace(
        id=trace,
        kind=TraceKind.NOTICE,
        utterance=Utterance(
            of=trace, heard_at=notice.at, device=DeviceId("house"), person=notice.guardian
        ),
        content=_content(notice),
        expires_at=notice.at + timedelta(days=NOTICE_DAYS),
    )
    add_trace(transaction, tree, household, new)


def notices(transaction: Transaction, tree: KeyTree, household: HouseholdId) -> list[Notice]:
    """Answer the notices that are kept, oldest first."""
    found = [notice for _, notice in _all(transaction, tree, household)]
    return sorted(found, key=lambda notice: notice.at)


def notices_about(
    transaction: Transaction, tree: KeyTree, household: HouseholdId, person: PersonId
) -> list[TraceId]:
    """Answer the notices that are about a person."""
    return [id_ for id_, notice in _all(transaction, tree, household) if notice.about == person]


def _all(
    transaction: Transaction, tree: KeyTree, household: HouseholdId
) -> Iterator[tuple[TraceId, Notice]]:
    for row in transaction.traces(household, (TraceKind.NOTICE,)):
        utterance = utterance_of(tree, row)
        fields = json.loads(content_of(tree, row))
        told = (
            Told(fields["told"], fields["slots"])
            if "told" in fields
            else Told("text", {"text": fields["text"]})  # as notices were written at first
        )
        yield row.id, Notice(utterance.person, PersonId(fields["about"]), utterance.heard_at, told)


def _content(notice: Notice) -> bytes:
    told = notice.told
    return json.dumps({"told": told.key, "slots": dict(told.slots), "about": notice.about}).encode()
