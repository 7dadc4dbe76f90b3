"""The settings of a desk: `desk.toml` in its folder."""

from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

import tomlkit
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

from unhear.settings import SettingsWrong

SETTINGS_FILE = "desk.toml"
EXAMPLE = """name = "Example Ltd"
origin = "https://desk.example"

[[homes]]
id = "00112233445566778899aabbccddeeff"
url = "https://home.example"
"""


class HomeSettings(BaseModel):
    """One home that the operator runs."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(pattern=r"^[0-9a-f]{32}$")
    """The household's id, as its console answers at `/api/v1/session/lock`."""

    url: str = Field(pattern=r"^https?://[^/?#]+/?$")
    """Where its console answers, such as `https://home.example`."""


class OidcSettings(BaseModel):
    """Who says who somebody is, before their passkey does (OpenID Connect Core 1.0)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    issuer: str = Field(pattern=r"^https?://[^?#]+$")
    client_id: str = Field(min_length=1)
    secret: SecretStr


class DeskSettings(BaseModel):
    """What stands in `desk.toml`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1, max_length=60)
    """Who runs the homes."""

    page: str = "127.0.0.1:8490"
    """Where the desk listens: HOST:PORT."""

    origin: str = Field(default="", pattern=r"^$|^https?://[^/?#]+$")
    """Its address in browsers; `http://localhost` and the port by default."""

    looks_a_day: int = Field(default=50, ge=1)
    """How often a member may look in a day (UTC)."""

    homes_an_hour: int = Field(default=5, ge=1)
    """Who looks at more homes than that within an hour is suspended."""

    homes: tuple[HomeSettings, ...] = ()
    oidc: OidcSettings | None = None

    def home_url(self, home: str) -> str | None:
        """Answer where a home answers, None for one that is not named."""
        return next((one.url.rstrip("/") for one in self.homes if one.id == home), None)


def read_desk_settings(folder: Path) -> DeskSettings:
    """Answer the settings of the desk in a folder. Raises `SettingsWrong`."""
    path = folder / SETTINGS_FILE
    try:
        found = tomlkit.parse(path.read_text()).unwrap()
    except FileNotFoundError:
        raise SettingsWrong(f"{path} is missing; write it, such as:\n\n{EXAMPLE}") from None
    except (OSError, ValueError) as error:
        raise SettingsWrong(f"{path} cannot be read: {error}") from None
    try:
        settings = DeskSettings.model_validate(found)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        name = ".".join(str(part) for part in first["loc"])
        raise SettingsWrong(f"setting {name!r} of {path}: {first['msg']}") from None
    _check(settings)
    return settings


def _check(settings: DeskSettings) -> None:
    ids = [one.id for one in settings.homes]
    if len(set(ids)) < len(ids):
        raise SettingsWrong("two [[homes]] have the same id; each stands there once")
    plain = [one.url for one in settings.homes if _in_clear(one.url)]
    if settings.oidc is not None and _in_clear(settings.oidc.issuer):
        plain.append(settings.oidc.issuer)
    if settings.origin and _in_clear(settings.origin):
        plain.append(settings.origin)
    if plain:
        raise SettingsWrong(f"{plain[0]!r} is not encrypted; write https://")
    if not settings.origin and not is_loopback(settings.page.rpartition(":")[0]):
        raise SettingsWrong(
            f"the desk cannot be served at {settings.page!r} like this: browsers use passkeys over "
            'TLS alone; set origin and put TLS in front, or page = "127.0.0.1:8490"'
        )


def _in_clear(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme == "http" and not is_loopback(parts.hostname or "")


def is_loopback(host: str) -> bool:
    """Whether a host is this machine itself."""
    try:
        return host == "localhost" or ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
