"""Messages to browsers: theirs alone to open, signed by the house, sent to push services alone."""

import logging
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from tests.home import NOON, SetClock
from tests.web.push_service import PushService, Recipient, claims_of, new_recipient, push_service
from tests.web.push_service import unb64 as b
from unhear.household.alerts import AlertKind, Subscription
from unhear.household.words import PersonId
from unhear.stores.errors import PushAway, PushGone, PushRefused, StoreDamaged
from unhear.stores.push_addresses import may_send, public_addresses
from unhear.stores.push_client import PushClient, is_usable, sealed
from unhear.stores.push_key import push_key

PLACES_AT_HOME = (
    "127.0.0.1",
    "10.0.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "224.0.0.1",
    "::",
    "::1",
    "fd00::1",
    "fe80::1%eth0",
    "::ffff:192.168.1.1",
)
MESSAGE = b'{"kind":"ringing"}'


@pytest.fixture
def service() -> Iterator[PushService]:
    with push_service() as service:
        yield service


def subscription(endpoint: str, who: Recipient) -> Subscription:
    kinds = frozenset(AlertKind)
    return Subscription(b"id", PersonId("ada"), endpoint, who.point, who.auth, kinds, NOON)


def client(tmp_path: Path, *others: str) -> PushClient:
    key = push_key(tmp_path / "push.key")
    return PushClient(key, "mailto:ada@home.example", others, SetClock())


def test_the_recipient_of_these_tests_opens_the_example_of_rfc_8291() -> None:
    # RFC 8291, section 5 and appendix A.
    private = int.from_bytes(b("q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"), "big")
    who = Recipient(ec.derive_private_key(private, ec.SECP256R1()), b("BTBZMqHH6r4Tts7J_aSIgg"))
    body = b(
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIg"
        "Dll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVB"
        "St2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )
    assert who.open(body) == b"When I grow up, I want to be a watermelon"


def test_what_is_sent_is_signed_and_only_that_browser_opens_it(
    tmp_path: Path, service: PushService
) -> None:
    who, sending = new_recipient(), client(tmp_path, service.url)
    sending.send(subscription(f"{service.url}/push/secret", who), MESSAGE, 600)
    taken = service.next()
    assert taken.path == "/push/secret"
    assert taken.headers["ttl"] == "600"
    assert taken.headers["content-encoding"] == "aes128gcm"
    assert who.open(taken.body) == MESSAGE
    claims, key = claims_of(taken.headers["authorization"])
    assert claims["aud"] == service.url
    assert 0 < claims["exp"] - NOON.timestamp() <= 86_400
    assert claims["sub"] == "mailto:ada@home.example"
    assert key == sending.public_key


def test_every_message_is_sealed_anew() -> None:
    who = new_recipient()
    to = subscription("https://fcm.googleapis.com/x", who)
    one, other = sealed(to, MESSAGE), sealed(to, MESSAGE)
    assert one[:16] != other[:16]
    assert one[21:86] != other[21:86]
    assert MESSAGE not in one


@pytest.mark.parametrize(
    ("answer", "error", "again"),
    [
        ((410, {}), PushGone, None),
        ((404, {}), PushGone, None),
        ((429, {"retry-after": "7"}), PushAway, 7),
        ((503, {"retry-after": "soon"}), PushAway, 0),
        ((403, {}), PushRefused, None),
        ((307, {"location": "http://127.0.0.1:1/"}), PushRefused, None),
    ],
)
def test_what_an_answer_means(
    tmp_path: Path,
    service: PushService,
    answer: tuple[int, dict[str, str]],
    error: type[Exception],
    again: int | None,
) -> None:
    service.answers.append(answer)
    to = subscription(f"{service.url}/push/x", new_recipient())
    with pytest.raises(error) as raised:
        client(tmp_path, service.url).send(to, MESSAGE, 600)
    assert type(raised.value) is error
    assert getattr(raised.value, "again_seconds", None) == again


def test_the_address_of_a_browser_reaches_no_log(
    tmp_path: Path, service: PushService, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    to = subscription(f"{service.url}/push/secret", new_recipient())
    client(tmp_path, service.url).send(to, MESSAGE, 600)
    assert "secret" not in caplog.text


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://fcm.googleapis.com/fcm/send/x",
        "https://updates.push.services.mozilla.com/wpush/v2/x",
        "https://web.push.apple.com/x",
        "https://wns2-par02p.notify.windows.com/w/?token=x",
        "https://push.home.example:8443/x",
    ],
)
def test_push_services_are_sent_to(endpoint: str) -> None:
    assert may_send(endpoint, ("https://push.home.example:8443",))


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://fcm.googleapis.com/x",
        "https://fcm.googleapis.com:8443/x",
        "https://fcm.googleapis.com.example/x",
        "https://evilfcm.googleapis.com/x",
        "https://notify.windows.com/x",
        "https://ada@fcm.googleapis.com/x",
        "https://router.home/x",
        "https://127.0.0.1/x",
        "https://[::1]/x",
        "https://push.home.example/x",
        "https://push.home.example:99999/x",
        "file:///etc/passwd",
        "https://",
        "nothing",
        "https://[",
    ],
)
def test_nobody_else_is_sent_to(tmp_path: Path, endpoint: str) -> None:
    assert not may_send(endpoint, ("https://push.home.example:8443",))
    with pytest.raises(PushRefused):
        client(tmp_path).send(subscription(endpoint, new_recipient()), MESSAGE, 600)


@pytest.mark.parametrize("address", PLACES_AT_HOME)
def test_a_push_services_name_that_leads_home_is_not_followed(
    tmp_path: Path, service: PushService, address: str
) -> None:
    def resolving(_host: str) -> Sequence[str]:
        return ["142.250.0.1", address]

    key = push_key(tmp_path / "push.key")
    sending = PushClient(key, "mailto:ada@home.example", (), SetClock(), resolving)
    with pytest.raises(PushAway, match="no place on the internet"):
        sending.send(subscription("https://fcm.googleapis.com/x", new_recipient()), MESSAGE, 600)


def test_a_place_on_the_internet_is() -> None:
    assert public_addresses("x", lambda _: ["142.250.0.1", "2a00:1450::1"]) == [
        "142.250.0.1",
        "2a00:1450::1",
    ]


def test_the_key_is_made_once_and_for_nobody_else(tmp_path: Path) -> None:
    file = tmp_path / "push.key"
    first = push_key(file).private_numbers()
    assert push_key(file).private_numbers() == first
    assert file.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["push.key"]
    file.write_text("nonsense")
    with pytest.raises(StoreDamaged, match="switched on there anew"):
        push_key(file)


def test_keys_that_are_none_are_refused() -> None:
    who = new_recipient()
    assert is_usable(who.point, who.auth)
    assert not is_usable(who.point[:-1], who.auth)
    assert not is_usable(b"\x04" + b"\x01" * 64, who.auth)
    assert not is_usable(who.point, who.auth[:-1])
