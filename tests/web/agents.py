"""An authorised agent with a key of its own, which signs as the Data Rights Protocol wants it."""

import json
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.web.consoles import Console
from unhear.settings import AgentSettings, DataRightsSettings

BUSINESS = "TESTERS_HOUSE"


@dataclass
class Agent:
    """An agent of this id; what it signs is valid for ten minutes unless told otherwise."""

    id: str = "WALNUT_AGENT"
    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)

    @property
    def trusted(self) -> AgentSettings:
        key = b64encode(self.key.public_key().public_bytes_raw()).decode()
        return AgentSettings(id=self.id, name="Walnut", verify_key=key)

    def signed(self, fields: Any) -> bytes:
        text = json.dumps(fields).encode()
        return b64encode(self.key.sign(text) + text)

    def fields(self, **other: Any) -> dict[str, Any]:
        now = datetime.now(UTC)  # noqa: TID251 - agents have clocks of their own
        return {
            "agent-id": self.id,
            "business-id": BUSINESS,
            "issued-at": now.isoformat(),
            "expires-at": (now + timedelta(minutes=10)).isoformat(),
            "drp.version": "1.0",
            **{name.replace("_", "-"): value for name, value in other.items()},
        }

    def request(self, right: str = "deletion", **other: Any) -> bytes:
        claims = {"name": "Ada", "email": "ada@example.org", "email_verified": True}
        return self.signed(self.fields(exercise=right) | {"regime": "ccpa"} | claims | other)


def trusting(*agents: Agent) -> DataRightsSettings:
    """Answer the settings of a house that trusts these agents."""
    return DataRightsSettings(business=BUSINESS, agents=tuple(one.trusted for one in agents))


@contextmanager
def registered(served: Console, agent: Agent) -> Iterator[httpx2.Client]:
    """Answer a client of an agent that has fetched its token; no browser, so no origin."""
    with httpx2.Client(base_url=served.url, trust_env=False, timeout=60) as client:
        client.headers["content-type"] = "text/plain"
        answer = client.post(f"/v1/agent/{agent.id}", content=agent.signed(agent.fields()))
        assert answer.status_code == 200, answer.text
        client.headers["authorization"] = f"Bearer {answer.json()['token']}"
        yield client


def delete(client: httpx2.Client, path: str, content: bytes) -> httpx2.Response:
    """Send a DELETE with a body."""
    return client.request("DELETE", path, content=content)
