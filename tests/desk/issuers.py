"""OpenID providers: a certified one as a process of its own, and one that lies."""

import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from tests.needs import need, need_program
from tests.web.servers import Server
from unhear.clock import now

NODE = Path(__file__).parents[1] / "node"
CLIENT, SECRET = "desk", "a secret of the desk and its issuer"


def settings_for(issuer: str) -> dict[str, str]:
    """Answer a desk's table `[oidc]`."""
    return {"issuer": issuer, "client_id": CLIENT, "secret": SECRET}


@contextmanager
def certified(port: int, redirect_uri: str) -> Iterator[None]:
    """Run `oidc-provider`, which is certified by the OpenID Foundation."""
    node = need_program("node")
    need((NODE / "node_modules/oidc-provider").is_dir(), "the npm packages in tests/node")
    arguments = [node, "provider.mjs", str(port), CLIENT, SECRET, redirect_uri]
    with subprocess.Popen(
        arguments, cwd=NODE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            yield
        finally:
            process.kill()


@dataclass
class Liar:
    """An issuer that says of somebody whatever it is told to say."""

    url: str = ""
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one"}))
    signs_with: Any = None
    algorithm: str = "RS256"
    says: Mapping[str, Any] = field(default_factory=dict)
    of_itself: Mapping[str, Any] = field(default_factory=dict)
    nonce: str = ""
    challenged: str = ""
    asked: dict[str, list[str]] = field(default_factory=dict)

    def went(self, location: str) -> str:
        """Take note of where a browser was sent; answer the state it brings back."""
        asked = parse_qs(urlsplit(location).query)
        self.nonce, self.challenged = asked["nonce"][0], asked["code_challenge"][0]
        return asked["state"][0]

    def token(self) -> str:
        moment = int(now().timestamp())
        claims = {
            "iss": self.url,
            "aud": CLIENT,
            "sub": "subject-1",
            "iat": moment,
            "exp": moment + 60,
            "nonce": self.nonce,
            "email": "alex@example.com",
            "email_verified": True,
            **self.says,
        }
        header = {"alg": self.algorithm, "kid": "one"}
        told = {name: value for name, value in claims.items() if value is not None}
        return jwt.encode(header, told, self.signs_with or self.key, algorithms=[self.algorithm])


@contextmanager
def lying() -> Iterator[Liar]:
    """Serve an issuer that lies."""
    liar = Liar()

    def discovery(_request: Request) -> JSONResponse:
        found = {
            "issuer": liar.url,
            "authorization_endpoint": f"{liar.url}/auth",
            "token_endpoint": f"{liar.url}/token",
            "jwks_uri": f"{liar.url}/jwks",
        }
        return JSONResponse({**found, **liar.of_itself})

    def jwks(_request: Request) -> JSONResponse:
        return JSONResponse({"keys": [liar.key.as_dict(private=False)]})

    async def token(request: Request) -> JSONResponse:
        liar.asked = parse_qs((await request.body()).decode())
        return JSONResponse({"token_type": "Bearer", "id_token": liar.token()})

    routes = [
        Route("/.well-known/openid-configuration", discovery),
        Route("/jwks", jwks),
        Route("/token", token, methods=["POST"]),
    ]
    with Server(Starlette(routes=routes)).answering() as url:
        liar.url = url
        yield liar
