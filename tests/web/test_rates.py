"""How often one address may ask; many addresses cost the house nothing that stays."""

from hypothesis import given
from hypothesis import strategies as st

from unhear.web.rates import HELD_MAX, Rates

MOST = 10


class Time:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@given(st.lists(st.floats(0, 40), max_size=60))
def test_never_more_within_a_minute_than_nearly_twice_as_many_and_never_starved(
    pauses: list[float],
) -> None:
    time = Time()
    rates = Rates(time)
    passed: list[float] = []
    for pause in pauses:
        time.now += pause
        if rates.hit("192.0.2.1", "proof", MOST):
            passed.append(time.now)
        else:
            assert sum(at > time.now - 120 for at in passed) >= MOST
        this_minute = [at for at in passed if at // 60 == time.now // 60]
        assert len(this_minute) <= MOST


def test_steady_asking_gets_its_share() -> None:
    time = Time()
    rates = Rates(time)
    passed = 0
    for _ in range(600):
        time.now += 1.0
        passed += rates.hit("192.0.2.1", "proof", MOST)
    assert MOST * 8 <= passed <= MOST * 11


def test_addresses_and_purposes_count_apart_and_a_network_of_one_owner_together() -> None:
    rates = Rates(Time())
    assert all(rates.hit("192.0.2.1", "proof", MOST) for _ in range(MOST))
    assert not rates.hit("192.0.2.1", "proof", MOST)
    assert not rates.hit("::ffff:192.0.2.1", "proof", MOST)
    assert rates.hit("192.0.2.1", "any", MOST)
    assert rates.hit("192.0.2.2", "proof", MOST)
    for number in range(MOST):
        assert rates.hit(f"2001:db8:1:2::{number}", "proof", MOST)
    assert not rates.hit("2001:db8:1:2:ffff::1", "proof", MOST)
    assert rates.hit("2001:db8:1:3::1", "proof", MOST)
    assert rates.hit("no:address", "proof", MOST)


def test_what_many_addresses_leave_is_bounded_and_gone_two_minutes_later() -> None:
    time = Time()
    rates = Rates(time)
    assert rates.hit("192.0.2.1", "proof", MOST)
    for number in range(HELD_MAX):
        rates.hit(f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}", "proof", MOST)
    assert len(rates._now) == HELD_MAX
    assert rates.hit("192.0.2.1", "proof", MOST)
    assert not rates.hit("192.0.2.9", "proof", MOST)
    time.now += 120
    assert rates.hit("192.0.2.9", "proof", MOST)
    assert len(rates._now) + len(rates._before) == 1
