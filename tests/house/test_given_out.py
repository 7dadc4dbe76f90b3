"""What one process of a house gave out or was told counts once, whichever process is asked."""

from base64 import b64decode
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from tests.home import Home
from tests.house.test_passing import process
from tests.house.test_sign_ins import another, commits
from tests.web.agents import BUSINESS, Agent, trusting
from tests.web.desks import Desk as SigningDesk
from tests.web.desks import Member
from unhear.access.message import Desk, Refused
from unhear.clock import now
from unhear.house.agents import TOKEN_LASTS, Agents, MessageRefused
from unhear.house.passing import Passing
from unhear.web.challenges import MAC_BYTES, WITHIN, SharedChallenges

Two = tuple[Passing, Passing]


@pytest.fixture
def two(home: Home) -> Two:
    home.clock.at = now()  # by which agents and desks sign
    return process(home), process(another(home).home)


def test_a_challenge_of_one_is_used_at_the_other_and_once(home: Home, two: Two) -> None:
    one, other = (SharedChallenges(passing, home.clock) for passing in two)
    before = commits(home)
    challenge = one.make()
    assert one.counts(challenge)
    assert other.counts(challenge)
    assert commits(home) == before, "anybody may ask for one"
    assert other.use(challenge)
    assert not one.use(challenge)
    assert not other.use(challenge)


def test_a_challenge_counts_for_half_an_hour(home: Home, two: Two) -> None:
    one, other = (SharedChallenges(passing, home.clock) for passing in two)
    challenge = one.make()
    home.clock.pass_time(seconds=WITHIN.total_seconds() - 1)
    assert other.counts(challenge)
    home.clock.pass_time(seconds=2)
    assert not other.counts(challenge)
    home.clock.pass_time(days=-1)
    assert not other.counts(challenge), "nor when the clock is set back by much"


@pytest.mark.parametrize(
    "change",
    [
        lambda challenge: challenge[:0],
        lambda challenge: challenge[:MAC_BYTES],
        lambda challenge: bytes([challenge[0] ^ 1]) + challenge[1:],
        lambda challenge: challenge[:-1] + bytes([challenge[-1] ^ 1]),
        lambda challenge: challenge + b"\0",
        lambda challenge: challenge[:32] + b"\xff" * 8 + challenge[40:],
    ],
)
def test_what_no_process_gave_out_counts_nowhere(
    home: Home, two: Two, change: Callable[[bytes], bytes]
) -> None:
    challenges = SharedChallenges(two[0], home.clock)
    assert not challenges.counts(change(challenges.make()))


def test_an_agents_token_counts_at_every_process_until_the_next(home: Home, two: Two) -> None:
    agent = Agent()
    one, other = (Agents(trusting(agent), passing, home.clock) for passing in two)
    message = _signed_before(home, agent)
    token = one.register(agent.id, message)
    assert other.of_token(token) == one.of_token(token) == agent.id
    assert one.of_token("guessed") is None
    with pytest.raises(MessageRefused, match="used before"):
        other.register(agent.id, message)
    newer = other.register(agent.id, _signed_before(home, agent))
    assert one.of_token(newer) == agent.id
    assert one.of_token(token) is None
    home.clock.pass_time(seconds=TOKEN_LASTS.total_seconds())
    assert other.of_token(newer) is None
    stranger = Agents(trusting(Agent("OTHER")), two[0], home.clock)
    assert stranger.business == BUSINESS


def test_an_agent_that_is_trusted_no_more_has_no_token(home: Home, two: Two) -> None:
    agent = Agent()
    token = Agents(trusting(agent), two[0], home.clock).register(
        agent.id, _signed_before(home, agent)
    )
    assert Agents(trusting(Agent("OTHER")), two[1], home.clock).of_token(token) is None


def _signed_before(home: Home, agent: Agent) -> bytes:
    """Answer a message that is signed by the time of day, which is not the home's."""
    message = agent.signed(agent.fields())
    home.clock.at = now() + timedelta(seconds=1)
    return message


def test_what_a_desk_signed_counts_once_at_one_process(home: Home, two: Two) -> None:
    signing = SigningDesk(home.id.hex())

    def desk(passing: Passing) -> Desk:
        def first(nonce: bytes, until: datetime) -> bool:
            return passing.first(b"staff/" + nonce, until)

        return Desk(b64decode(signing.trusted.key), home.id.hex(), home.clock, first)

    one, other = map(desk, two)
    signed = signing.signed(signing.fields("counts", Member(), {}))
    assert one.read("counts", **signed).staff.id == "alex"
    for again in (one, other):
        with pytest.raises(Refused, match="used before"):
            again.read("counts", **signed)
