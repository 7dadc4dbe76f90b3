"""Send a message to a browser by its push service (RFC 8030), sealed to that browser (RFC 8291)."""

import logging
from collections.abc import Collection
from urllib.parse import urlsplit

import http_ece
import httpx2
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
    generate_private_key,
)
from py_vapid import Vapid02

from unhear.clock import Clock, random_bytes
from unhear.household.alerts import Subscription
from unhear.stores.errors import PushAway, PushGone, PushRefused
from unhear.stores.push_addresses import (
    Resolve,
    may_send,
    origin_of,
    public_addresses,
    resolve,
)
from unhear.stores.push_key import public_point

CONNECT_SECONDS_MAX, ANSWER_SECONDS_MAX = 5.0, 10.0
ADDRESSES_MAX = 3
SALT_BYTES, AUTH_BYTES, POINT_BYTES = 16, 16, 65
TOKEN_SECONDS = 12 * 3600
"""How long a signature counts; RFC 8292 allows a day."""

_NOT_FOUND, _GONE, _TOO_MANY = 404, 410, 429
_WAITS_DIGITS_MAX = 6

for _name in ("httpx2", "httpcore2"):  # they would log addresses that only the house may know
    logging.getLogger(_name).setLevel(logging.WARNING)


class PushClient:
    """Sends for one house, which signs with `key` and can be asked about it at `contact`.

    Browsers subscribe for `public_key`. `others` are the origins that may be sent to besides the
    known services.
    """

    def __init__(
        self,
        key: EllipticCurvePrivateKey,
        contact: str,
        others: Collection[str],
        clock: Clock,
        resolving: Resolve = resolve,
    ) -> None:
        self.public_key = public_point(key)
        self._vapid = Vapid02(key, conf={"no-strict": True})
        self._contact = contact
        self._others = others
        self._clock = clock
        self._resolving = resolving

    def may_send(self, endpoint: str) -> bool:
        """Whether this is an address of a push service that is sent to."""
        return may_send(endpoint, self._others)

    def send(self, to: Subscription, message: bytes, stays_seconds: int) -> None:
        """Have the service hand a message to the browser, within `stays_seconds`.

        Raises `PushAway`, `PushGone` and `PushRefused`.
        """
        if not self.may_send(to.endpoint):
            raise PushRefused("this push service is not known, and the settings do not name it")
        origin = origin_of(to.endpoint)
        headers = {
            "ttl": str(stays_seconds),
            "urgency": "high",
            "content-encoding": "aes128gcm",
            "content-type": "application/octet-stream",
            **self._signed(origin),
        }
        _judge(self._post(to.endpoint, origin, headers, sealed(to, message)))

    def _signed(self, origin: str) -> dict[str, str]:
        until = int(self._clock().timestamp()) + TOKEN_SECONDS
        claims = {"aud": origin, "exp": until, "sub": self._contact}
        return dict(self._vapid.sign(claims))

    def _post(
        self, endpoint: str, origin: str, headers: dict[str, str], body: bytes
    ) -> httpx2.Response:
        """Send to the very addresses that were looked at, whatever the resolver says next."""
        host = urlsplit(endpoint).hostname or ""
        url = httpx2.URL(endpoint)
        if origin in self._others:
            return self._exchange([url], headers, body)
        places = public_addresses(host, self._resolving)[:ADDRESSES_MAX]
        return self._exchange(
            [url.copy_with(host=place) for place in places],
            {**headers, "host": origin.partition("://")[2]},
            body,
            {"sni_hostname": host},
        )

    def _exchange(
        self,
        urls: Collection[httpx2.URL],
        headers: dict[str, str],
        body: bytes,
        extensions: dict[str, str] | None = None,
    ) -> httpx2.Response:
        timeout = httpx2.Timeout(ANSWER_SECONDS_MAX, connect=CONNECT_SECONDS_MAX)
        with httpx2.Client(timeout=timeout, trust_env=False, follow_redirects=False) as client:
            for url in urls:
                try:
                    with client.stream(
                        "POST", url, content=body, headers=headers, extensions=extensions
                    ) as response:
                        return response  # its body is of no interest
                except (httpx2.ConnectError, httpx2.ConnectTimeout):
                    continue
                except (httpx2.HTTPError, httpx2.InvalidURL) as error:
                    kind = type(error).__name__
                    raise PushAway(f"the push service does not answer ({kind})") from None
        raise PushAway("the push service cannot be reached")


def sealed(to: Subscription, message: bytes) -> bytes:
    """Answer a message that only that browser opens (RFC 8291). Raises `PushRefused`."""
    try:
        return bytes(
            http_ece.encrypt(
                message,
                salt=random_bytes(SALT_BYTES),
                private_key=generate_private_key(SECP256R1()),
                dh=to.key,
                auth_secret=to.auth,
                version="aes128gcm",
            )
        )
    except (http_ece.ECEException, ValueError):
        raise PushRefused("this browser's key is none") from None


def is_usable(key: bytes, auth: bytes) -> bool:
    """Whether these are a browser's key and secret, as RFC 8291 has them."""
    try:
        EllipticCurvePublicKey.from_encoded_point(SECP256R1(), key)
    except ValueError:
        return False
    return len(key) == POINT_BYTES and len(auth) == AUTH_BYTES


def _judge(response: httpx2.Response) -> None:
    """Raise what an answer means (RFC 8030, sections 5 and 7.3)."""
    status = response.status_code
    if response.is_success:
        return
    if status in (_NOT_FOUND, _GONE):
        raise PushGone("the browser is subscribed no more")
    if status == _TOO_MANY or response.is_server_error:
        asked = response.headers.get("retry-after", "")
        waits = asked.isdecimal() and len(asked) <= _WAITS_DIGITS_MAX
        raise PushAway(
            f"the push service takes nothing now (HTTP {status})", int(asked) if waits else 0
        )
    raise PushRefused(f"the push service does not take the message (HTTP {status})")
