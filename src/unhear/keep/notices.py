"""Notices to guardians: sealed like everything else, shown until they expire."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from unhear.forget.database import TraceKind, Transaction
from unhear.forget.keytree import KeyTree
from unhear.forget.traces import NewTrace, add_trace, content_of, new_trace_id, utterance_of
from unhear.household.words import DeviceId, HouseholdId, PersonId, Utterance

NOTICE_DAYS = 90


@dataclass(frozen=True, slots=True)
class Notice:
    """Something one guardian must be told."""

    guardian: PersonId
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
        content=json.dumps({"text": notice.text}).encode(),
        expires_at=notice.at + timedelta(days=NOTICE_DAYS),
    )
    add_trace(transaction, tree, household, new)


def notices(transaction: Transaction, tree: KeyTree, household: HouseholdId) -> list[Notice]:
    """Answer the notices that are kept, oldest first."""
    found = []
    for row in transaction.traces(household, (TraceKind.NOTICE,)):
        utterance = utterance_of(tree, row)
        text = json.loads(content_of(tree, row))["text"]
        found.append(Notice(utterance.person, utterance.heard_at, text))
    return sorted(found, key=lambda notice: notice.at)
