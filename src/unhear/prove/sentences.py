"""What a verified receipt proves and what it cannot, in plain sentences."""

import json
from datetime import UTC, datetime

from unhear.prove.claims import (
    BY_GRANT,
    BY_STAFF,
    Claim,
    ConsentGiven,
    ConsentLapsed,
    ConsentRefused,
    ConsentRenewed,
    ConsentWithdrawn,
    Erasure,
    Grant,
    Hold,
    HoldEnded,
    LogKey,
    Looked,
    Unlearning,
)
from unhear.prove.proof import Inclusion
from unhear.prove.statement import Statement


def proves(claim: Claim | None, statement: Statement, inclusion: Inclusion) -> tuple[str, ...]:
    """Answer what follows from the signatures and hashes that were checked."""
    checkpoint = inclusion.checkpoint
    sentences = [
        f"The log {checkpoint.origin} recorded this statement as entry {inclusion.index} of "
        f"{checkpoint.size}, signed with the key you gave; it cannot be altered or taken out "
        "without showing.",
        *_witnessed(inclusion),
    ]
    match claim:
        case Erasure():
            sentences += _erased(claim)
        case Unlearning():
            sentences.append(
                f"Its operator states that by {claim.unlearned_at} {claim.count} learned model(s) "
                "were replaced by what they would be had what the erasure "
                f"{claim.erasure} forgot never been learned."
            )
        case ConsentGiven() | ConsentRefused() | ConsentWithdrawn() | ConsentLapsed():
            sentences.append(f"Its operator states that {_decided(claim)}.")
        case Looked():
            counted = _counted(claim.count)
            was = "was" if claim.count == "1" else "were"
            who = "" if claim.how in {BY_GRANT, BY_STAFF} else " by somebody of the household"
            sentences.append(
                f"Its operator states that {counted} {was} {claim.how} at {claim.looked_at} "
                f"(rounded to the hour){who}."
            )
        case Grant():
            sentences.append(
                f"Its operator states that a guardian let somebody open "
                f"{_counted(claim.count)}: granted at {claim.granted_at}, until "
                f"{claim.expires_at} (rounded to the hour)."
            )
        case Hold():
            sentences.append(
                f"Its operator states that two people placed a legal hold at {claim.placed_at}; "
                f"what it names is not erased before {claim.expires_at}."
            )
        case HoldEnded():
            sentences.append(
                f"Its operator states that the legal hold {claim.id} is over since "
                f"{claim.ended_at}: {claim.how}."
            )
        case LogKey():
            sentences.append(f"Its operator states that the log's key is {claim.key}.")
        case None:
            sentences.append(
                "Its operator states the following, which this unhear does not know in full and "
                f"shows word for word: {json.dumps(dict(statement), ensure_ascii=False)}"
            )
    return tuple(sentences)


def cannot_prove(claim: Claim | None, inclusion: Inclusion) -> tuple[str, ...]:
    """Answer what no receipt of this kind can show, and what this one lacks."""
    sentences = [
        "That the operator's software did what it states; the statement is a signed claim "
        "that cannot be taken back, and `unhear audit` checks it on the operator's machine."
    ]
    if isinstance(claim, Erasure | None):
        sentences.append(
            "That nobody copied the recording before, or wrote down or acted on what was said; "
            "an answer that was already spoken was heard."
        )
    if isinstance(claim, Erasure):
        sentences.append(
            "What physical remnants the root keeper's medium holds; of it the operator says: "
            f"{'; '.join((claim.keeper.grade, *claim.keeper.limits))}."
        )
    if isinstance(claim, Unlearning):
        sentences.append(
            "That what is left was learned from what is kept; `unhear learn prove` rebuilds it on "
            "the operator's machine. A model shows nothing of what is not in it."
        )
    if isinstance(claim, ConsentGiven):
        sentences.append("Who the person was that consented, beyond what the method shows.")
    if isinstance(claim, Looked):
        sentences.append("That nobody else looked, such as with a copy that was exported before.")
    if isinstance(claim, Grant):
        sentences.append("That whoever was let open it made no copy, and showed it to nobody else.")
    if not inclusion.witnesses:
        sentences.append(
            "That the operator shows everybody the same log: no witness you trust cosigned this "
            "state of it. Two people who compare checkpoints can find out."
        )
    return tuple(sentences)


def _witnessed(inclusion: Inclusion) -> list[str]:
    if not inclusion.witnesses:
        return []
    names = ", ".join(sorted(witness.name for witness in inclusion.witnesses))
    first = datetime.fromtimestamp(min(inclusion.witnesses.values()), UTC)
    return [
        f"The log was seen in that state, consistent with all that was seen of it before, by "
        f"{names}; first at {first:%Y-%m-%dT%H:%M:%SZ}."
    ]


def _decided(claim: ConsentGiven | ConsentRefused | ConsentWithdrawn | ConsentLapsed) -> str:
    """Answer what was decided about a purpose."""
    match claim:
        case ConsentGiven():
            given = "given anew" if isinstance(claim, ConsentRenewed) else "given"
            return (
                f"consent to the purpose {claim.purpose} was {given} at {claim.given_at} (rounded "
                f"to the hour), by this method: {claim.method}"
            )
        case ConsentRefused():
            return (
                f"consent to {claim.purpose} was refused at {claim.refused_at} (rounded to the "
                "hour)"
            )
        case ConsentWithdrawn():
            return (
                f"the consent to {claim.purpose} was taken back at {claim.withdrawn_at} (rounded "
                "to the hour)"
            )
        case ConsentLapsed():
            return (
                f"the consent to {claim.purpose} counts no more since {claim.lapsed_at} (rounded "
                f"to the hour): {claim.why}"
            )


def _counted(count: str) -> str:
    return "1 kept thing" if count == "1" else f"{count} kept things"


def _erased(claim: Erasure) -> list[str]:
    counted = _counted(claim.count)
    sentences = [
        f"Its operator states that {counted} (scope: {claim.scope}) lost their keys by "
        f"{claim.done_at}, asked for at {claim.asked_at} (times rounded to the hour).",
    ]
    if claim.roots_destroyed:
        destroyed = (
            f"puts the old root aside, and destroys it by {claim.backups_unreadable_by}"
            if claim.horizon_days
            else "destroyed the old root"
        )
        sentences.append(
            f"It states that the key tree went from epoch {claim.epoch_from} to {claim.epoch_to}, "
            f"and that a keeper of kind {claim.keeper.kind} {destroyed} "
            f"({len(claim.roots_destroyed)} in all)."
        )
    else:
        sentences.append("It states that no key had to be destroyed.")
    sentences.append(
        f"It states that from {claim.live_gone_at} nothing there opens what was forgotten, and "
        f"that from {claim.backups_unreadable_by} no older copy does."
    )
    if claim.reopens is not None:
        sentences.insert(0, f"It states that a late copy was found after erasure {claim.reopens}.")
    if claim.looked:
        places = ", ".join(look.holder for look in claim.looked)
        sentences.append(
            f"It states that it looked at these places afterwards and found nothing: {places}."
        )
    if claim.drill is not None:
        outcome = {
            "passed": "and of what was erased nothing came back",
            "failed": "and it failed",
        }[claim.drill.result]
        sentences.append(
            f"It states that its last restore drill was at {claim.drill.at}: recordings planted "
            f"for it were backed up, erased and restored, {outcome}."
        )
    if claim.exceptions:
        sentences.append(f"It names as not reached: {'; '.join(claim.exceptions)}.")
    return sentences
