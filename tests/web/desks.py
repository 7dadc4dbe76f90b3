"""An operator's desk with a key of its own, and its staff, each with an age identity of theirs."""

import json
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx2
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.home import PASSPHRASE
from tests.web.consoles import API, Console
from unhear.access.message import PREFIX
from unhear.clock import random_bytes
from unhear.household.staff import Role
from unhear.household.words import TraceId
from unhear.keep import age
from unhear.settings import StaffSettings
from unhear.web.ceremonies import text

OPERATOR = "Example Ltd"
WHY = "The door does not open when the bell rings."


@dataclass
class Member:
    """One of the staff; their identity never leaves them."""

    id: str = "alex"
    role: Role = Role.SUPPORT
    identity: age.Identity = field(default_factory=age.Identity.generate)

    @property
    def fields(self) -> dict[str, str]:
        recipient = str(self.identity.recipient)
        named = {"id": self.id, "name": self.id.title(), "role": self.role.value}
        return {**named, "recipient": recipient}


@dataclass
class Desk:
    """Signs as the contract wants it, for the home of this id."""

    home: str = ""
    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)

    @property
    def trusted(self) -> StaffSettings:
        key = b64encode(self.key.public_key().public_bytes_raw()).decode()
        return StaffSettings(desk="https://desk.example", key=key, name=OPERATOR)

    def fields(
        self, operation: str, member: Member, args: dict[str, Any], **other: Any
    ) -> dict[str, Any]:
        now = datetime.now(UTC)  # noqa: TID251 - desks have clocks of their own
        return {
            "v": 1,
            "home": self.home,
            "operation": operation,
            "at": now.isoformat(),
            "nonce": random_bytes(16).hex(),
            "staff": member.fields,
            "second": None,
            "args": args,
            **other,
        }

    def signed(self, fields: Any) -> dict[str, str]:
        content = json.dumps(fields).encode()
        signature = self.key.sign(PREFIX + content)
        return {"message": b64encode(content).decode(), "signature": b64encode(signature).decode()}

    def wants(
        self, operation: str, member: Member, second: Member | None = None, **args: Any
    ) -> dict[str, str]:
        """Answer what is sent for a member."""
        agrees = None if second is None else dict(second.fields)
        if agrees is not None:
            agrees.pop("recipient")
        return self.signed(self.fields(operation, member, args, second=agrees))


@dataclass
class Staffed:
    """A served home with a desk, a guardian at its console, and a client of the desk's."""

    served: Console
    desk: Desk
    client: httpx2.Client
    ada: httpx2.Client

    def post(self, operation: str, body: dict[str, str]) -> httpx2.Response:
        return self.client.post(f"{API}/staff/{operation}", json=body)

    def asks(self, operation: str, member: Member, **more: Any) -> httpx2.Response:
        return self.post(operation, self.desk.wants(operation, member, **more))

    def request(self, member: Member, recordings: Sequence[TraceId], **more: Any) -> str:
        ids = [one.hex() for one in recordings]
        wanted = {"purpose": "support", "ticket": "123", "why": WHY, "hours": 24}
        answer = self.asks("ask", member, **{**wanted, "recordings": ids, **more})
        assert answer.status_code == 200, answer.text
        found: str = answer.json()["request"]
        return found

    def grant(
        self, request: str, recordings: Sequence[TraceId], to: Member, **more: Any
    ) -> httpx2.Response:
        """Grant as a guardian's browser does: headers opened here, and sealed to the member."""
        sealed = [
            {"recording": one.hex(), "headers": [text(one_for(self.served, one, to))]}
            for one in recordings
        ]
        return self.ada.post(
            f"{API}/access/requests/{request}/grant", json={"recordings": sealed, **more}
        )

    def granted(self, member: Member, *recordings: TraceId, **more: Any) -> list[str]:
        """Ask and grant; answer the grants."""
        request = self.request(member, recordings, **more)
        answer = self.grant(request, recordings, member)
        assert answer.status_code == 200, answer.text
        (own,) = [
            one
            for one in self.asks("requests", member).json()["requests"]
            if one["request"] == request
        ]
        grants: list[str] = own["grants"]
        return grants


def one_for(served: Console, recording: TraceId, member: Member) -> bytes:
    """Answer a sound's header, sealed anew to a member's recipient."""
    household = served.house.identity.open_with_passphrase(PASSPHRASE)
    header, _ = served.house.catalogue.parts(recording)
    return age.rewrap(header, household, [member.identity.recipient])
