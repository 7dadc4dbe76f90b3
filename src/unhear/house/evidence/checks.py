"""Hold the facts of a house to the rules. Every check is a pure function; order is that of `Rule`.

A check that cannot know something says nothing of it: what is reported is a violation. One that
lasts is dated now, whenever it began.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from unhear.clock import day_number, day_start
from unhear.forget.database import TraceKind
from unhear.house.evidence.erasures import LATE_AFTER
from unhear.house.evidence.facts import Change, Erased, Facts, Granted, Looking, Thing
from unhear.house.evidence.log import PERSONAL
from unhear.house.evidence.rules import Rule, Violation
from unhear.household.retention import CEILINGS, DAYS_MAX
from unhear.household.words import UNKNOWN_PERSON, PersonKind, Purpose
from unhear.prove.claims import BY_GRANT, BY_STAFF
from unhear.prove.statement import hour

BY_OTHERS = (BY_GRANT, BY_STAFF)
"""How those look who are no guardians here: with a grant alone."""

LEARNED_KINDS = (TraceKind.STATE, TraceKind.MODEL, TraceKind.SHARED)
"""Kinds whose ids come again when something is learned again."""

Check = Callable[[Facts], Iterator[Violation]]


def violations(facts: Facts) -> list[Violation]:
    """Answer every violation in the facts of a house."""
    return [found for check in CHECKS.values() for found in check(facts)]


def _in_time(facts: Facts) -> Iterator[Violation]:
    for one in facts.erased:
        if one.took(facts.now) > LATE_AFTER and not one.held:
            hours = int(one.took(facts.now) / timedelta(hours=1))
            seen = "took" if one.done_at else "is not done after"
            yield _violation(facts, Rule.IN_TIME, one, f"{seen} {hours} hours")


def _stated(facts: Facts) -> Iterator[Violation]:
    for one in facts.erased:
        if one.done_at is None:
            continue
        if one.stated is None:
            yield _violation(facts, Rule.STATED, one, "it counts as done, and the log has it not")
        elif tuple(map(hour, one.stated)) != (hour(one.asked_at), hour(one.done_at)):
            yield _violation(facts, Rule.STATED, one, "the log has other times of it")


def _gone(facts: Facts) -> Iterator[Violation]:
    for thing in facts.things:
        scope = facts.forgotten.get(thing.id)
        if scope is None or thing.kind in LEARNED_KINDS:
            continue
        if not _words_only(scope) or thing.worded:
            what = "its words are" if _words_only(scope) else "it is"
            yield _of_thing(facts, Rule.GONE, thing, f"{what} kept, and a receipt says forgotten")
    for id_ in sorted(facts.payloads):
        scope = facts.forgotten.get(id_)
        if scope is not None and not _words_only(scope):
            yield Violation(
                Rule.GONE, facts.household, ("thing", id_), facts.now, "its sealed file is there"
            )


def _dated(facts: Facts) -> Iterator[Violation]:
    today = day_number(facts.now)
    for thing in facts.things:
        if thing.expires_day < today and not thing.held:
            days = today - thing.expires_day
            yield _of_thing(facts, Rule.DATED, thing, f"a {thing.kind} is {days} days past it")


def _ceiling(facts: Facts) -> Iterator[Violation]:
    for thing in facts.things:
        if thing.heard_at is None:
            continue
        days, most = thing.expires_day - day_number(thing.heard_at), _days_max(facts, thing)
        if days > most:
            seen = f"a {thing.kind} is to stay for {days} days, {most} at most may be"
            yield _of_thing(facts, Rule.CEILING, thing, seen)


def _days_max(facts: Facts, thing: Thing) -> int:
    kind = None if thing.person is None else facts.people.get(thing.person)
    about = [one for one in (kind, thing.device) if one is not None]
    return min((CEILINGS[one] for one in about if one in CEILINGS), default=DAYS_MAX)


def _consented(facts: Facts) -> Iterator[Violation]:
    for thing in facts.things:
        if thing.kind is not TraceKind.RECORDING or thing.person is None:
            continue
        if basis(facts, thing) is None:
            child = facts.people[thing.person] is PersonKind.CHILD
            seen = f"{'a child' if child else 'somebody'} was recorded without a consent"
            yield _of_thing(facts, Rule.CONSENTED, thing, seen)


def basis(facts: Facts, thing: Thing) -> Change | None:
    """Answer the consent under which somebody known was recorded, or None where none counted.

    The log knows hours, so that what happened within the hour of a change is not decided by it.
    """
    given, latest = 0, None
    heard = hour(thing.heard_at or day_start(thing.day))
    for one in facts.changes:
        if (one.person, one.purpose) != (thing.person, Purpose.KEEP):
            continue
        begins = one.method is not None
        if hour(one.at) > heard or (hour(one.at) == heard and not begins):
            continue
        given = _given_after(given, one)
        latest = one if begins else latest
    return latest if given else None


def _given_after(given: int, change: Change) -> int:
    """Count the consents that stand after a change: several guardians may have given one."""
    if change.kind == "consent":
        return given + 1
    if change.kind == "consent-renewed":
        return max(given, 1)
    return max(given - 1, 0) if change.kind == "consent-lapsed" else 0


def _method(facts: Facts) -> Iterator[Violation]:
    now = {(one.person, one.purpose, hour(one.given_at)) for one in facts.agreed}
    for one in facts.agreed:
        if not one.allowed:
            seen = f"{one.method} is not enough for a child here, and the consent counts"
            yield _about(facts, Rule.METHOD, one.person, facts.now, seen)
    for past in facts.changes:
        if not past.allowed and (past.person, past.purpose, hour(past.at)) not in now:
            seen = f"{past.method} was not enough for a child"
            yield _about(facts, Rule.METHOD, past.person, past.at, seen)


def _notice(facts: Facts) -> Iterator[Violation]:
    for one in facts.agreed:
        if not one.noticed:
            seen = f"the notice of a consent to {one.purpose} is not kept"
            yield _about(facts, Rule.NOTICE, one.person, facts.now, seen)


def _consent_stated(facts: Facts) -> Iterator[Violation]:
    for one in facts.agreed:
        if not one.stated:
            seen = f"the log has no such consent to {one.purpose}"
            yield _about(facts, Rule.CONSENT_STATED, one.person, facts.now, seen)


def _granted(facts: Facts) -> Iterator[Violation]:
    for look in facts.looks:
        if look.how in BY_OTHERS:
            if grant_of(facts, look) is None:
                seen = f"{look.how}, and no grant covers that hour and what was looked at"
                yield _of_entry(facts, Rule.GRANTED, look, seen)
        elif look.who not in (None, UNKNOWN_PERSON) and not _is_guardian(facts, look):
            yield _of_entry(facts, Rule.GRANTED, look, f"{look.how} by somebody who is no guardian")


def grant_of(facts: Facts, look: Looking) -> Granted | None:
    """Answer the grant that lets somebody look who is no guardian, or None."""
    return next((grant for grant in facts.grants if _covers(grant, look)), None)


def _covers(grant: Granted, look: Looking) -> bool:
    """Whether a grant lets a look be; where nothing opens the two, their hours alone can tell.

    A link's looks name its grant; a member of staff's name the member, and the grant what for.
    """
    if not grant.index < look.index or not grant.since <= look.at <= grant.until:
        return False
    if look.who is None or grant.who is None:
        return True
    same = look.how == BY_STAFF or look.who == grant.who
    return same and look.items <= grant.items


def _is_guardian(facts: Facts, look: Looking) -> bool:
    return any(
        person == look.who and kind is PersonKind.GUARDIAN for person, kind in facts.people.items()
    )


def _receipted(facts: Facts) -> Iterator[Violation]:
    for gap in facts.log.gaps:
        why = " and nobody was removed since" if gap.kind in PERSONAL else ""
        seen = f"the receipt of a {gap.kind} is gone{why}"
        about = ("entry", gap.index.to_bytes(8))
        yield Violation(Rule.RECEIPTED, facts.household, about, gap.at, seen)


def _unlearned(facts: Facts) -> Iterator[Violation]:
    for one in facts.learnt:
        if not one.proved:
            seen = f"{one.subject} holds something that no kept contribution brought"
            about = ("model", one.subject.encode())
            yield Violation(Rule.UNLEARNED, facts.household, about, facts.now, seen)


def _lineage(facts: Facts) -> Iterator[Violation]:
    for thing in facts.things:
        if thing.kind is not TraceKind.CONTRIBUTION or thing.of is None:
            continue
        scope = facts.forgotten.get(thing.of, "expired")
        if scope != "expired" and not {"purpose", "words only"} & set(scope.split(" and ")):
            yield _of_thing(
                facts, Rule.LINEAGE, thing, "its recording was forgotten, it teaches on"
            )


def _root(facts: Facts) -> Iterator[Violation]:
    if facts.keeper.old_roots:
        seen = f"{facts.keeper.old_roots} replaced root keys are still held"
        yield Violation(Rule.ROOT, facts.household, ("keeper", b""), facts.now, seen)


def _log(facts: Facts) -> Iterator[Violation]:
    if facts.log.changed:
        seen = "; ".join(facts.log.changed)
        yield Violation(Rule.LOG, facts.household, ("log", b""), facts.now, seen)


def _witnessed(facts: Facts) -> Iterator[Violation]:
    if facts.log.forked:
        seen = "; ".join(facts.log.forked)
        yield Violation(Rule.WITNESSED, facts.household, ("log", b""), facts.now, seen)


def _held(facts: Facts) -> Iterator[Violation]:
    today = day_number(facts.now)
    for one in facts.holds:
        wrong = list(one.wrong)
        if one.state == "in force" and day_number(one.expires_at) < today:
            wrong.append("it is in force past its end")
        if wrong:
            seen = "; ".join(wrong)
            yield Violation(Rule.HELD, facts.household, ("hold", one.id), facts.now, seen)


def _opens(facts: Facts) -> Iterator[Violation]:
    for id_ in facts.shut:
        seen = "it does not open: it was changed, or its key is gone"
        yield Violation(Rule.OPENS, facts.household, ("thing", id_), facts.now, seen)


CHECKS: dict[Rule, Check] = {
    Rule.IN_TIME: _in_time,
    Rule.STATED: _stated,
    Rule.GONE: _gone,
    Rule.DATED: _dated,
    Rule.CEILING: _ceiling,
    Rule.CONSENTED: _consented,
    Rule.METHOD: _method,
    Rule.NOTICE: _notice,
    Rule.CONSENT_STATED: _consent_stated,
    Rule.GRANTED: _granted,
    Rule.RECEIPTED: _receipted,
    Rule.UNLEARNED: _unlearned,
    Rule.LINEAGE: _lineage,
    Rule.ROOT: _root,
    Rule.LOG: _log,
    Rule.WITNESSED: _witnessed,
    Rule.HELD: _held,
    Rule.OPENS: _opens,
}
"""What looks after each rule."""


def _words_only(scope: str) -> bool:
    return "words only" in scope.split(" and ")


def _violation(facts: Facts, rule: Rule, one: Erased, seen: str) -> Violation:
    at = one.asked_at if one.done_at else facts.now
    return Violation(rule, facts.household, ("erasure", one.id), at, seen)


def _of_thing(facts: Facts, rule: Rule, thing: Thing, seen: str) -> Violation:
    return Violation(rule, facts.household, ("thing", thing.id), facts.now, seen)


def _of_entry(facts: Facts, rule: Rule, look: Looking, seen: str) -> Violation:
    return Violation(rule, facts.household, ("entry", look.index.to_bytes(8)), look.at, seen)


def _about(facts: Facts, rule: Rule, person: str, at: datetime, seen: str) -> Violation:
    return Violation(rule, facts.household, ("person", person.encode()), at, seen)
