"""Find the ONVIF cameras of the local network (WS-Discovery 1.1, over UDP multicast).

Whoever is on the network may answer, so what is found is offered to a guardian, never used by
itself: no password is sent to it.
"""

import asyncio
import re
from asyncio import DatagramProtocol, DatagramTransport
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from lxml import etree

from unhear.clock import random_bytes

EVERYBODY = ("239.255.255.250", 3702)
LISTEN_SECONDS = 3.0
FOUND_MAX = 100
BYTES_MAX = 1 << 16
LETTERS_MAX = 60

ADDRESSING = "http://schemas.xmlsoap.org/ws/2004/08/addressing"
DISCOVERY = "http://schemas.xmlsoap.org/ws/2005/04/discovery"
NAME_SCOPE = "onvif://www.onvif.org/name/"

PROBE = f"""<?xml version="1.0" encoding="UTF-8"?>
<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="{ADDRESSING}"
 xmlns:d="{DISCOVERY}" xmlns:dn="http://www.onvif.org/ver10/network/wsdl">
<s:Header><a:Action>{DISCOVERY}/Probe</a:Action><a:MessageID>urn:uuid:%s</a:MessageID>
<a:To>urn:schemas-xmlsoap-org:ws:2005:04:discovery</a:To></s:Header>
<s:Body><d:Probe><d:Types>dn:NetworkVideoTransmitter</d:Types></d:Probe></s:Body></s:Envelope>
"""


@dataclass(frozen=True, slots=True)
class Found:
    """A camera that answered: where, and what it calls itself, if it does."""

    address: str
    name: str


async def discover(
    where: tuple[str, int] = EVERYBODY, seconds: float = LISTEN_SECONDS
) -> list[Found]:
    """Ask all at once, and answer those that answer in time, in the order of their addresses.

    Raises `OSError` where there is no network.
    """
    number = random_bytes(16).hex()
    uuid = "-".join((number[:8], number[8:12], number[12:16], number[16:20], number[20:]))
    loop, heard = asyncio.get_running_loop(), _Heard(f"urn:uuid:{uuid}")
    transport, _ = await loop.create_datagram_endpoint(
        lambda: heard,
        local_addr=("0.0.0.0", 0),  # noqa: S104 - answers come on any interface
    )
    try:
        transport.sendto((PROBE % uuid).encode(), where)
        await asyncio.sleep(seconds)
    finally:
        transport.close()
    return sorted(heard.found.values(), key=lambda one: one.address)


class _Heard(DatagramProtocol):
    """Takes the answers to one question; what is anything else is passed over."""

    def __init__(self, asked: str) -> None:
        self.found: dict[str, Found] = {}
        self._asked = asked

    def connection_made(self, transport: DatagramTransport) -> None:  # type: ignore[override]
        """Take note of nothing."""

    def datagram_received(self, data: bytes, addr: tuple[Any, ...]) -> None:
        """Take an answer: the sender counts as the camera, whatever it says."""
        if len(data) > BYTES_MAX or len(self.found) >= FOUND_MAX:
            return
        found = _answer(data, self._asked, str(addr[0]))
        if found is not None:
            self.found.setdefault(found.address, found)


def _answer(data: bytes, asked: str, sender: str) -> Found | None:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError):
        return None
    if _text(root, f"{{{ADDRESSING}}}RelatesTo") != asked:
        return None
    places = _text(root, f"{{{DISCOVERY}}}XAddrs").split()
    port = next((port for place in places if (port := _port(place)) is not None), None)
    if port is None:
        return None
    scopes = _text(root, f"{{{DISCOVERY}}}Scopes").split()
    named = (one.removeprefix(NAME_SCOPE) for one in scopes if one.startswith(NAME_SCOPE))
    name = re.sub(r"[^\w .-]", " ", unquote(next(named, "")))[:LETTERS_MAX].strip()
    return Found(f"onvif://{sender}:{port}", name)


def _port(place: str) -> int | None:
    try:
        parts = urlsplit(place)
        port = parts.port
    except ValueError:
        return None
    usual = {"http": 80, "https": 443}.get(parts.scheme)
    return None if usual is None else port or usual


def _text(root: Any, tag: str) -> str:
    return next((str(element.text or "").strip() for element in root.iter(tag)), "")
