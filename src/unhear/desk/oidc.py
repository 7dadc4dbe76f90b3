"""Somebody else says who somebody is: OpenID Connect Core 1.0, code flow with PKCE (RFC 7636).

It never signs anybody in: a passkey must still be shown.
"""

import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from threading import Lock
from time import monotonic
from typing import Any
from urllib.parse import urlencode

import httpx2
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from unhear.clock import Clock, random_bytes
from unhear.desk.settings import OidcSettings
from unhear.web.problems import Problem
from unhear.web.sessions import same

CALLBACK = "/oidc/callback"
ALGORITHMS = ("RS256", "PS256", "ES256")
"""Signatures by a key that only the issuer has; a shared secret proves nobody."""

RANDOM_BYTES = 32
WITHIN_SECONDS = 600.0
WAITING_MAX = 1_000
ANSWER_SECONDS_MAX = 10.0
ANSWER_BYTES_MAX = 1 << 20
LEEWAY_SECONDS = 60
"""How far the issuer's clock may be off."""

_REFUSED = 300

AWAY = Problem(502, "issuer-away", "Your organisation's sign-in does not answer; try again later.")
REFUSED = Problem(401, "issuer-refused", "Your organisation did not sign you in; try again.")


@dataclass(frozen=True, slots=True)
class Known:
    """Whom the issuer speaks of, and their address where it has verified it."""

    subject: str
    verified: str | None


@dataclass(frozen=True, slots=True)
class _Begun:
    browser: str
    nonce: str
    verifier: str
    at: float


class Oidc:
    """One issuer, and who is on the way back from it."""

    def __init__(self, settings: OidcSettings, origin: str, clock: Clock) -> None:
        self._settings = settings
        self._callback = origin + CALLBACK
        self._clock = clock
        self._waiting: dict[str, _Begun] = {}
        self._lock = Lock()
        self._found: Mapping[str, Any] | None = None

    def begin(self, browser: str) -> str:
        """Answer where to send a browser, which is known by a secret of its own.

        Raises `Problem`.
        """
        found = self._provider()
        state, begun = _random(), _Begun(browser, _random(), _random(), monotonic())
        with self._lock:
            waiting = {s: b for s, b in self._waiting.items() if _holds(b)}
            while len(waiting) >= WAITING_MAX:
                del waiting[next(iter(waiting))]
            self._waiting = {**waiting, state: begun}
        challenge = urlsafe_b64encode(sha256(begun.verifier.encode()).digest())
        asked = {
            "response_type": "code",
            "client_id": self._settings.client_id,
            "redirect_uri": self._callback,
            "scope": "openid email",
            "state": state,
            "nonce": begun.nonce,
            "code_challenge": challenge.decode().rstrip("="),
            "code_challenge_method": "S256",
        }
        return f"{found['authorization_endpoint']}?{urlencode(asked)}"

    def finish(self, browser: str, state: str, code: str, issuer: str | None) -> Known:
        """Answer whom a browser that came back brings word of. Raises `Problem`.

        `issuer` is who the answer says it is of (RFC 9207), where it says so.
        """
        with self._lock:
            begun = self._waiting.pop(state, None)
        if begun is None or not _holds(begun) or not same(begun.browser, browser):
            raise REFUSED
        if issuer not in (None, self._settings.issuer):
            raise REFUSED
        asked = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._callback,
            "code_verifier": begun.verifier,
        }
        tokens = self._fetch("POST", str(self._provider()["token_endpoint"]), asked)
        claims = self._claims(str(tokens.get("id_token", "")), begun.nonce)
        if "email" not in claims and "access_token" in tokens:
            claims = {**claims, **self._told(claims, str(tokens["access_token"]))}
        verified = claims.get("email") if claims.get("email_verified") is True else None
        return Known(str(claims["sub"]), None if verified is None else str(verified))

    def _claims(self, token: str, nonce: str) -> Mapping[str, Any]:
        """Answer what an ID token says, once it is checked (OIDC Core, section 3.1.3.7)."""
        keys = self._fetch("GET", str(self._provider()["jwks_uri"]))
        rules = jwt.JWTClaimsRegistry(
            now=int(self._clock().timestamp()),
            leeway=LEEWAY_SECONDS,
            iss={"essential": True, "value": self._settings.issuer},
            aud={"essential": True, "value": self._settings.client_id},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
            nonce={"essential": True, "value": nonce},
        )
        try:
            key_set = KeySet.import_key_set({"keys": keys["keys"]})
            claims = jwt.decode(token, key_set, algorithms=list(ALGORITHMS)).claims
            rules.validate(claims)
        except (JoseError, ValueError, KeyError, TypeError):
            raise REFUSED from None
        if claims.get("azp", self._settings.client_id) != self._settings.client_id:
            raise REFUSED
        return claims

    def _told(self, claims: Mapping[str, Any], token: str) -> Mapping[str, Any]:
        """Answer the address that the issuer keeps for its user info (section 5.3)."""
        where = self._provider().get("userinfo_endpoint")
        if where is None:
            return {}
        told = self._fetch("GET", str(where), bearer=token)
        if told.get("sub") != claims["sub"]:
            raise REFUSED
        return {name: told[name] for name in ("email", "email_verified") if name in told}

    def _provider(self) -> Mapping[str, Any]:
        """Answer what the issuer says of itself (OIDC Discovery 1.0). Raises `Problem`."""
        if self._found is None:
            where = f"{self._settings.issuer.rstrip('/')}/.well-known/openid-configuration"
            found = self._fetch("GET", where)
            needed = ("authorization_endpoint", "token_endpoint", "jwks_uri")
            if found.get("issuer") != self._settings.issuer or not set(needed) <= set(found):
                raise AWAY
            self._found = found
        return self._found

    def _fetch(
        self, method: str, url: str, form: Mapping[str, str] | None = None, bearer: str = ""
    ) -> Mapping[str, Any]:
        own = (self._settings.client_id, self._settings.secret.get_secret_value())
        headers = {"authorization": f"Bearer {bearer}"} if bearer else {}
        body, until = bytearray(), monotonic() + ANSWER_SECONDS_MAX
        try:
            with (
                httpx2.Client(timeout=ANSWER_SECONDS_MAX, trust_env=False) as client,
                client.stream(
                    method, url, data=form, headers=headers, auth=own if form else None
                ) as response,
            ):
                for piece in response.iter_bytes():
                    body += piece
                    if len(body) > ANSWER_BYTES_MAX or monotonic() > until:
                        raise AWAY
            if response.status_code >= _REFUSED:
                raise REFUSED if form or bearer else AWAY
            found = json.loads(bytes(body))
        except (httpx2.HTTPError, httpx2.InvalidURL, ValueError):
            raise AWAY from None
        if not isinstance(found, dict):
            raise AWAY
        return found


def _holds(begun: _Begun) -> bool:
    return monotonic() - begun.at <= WITHIN_SECONDS


def _random() -> str:
    return random_bytes(RANDOM_BYTES).hex()
