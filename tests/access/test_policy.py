"""The rules for staff: role, purpose, second person, consent and end, and nothing beside them."""

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as some

from unhear.access.policy import BROKEN, DEFAULT, RULES, Asked, Granted, Operation, judge
from unhear.household.staff import Colleague, Reason, Role, Staff, StaffPurpose

NOW = datetime(2026, 3, 14, 12, tzinfo=UTC)
KEY = "age1qqqq"
WITH_SECOND = {StaffPurpose.REVIEW, StaffPurpose.RESEARCH}
MAY = {
    Role.SUPPORT: {StaffPurpose.SUPPORT},
    Role.SAFETY: {StaffPurpose.SAFETY, StaffPurpose.SUPPORT},
    Role.RESEARCH: {StaffPurpose.REVIEW, StaffPurpose.RESEARCH},
    Role.AUDITOR: set(),
    Role.OPERATOR: set(),
}
"""The contract's table."""

SECONDS = {
    "nobody": None,
    "safety": Colleague("sasha", "Sasha", Role.SAFETY),
    "research": Colleague("rae", "Rae", Role.RESEARCH),
    "support": Colleague("sam", "Sam", Role.SUPPORT),
    "auditor": Colleague("ali", "Ali", Role.AUDITOR),
    "themselves": Colleague("alex", "Alex", Role.SAFETY),
}
AGREES = {"safety", "research"}
CONTENT = (Operation.HEADERS, Operation.PAYLOAD)
OF_GRANT = (Operation.GRANT, *CONTENT)


def staff(role: Role, name: str = "alex", key: str = KEY) -> Staff:
    return Staff(name, name.title(), role, key)


def reason(purpose: StaffPurpose, second: Colleague | None = None, hours: int = 24) -> Reason:
    return Reason(purpose, "123", "a door that does not open", hours, second)


def granted(
    of: Staff,
    why: Reason,
    *,
    consented: bool = True,
    left: float = 60,
    looked: bool = True,
) -> Granted:
    until = NOW + timedelta(seconds=left)
    return Granted(of, why, consented, until=until, looked=looked)


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("purpose", StaffPurpose)
@pytest.mark.parametrize("second", SECONDS)
@pytest.mark.parametrize("consented", [False, True], ids=["no consent", "consent"])
def test_the_table(role: Role, purpose: StaffPurpose, second: str, *, consented: bool) -> None:
    asks, why = staff(role), reason(purpose, SECONDS[second])
    may = purpose in MAY[role] and (purpose not in WITH_SECOND or second in AGREES)
    heard = consented or purpose not in WITH_SECOND
    asked = Asked(asks, why, consented)
    assert judge(asks, Operation.ASK, asked, NOW).allowed == may
    assert judge(asks, Operation.GRANT, asked, NOW).allowed == (may and heard)
    for operation, left, looked in product(CONTENT, (60, 0, -60), (False, True)):
        grant = granted(asks, why, consented=consented, left=left, looked=looked)
        stated = looked or operation is Operation.HEADERS
        expected = may and heard and left > 0 and stated
        assert judge(asks, operation, grant, NOW).allowed == expected, (operation, left)


@pytest.mark.parametrize("role", Role)
def test_what_is_not_content(role: Role) -> None:
    asks = staff(role)
    asked = Asked(asks, reason(StaffPurpose.SUPPORT))
    assert judge(asks, Operation.COUNTS, None, NOW).allowed
    assert judge(asks, Operation.REQUESTS, None, NOW).allowed == bool(MAY[role])
    assert judge(asks, Operation.GIVE_BACK, asked, NOW).allowed
    other = Asked(staff(role, "robin"), reason(StaffPurpose.SUPPORT))
    assert not judge(asks, Operation.GIVE_BACK, other, NOW).allowed


@pytest.mark.parametrize("hours", [-1, 0, 73, 10**6])
def test_nobody_is_let_in_for_longer(hours: int) -> None:
    asks = staff(Role.SUPPORT)
    asked = Asked(asks, reason(StaffPurpose.SUPPORT, hours=hours))
    for operation in (Operation.ASK, Operation.GRANT):
        verdict = judge(asks, operation, asked, NOW)
        assert (verdict.allowed, verdict.rules) == (False, ("one to seventy-two hours",))


@pytest.mark.parametrize("operation", OF_GRANT)
@pytest.mark.parametrize(
    "other",
    [staff(Role.SUPPORT, "robin"), staff(Role.SUPPORT, key="age1zzzz"), staff(Role.AUDITOR)],
    ids=["somebody else", "another key", "who changed roles"],
)
def test_a_grant_is_of_one_member_and_one_key(operation: Operation, other: Staff) -> None:
    grant = granted(staff(Role.SUPPORT), reason(StaffPurpose.SUPPORT))
    assert not judge(other, operation, grant, NOW).allowed
    if operation is not Operation.GRANT:
        assert judge(staff(Role.SUPPORT), operation, grant, NOW).allowed


NAMES = some.sampled_from(["alex", "robin", ""])
KEYS = some.sampled_from([KEY, "age1zzzz", ""])
STAFF = some.builds(Staff, NAMES, some.just("Alex"), some.sampled_from(Role), KEYS)
COLLEAGUES = some.builds(Colleague, NAMES, some.just("Robin"), some.sampled_from(Role))
REASONS = some.builds(
    Reason,
    some.sampled_from(StaffPurpose),
    some.just("123"),
    some.just("why"),
    some.integers(-5, 100),
    some.none() | COLLEAGUES,
)
ASKED = some.builds(Asked, STAFF, REASONS, some.booleans())
MOMENTS = some.datetimes(timezones=some.just(UTC), min_value=datetime(2020, 1, 1))  # noqa: DTZ001
GRANTED = some.builds(
    Granted, STAFF, REASONS, some.booleans(), until=MOMENTS, looked=some.booleans()
)


@given(STAFF, some.sampled_from(CONTENT), some.none() | ASKED, MOMENTS)
def test_nothing_opens_without_a_grant(
    asks: Staff, operation: Operation, about: Asked | None, now: datetime
) -> None:
    assert not judge(asks, operation, about, now).allowed


@given(STAFF, some.sampled_from(CONTENT), GRANTED, MOMENTS)
def test_what_opens_is_granted_to_who_opens_it_and_not_over(
    asks: Staff, operation: Operation, grant: Granted, now: datetime
) -> None:
    if judge(asks, operation, grant, now).allowed:
        assert (asks.id, asks.recipient) == (grant.staff.id, grant.staff.recipient)
        assert now < grant.until
        assert grant.reason.purpose in MAY[asks.role]


def test_a_rule_that_cannot_be_applied_forbids() -> None:
    asks = staff(Role.SUPPORT)
    broken = """
      @id("all") permit (principal, action, resource);
      @id("none") forbid (principal, action, resource) when { resource.nothing };
    """
    about = granted(asks, reason(StaffPurpose.SUPPORT))
    verdict = judge(asks, Operation.HEADERS, about, NOW, rules=broken)
    assert (verdict.allowed, verdict.rules[0]) == (False, BROKEN)


def test_what_no_rule_permits_is_forbidden() -> None:
    verdict = judge(staff(Role.AUDITOR), Operation.REQUESTS, None, NOW)
    assert verdict.rules == (DEFAULT,)


def test_every_rule_has_a_name_that_people_understand() -> None:
    text = RULES.read_text()
    rules = [line for line in text.splitlines() if line.startswith(("permit", "forbid"))]
    assert text.count("\n@id(") == len(rules)
