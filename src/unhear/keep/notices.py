"""Notices to guardians: sealed like everything else, shown until they expire."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from unhear.forget.database import TraceKind, Transaction
from unhear.forget.keytree import KeyTree
from unhear.forget.traces import NewTrace, add_trace, content_of, new_trace_id, utterance_of
from unhear.household.words import DeviceId, HouseholdId, PersonId, TraceId, Utterance

NOTICE_DAYS = 90


@dataclass(frozen=True, slots=True)
class Notice:
    """Something one guardian must be told; it goes with the person it is about."""

    guardian: PersonId
    about: PersonId
    at: datetime
    text: str


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
        content=json.dumps({"text": notice.text, "about": notice.about}).encode(),
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
        about, text = PersonId(fields["about"]), fields["text"]
        yield row.id, Notice(utterance.person, about, utterance.heard_at, text)
