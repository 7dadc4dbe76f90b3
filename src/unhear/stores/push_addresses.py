"""Where messages to browsers may go: push services alone, and none of the machines at home.

A browser names its push service. Whoever is signed in could name anything else, and have this house
send there; so only services that are known, or that the settings name, are sent to.
"""

import socket
from collections.abc import Callable, Collection, Sequence
from ipaddress import IPv6Address, ip_address
from urllib.parse import urlsplit

from unhear.stores.errors import PushAway, PushRefused

KNOWN_HOSTS = ("fcm.googleapis.com", "updates.push.services.mozilla.com", "web.push.apple.com")
KNOWN_DOMAINS = (".push.services.mozilla.com", ".push.apple.com", ".notify.windows.com")
"""Those of Chromium, Firefox, Safari and Edge; as their makers name them for firewalls."""

HTTPS_PORT = 443
Resolve = Callable[[str], Sequence[str]]
"""Answers the addresses of a host, best first. Raises `OSError`."""


def resolve(host: str) -> Sequence[str]:
    """Answer the addresses of a host as this machine's resolver has them. Raises `OSError`."""
    found = socket.getaddrinfo(host, HTTPS_PORT, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(one[4][0]) for one in found))


def origin_of(endpoint: str) -> str:
    """Answer the origin of an endpoint (RFC 6454). Raises `PushRefused` for what has none."""
    try:
        parts = urlsplit(endpoint)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise PushRefused("this is no address of a push service") from None
    if not host or parts.username or parts.password or not endpoint.isascii():
        raise PushRefused("this is no address of a push service")
    shown = f"[{host}]" if ":" in host else host
    usual = {"https": HTTPS_PORT, "http": 80}.get(parts.scheme)
    return f"{parts.scheme}://{shown}" + (f":{port}" if port not in (None, usual) else "")


def may_send(endpoint: str, others: Collection[str]) -> bool:
    """Whether an endpoint is a known push service's over TLS, or of the origins in `others`."""
    try:
        origin = origin_of(endpoint)
    except PushRefused:
        return False
    scheme, _, host = origin.partition("://")
    known = host in KNOWN_HOSTS or host.endswith(KNOWN_DOMAINS)
    return origin in others or (scheme == "https" and known)


def public_addresses(host: str, resolving: Resolve) -> Sequence[str]:
    """Answer where a host is on the internet.

    Raises `PushAway` where that is not known, or is a place at home.
    """
    try:
        found = resolving(host)
    except (OSError, UnicodeError):
        raise PushAway("the push service's name leads nowhere now") from None
    if not found or not all(_is_public(one) for one in found):
        raise PushAway("the push service's name leads to no place on the internet")
    return found


def _is_public(text: str) -> bool:
    address = ip_address(text.partition("%")[0])
    inner = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return (inner or address).is_global and not (inner or address).is_multicast
