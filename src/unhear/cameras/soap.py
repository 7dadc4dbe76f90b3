"""Speak ONVIF with one camera: sign in, and tell what went wrong in two kinds of errors.

What a camera answers is a stranger's: addresses in it count for their path and port alone, so that
no other machine is ever signed in to, or asked for anything, in its place.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from functools import cache, partial
from types import ModuleType
from typing import Any
from urllib.parse import urlsplit

from pydantic import SecretStr

from unhear.settings import CameraSettings

SCHEME = "onvif"
PORT = 80
SCHEMES = frozenset({"http", "https", "rtsp", "rtsps"})
ANSWER_SECONDS_MAX = 15.0
_NOT_SIGNED_IN = frozenset({401, 403})


class OnvifAway(Exception):
    """The camera does not answer, or not as ONVIF has it."""


class OnvifRefused(Exception):
    """The camera does not take the name and password in the settings."""


@dataclass(frozen=True, slots=True)
class Login:
    """Where a camera is, and how it is signed in to."""

    host: str
    port: int = PORT
    user: str = ""
    password: str = field(default="", repr=False)

    @classmethod
    def of(cls, camera: CameraSettings) -> "Login":
        """Answer how the camera of an `onvif://HOST[:PORT]` address is reached.

        Any other camera is taken to answer ONVIF on its host, on the usual port.
        """
        return cls.at(camera.address, camera.user, camera.password)

    @classmethod
    def at(cls, address: str, user: str, password: SecretStr | None) -> "Login":
        """Answer the same of an address, and a user and password."""
        parts = urlsplit(address)
        port = parts.port if parts.scheme == SCHEME else None
        secret = "" if password is None else password.get_secret_value()
        return cls(parts.hostname or "", port or PORT, user, secret)

    def at_home(self, url: str | None) -> str | None:
        """Answer an address that the camera told, with its own host; None for what is none."""
        try:
            parts = urlsplit(url or "")
            port = parts.port
        except ValueError:
            return None
        if parts.scheme not in SCHEMES:
            return None
        host = f"[{self.host}]" if ":" in self.host else self.host
        return parts._replace(netloc=host if port is None else f"{host}:{port}").geturl()


@asynccontextmanager
async def signed_in(login: Login) -> AsyncIterator[Any]:
    """Let a camera of the ONVIF library be spoken with. Raises `OnvifAway` and `OnvifRefused`."""
    camera = _library().ONVIFCamera(
        login.host,
        login.port,
        login.user,
        login.password,
        no_cache=True,
        adjust_time=True,
    )
    camera.rewrite_url = partial(_service_at, login)
    try:
        with telling():
            async with asyncio.timeout(ANSWER_SECONDS_MAX):
                await camera.update_xaddrs()
        yield camera
    finally:
        await camera.close()


@contextmanager
def telling() -> Iterator[None]:
    """Say what the library says as `OnvifAway` and `OnvifRefused`; never with its own words.

    Those hold what was sent: names, addresses, digests of passwords.
    """
    try:
        yield
    except (OnvifAway, OnvifRefused):
        raise
    except Exception as error:  # noqa: BLE001 - whatever the library makes of an answer
        if _is_refusal(error):
            raise OnvifRefused(
                "the camera does not take the user and password in the settings"
            ) from None
        raise OnvifAway(
            f"the camera does not answer as ONVIF has it ({type(error).__name__})"
        ) from None


def _is_refusal(error: Exception) -> bool:
    status = getattr(error, "status_code", None)
    return status in _NOT_SIGNED_IN or bool(_library().util.is_auth_error(error))


def _service_at(login: Login, url: str | None) -> str | None:
    """Answer where a service is; as the library asks, for each that the camera names."""
    return login.at_home(url) if url is None or url.startswith("http") else None


@cache
def _library() -> ModuleType:
    """Load the ONVIF library, once it is needed: that takes a second.

    On its way it has the whole program log everything, which is put right here; and it would log
    whole messages.
    """
    handlers, level = list(logging.root.handlers), logging.root.level
    import onvif  # noqa: PLC0415 - see above
    import onvif.util  # noqa: PLC0415 - see above

    for added in set(logging.root.handlers) - set(handlers):
        logging.root.removeHandler(added)
    logging.root.setLevel(level)
    for name in ("onvif", "zeep"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    library: ModuleType = onvif
    return library
