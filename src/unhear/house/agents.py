"""The agents that the settings trust, and what they sign (Data Rights Protocol 1.0, section 3.07).

A message is base64 of an Ed25519 signature (64 bytes) and the JSON that it signs, one after the
other, as libsodium's combined mode writes it.
"""

import json
from base64 import b64decode
from binascii import Error as NoBase64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from unhear.clock import Clock, random_bytes
from unhear.house.passing import Passing
from unhear.settings import AgentSettings, DataRightsSettings

VERSION = "1.0"
SIGNATURE_BYTES = 64
MESSAGE_BYTES_MAX = 1 << 14
VALID_AT_MOST = timedelta(days=1)
"""For how long a message may be valid; the protocol recommends ten minutes."""

TOKEN_BYTES = 32
TOKEN_LASTS = timedelta(days=30)
"""After which an agent fetches another."""


class MessageRefused(Exception):
    """A message is not what the protocol wants; `trusted` says whether its signature was right."""

    def __init__(self, why: str, *, trusted: bool = False) -> None:
        super().__init__(why)
        self.trusted = trusted


@dataclass(frozen=True, slots=True)
class Message:
    """What an agent signed, and the digest that names it."""

    fields: Mapping[str, Any]
    digest: bytes


class Agents:
    """Who may ask for others. Every process of the house knows their tokens, for 30 days."""

    def __init__(self, settings: DataRightsSettings, passing: Passing, clock: Clock) -> None:
        self.business = settings.business
        self._agents = {agent.id: agent for agent in settings.agents}
        self._passing = passing
        self._clock = clock

    @property
    def any(self) -> bool:
        """Whether agents may ask at all."""
        return bool(self.business and self._agents)

    def name_of(self, agent: str) -> str:
        """Answer what an agent is called; its id, where it is trusted no more."""
        known = self._agents.get(agent)
        return agent if known is None else known.name

    def register(self, agent: str, body: bytes) -> str:
        """Answer a token for an agent that signs for one; it takes the place of the last.

        Every message counts once: it must be issued later than the one before. Raises
        `MessageRefused`.
        """
        known = self._agents.get(agent)
        if known is None:
            raise MessageRefused("there is no such agent here")
        message = self._checked(known, body)
        issued = _moment(message.fields, "issued-at")
        token = random_bytes(TOKEN_BYTES).hex()
        until = self._clock() + TOKEN_LASTS
        own = {"issued": issued.isoformat(), "token": _digest(token.encode()).hex()}
        replaced: list[str] = []

        def take_its_place(content: bytes | None) -> bytes:
            if content is not None:
                before = json.loads(content)
                if issued <= datetime.fromisoformat(before["issued"]):
                    raise MessageRefused("this message was used before", trusted=True)
                replaced.append(before["token"])
            return json.dumps(own).encode()

        self._passing.change(_about_agent(agent), until, take_its_place)
        for old in replaced:
            self._passing.drop(_about_token(bytes.fromhex(old)))
        self._passing.put(_about_token(_digest(token.encode())), agent.encode(), until)
        return token

    def of_token(self, token: str) -> str | None:
        """Answer whose token this is; None for nobody's."""
        found = self._passing.read(_about_token(_digest(token.encode())))
        agent = None if found is None else found.decode()
        return agent if agent in self._agents else None

    def message(self, agent: str, body: bytes) -> Message:
        """Open what an agent signed as a request, for this house and this time.

        Raises `MessageRefused`.
        """
        return self._checked(self._agents[agent], body)

    def signed(self, agent: str, body: bytes) -> Message:
        """Open what an agent signed, whatever it says. Raises `MessageRefused`."""
        return _opened(self._agents[agent], body)

    def _checked(self, agent: AgentSettings, body: bytes) -> Message:
        """Check in the protocol's order: signature, agent, business, issued, expires."""
        message, now = _opened(agent, body), self._clock()
        fields = message.fields
        if fields.get("agent-id") != agent.id:
            raise MessageRefused("agent-id is another agent's", trusted=True)
        if fields.get("business-id") != self.business:
            raise MessageRefused("business-id is not this house's", trusted=True)
        issued, expires = _moment(fields, "issued-at"), _moment(fields, "expires-at")
        if issued > now:
            raise MessageRefused("issued-at lies in the future", trusted=True)
        if expires <= now:
            raise MessageRefused("the message has expired", trusted=True)
        if expires - issued > VALID_AT_MOST:
            raise MessageRefused("the message is valid for too long", trusted=True)
        if fields.get("drp.version") != VERSION:
            raise MessageRefused(f"drp.version is not {VERSION}", trusted=True)
        return message


def _opened(agent: AgentSettings, body: bytes) -> Message:
    if len(body) > MESSAGE_BYTES_MAX:
        raise MessageRefused("the message is too long")
    try:
        content = b64decode(body.strip(), validate=True)
    except NoBase64:
        raise MessageRefused("the message is no base64") from None
    signature, text = content[:SIGNATURE_BYTES], content[SIGNATURE_BYTES:]
    try:
        Ed25519PublicKey.from_public_bytes(agent.key_bytes).verify(signature, text)
    except InvalidSignature:
        raise MessageRefused("the signature is not this agent's") from None
    try:
        fields = json.loads(text)
    except (ValueError, RecursionError):
        raise MessageRefused("what was signed is no JSON", trusted=True) from None
    if not isinstance(fields, dict):
        raise MessageRefused("what was signed is no JSON object", trusted=True)
    return Message(fields, _digest(content))


def _moment(fields: Mapping[str, Any], name: str) -> datetime:
    value = fields.get(name)
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise MessageRefused(f"{name} is no moment with a time zone (ISO 8601)", trusted=True)
    return moment


def _about_agent(agent: str) -> bytes:
    return b"agent/" + agent.encode()


def _about_token(digest: bytes) -> bytes:
    return b"agent-token/" + digest


def _digest(content: bytes) -> bytes:
    return sha256(content).digest()
