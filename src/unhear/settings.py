"""The only reader of the environment and of the settings file.

Every setting has a default that works on one box without the internet. A house's own file
(`settings.toml` in its folder) overrides the defaults, and `UNHEAR_...` variables override both.
"""

import os
from base64 import b64decode
from collections.abc import Mapping
from datetime import date
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import tomlkit
from platformdirs import user_cache_path, user_data_path
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

SETTINGS_FILE = "settings.toml"
ED25519_KEY_BYTES = 32
UNIX = "unix:"
"""What the address of a socket on this machine's disk begins with."""


class SettingsWrong(Exception):
    """A setting cannot be used; the message says which and why."""


class WitnessSettings(BaseModel):
    """One witness of the log."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: str = Field(pattern=r"^https?://")
    """Below which it answers, such as `https://witness.example`."""

    key: str
    """Its public key, NAME+ID+BASE64, as its operator gives it."""


class FleetSettings(BaseModel):
    """The fleet that this house learns with; `unhear fleet join` writes it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: str = Field(pattern=r"^https?://")
    """Below which it answers, such as `https://fleet.example`."""

    token: SecretStr
    """What it knows this house by."""

    log: str
    """The public key of its log, NAME+ID+BASE64."""


class SatelliteSettings(BaseModel):
    """One voice device in a room."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1)
    """What it is called, by itself and in what is kept."""

    address: str
    """Where it listens: HOST:PORT of a Wyoming satellite, or `esphome://HOST[:PORT]`."""

    key: SecretStr | None = None
    """The encryption key of an ESPHome device, in base64."""

    room: str = ""
    """The room it stands in; its name by default."""

    person: str | None = None
    """Whose it is, by name, if it is anybody's."""


class CameraSettings(BaseModel):
    """One camera or doorbell; what it may record, a guardian decides in the console."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1, max_length=60)
    """What it is called, in what is kept too."""

    address: str = Field(pattern=r"^((rtsps?|https?|onvif)://|browser:$)")
    """Where its film comes from: RTSP, MJPEG over HTTP, or `onvif://HOST[:PORT]` to ask.

    `browser:` is a phone's browser, which a guardian pairs in the console.
    """

    sub: str | None = Field(default=None, pattern=r"^(rtsps?|https?)://")
    """A smaller stream of the same picture, to analyse; the main one by default."""

    user: str = ""
    password: SecretStr | None = None
    """How it is signed in to; kept out of the address, which may be shown."""

    room: str = ""
    """Where it stands; its name by default."""

    doorbell: bool = False
    """Whether it has a button."""

    speaker: str | None = None
    """The satellite through which people at the door are spoken to, by name."""

    press_topic: str | None = None
    """The MQTT topic on which any message means that its button was pressed."""

    press_token: SecretStr | None = None
    """What a web hook must bring to say that its button was pressed."""


class MqttSettings(BaseModel):
    """The MQTT broker that cameras and doorbells are told to, and hear from."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    broker: str = Field(pattern=r"^mqtts?://")
    """Such as `mqtt://127.0.0.1:1883`."""

    user: str = ""
    password: SecretStr | None = None
    discovery: str = "homeassistant"
    """The prefix under which Home Assistant discovers what is told."""


class AgentSettings(BaseModel):
    """One agent that may ask for others, as a directory of the Data Rights Protocol has it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(pattern=r"^[A-Za-z0-9_.-]{1,64}$")
    name: str = Field(min_length=1, max_length=60)
    verify_key: str
    """Its Ed25519 public key, in base64."""

    @property
    def key_bytes(self) -> bytes:
        """Its public key, 32 bytes."""
        return b64decode(self.verify_key, validate=True)

    @field_validator("verify_key")
    @classmethod
    def _a_key(cls, key: str) -> str:
        if len(b64decode(key, validate=True)) != ED25519_KEY_BYTES:
            raise ValueError("an agent's verify_key is 32 bytes in base64")
        return key


class DataRightsSettings(BaseModel):
    """Which agents may ask this house for a copy or a deletion; a guardian decides each time."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    business: str = Field(default="", pattern=r"^[A-Za-z0-9_.-]{0,64}$")
    """What agents call this house: the `business-id` of the Data Rights Protocol."""

    agents: tuple[AgentSettings, ...] = ()


class StaffSettings(BaseModel):
    """The desk whose staff may ask guardians of this house to let them see or hear recordings."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    desk: str = Field(pattern=r"^https?://[^/]+$")
    """Its address in browsers, such as `https://desk.example`."""

    key: str
    """Its Ed25519 public key, in base64: what it signs is asked by it."""

    name: str = Field(min_length=1, max_length=60)
    """Who runs it, as guardians read it."""

    @property
    def key_bytes(self) -> bytes:
        """Its public key, 32 bytes."""
        return b64decode(self.key, validate=True)

    @field_validator("key")
    @classmethod
    def _a_key(cls, key: str) -> str:
        if len(b64decode(key, validate=True)) != ED25519_KEY_BYTES:
            raise ValueError("the desk's key is 32 bytes in base64")
        return key


class OperatorSettings(BaseModel):
    """Who runs the house for others, and what the law asks them to have in writing."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = ""
    """The name under which they operate."""

    address: str = ""
    telephone: str = ""
    email: str = ""
    """How parents reach them."""

    notice_url: str = ""
    """Where the online notice stands."""

    coordinator: str = ""
    """Who answers for the security programme, by name."""

    risk_assessed: date | None = None
    """The day of the last assessment of risks."""

    needs: dict[str, str] = Field(default_factory=dict)
    """Why each purpose is needed for the business, by the purpose's name."""

    assurances: dict[str, date] = Field(default_factory=dict)
    """The day of the written assurance of whoever gets something, by the connector's name."""


class Settings(BaseSettings):
    """How one house is run."""

    model_config = SettingsConfigDict(env_prefix="UNHEAR_", extra="forbid", frozen=True)

    house: Path = Field(default_factory=lambda: user_data_path("unhear"))
    """The folder of the house: `data` (may be backed up) and `roots` (must not be)."""

    roots: Path | None = None
    """Where root keys lie, if not in `roots` below the house and no other keeper is named."""

    keeper: str | None = None
    """What holds the root key, such as `tpm2:` or `split:[file:/a][tpm2:]`; a folder by default."""

    keeper_moving_to: str | None = None
    """What is to hold it; stands here only while it moves, written by `unhear keeper migrate`."""

    database: str | None = Field(default=None, pattern=r"^postgres(ql)?://")
    """The PostgreSQL database that has the house, such as `postgresql://unhear@db.example/unhear`;
    a SQLite file in the house's folder by default. Its password stands in libpq's own places
    (PGPASSFILE), never here. Several hosts may be named: the one that takes writes is used."""

    shard: str = Field(default="main", pattern=r"^[a-z][a-z0-9]{0,40}$")
    """Which key tree and log in that database: each has a schema of its own, `unhear_SHARD`."""

    standbys: tuple[Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,63}$")], ...] = ()
    """Every server that may become the primary, by its `application_name`: no replaced root key is
    destroyed before each has on its disk what replaced it."""

    household: str | None = Field(default=None, pattern=r"^[0-9a-f]{32}$")
    """Which household of the shard this house is; written by `unhear setup`."""

    models: Path = Field(default_factory=lambda: user_cache_path("unhear"))
    """Where model weights are put together at first use."""

    wake_word: str = "alexa"
    """The word that opens a request: alexa, hey_jarvis, okay_nabu or hey_mycroft."""

    wake_engine: str = "both"
    """Who listens for it: `micro` (light), `open` (heavy), or `both`: light, and sure."""

    recogniser: str = "packaged"
    """`packaged`, the folder of a faster-whisper model, or (with internet) a model's hub name."""

    language: Literal["en", "de"] = "en"
    """The language spoken in the house."""

    time_zone: str = "UTC"
    """The house's time zone, such as `Europe/Berlin`."""

    device: str = "here"
    """The name of the device that `ask` and `listen` speak for."""

    satellites: tuple[SatelliteSettings, ...] = ()
    """The voice satellites of the house."""

    cameras: tuple[CameraSettings, ...] = ()
    """The cameras and doorbells of the house."""

    mqtt: MqttSettings | None = None
    """The broker that is told when somebody is at the door, and where buttons are heard."""

    discover: bool = False
    """Whether to serve any satellite that announces itself on the local network."""

    page: str = "127.0.0.1:8480"
    """Where `run` serves the console; empty for nowhere."""

    origin: str | None = Field(default=None, pattern=r"^https://[^/]+$")
    """The console's address in other machines' browsers, such as `https://home.example`."""

    certificate: Path | None = None
    """The certificate for that address, with its chain (PEM), unless a proxy has it."""

    certificate_key: Path | None = None
    """Its key (PEM)."""

    provide: str | None = None
    """Where other programs find speech, wake words and answers over Wyoming, HOST:PORT."""

    speech: tuple[str, ...] = ()
    """Where speech is recognised (`unhear speech`): HOST:PORT or unix:/PATH, one or several; in
    this process by default."""

    private_network: bool = False
    """Whether words, and what processes say of themselves, may pass between machines unencrypted:
    the network between them is nobody else's."""

    health: str | None = None
    """Where it is asked whether a process is well and ready, HOST:PORT; nowhere by default."""

    mirror: str | None = None
    """A folder or object store that gets the newest database before a root key is destroyed."""

    payloads: str | None = None
    """A bucket for sealed sound and film, `s3://BUCKET/PREFIX`; a folder by default."""

    horizon_days: int = Field(default=0, ge=0, le=30)
    """For how many days a backup made before an erasure can still be brought back, without it."""

    drill_days: int = Field(default=7, ge=1, le=90)
    """How often the house rehearses a restore by itself."""

    witnesses: tuple[WitnessSettings, ...] = ()
    """Who cosigns the log's checkpoints."""

    witnesses_needed: int | None = Field(default=None, ge=1)
    """How many of them are enough for a receipt to carry their cosignatures; all by default."""

    fleet: FleetSettings | None = None
    """Whom this house learns with, of those who consent to it."""

    push_services: tuple[Annotated[str, Field(pattern=r"^https?://[^/]+$")], ...] = ()
    """Push services that browsers may name besides their makers' own, such as
    `https://push.example`; these alone may be on your own network."""

    metrics: str | None = None
    """Where Prometheus finds `/metrics`, such as `127.0.0.1:9480`; nowhere by default."""

    traces: str | None = Field(default=None, pattern=r"^https?://[^/]+/.+$")
    """The address of an OTLP/HTTP receiver that gets traces, such as
    `http://127.0.0.1:4318/v1/traces`; nobody by default."""

    log_format: Literal["text", "json"] = "text"
    """How `run` writes its log: lines for people, or JSON for machines."""

    skills: dict[str, dict[str, Any]] = Field(default_factory=dict)
    """What skills need to be told, each in a table `[skills.NAME]`; see docs/skills.md."""

    profile: Literal["home", "operator"] = "home"
    """Who runs it: a family for itself, or an operator for others; see docs/children.md."""

    operator: OperatorSettings = Field(default_factory=OperatorSettings)
    """What an operator must say; a home need not."""

    data_rights: DataRightsSettings = Field(default_factory=DataRightsSettings)
    """Who may ask for people of this house over the Data Rights Protocol; nobody by default."""

    staff: StaffSettings | None = None
    """Whose staff may ask to see or hear recordings; nobody's by default: there are no staff."""

    age_of_consent: int = Field(default=16, ge=13, le=16)
    """From which age on a young person decides; guardians decide before (GDPR, Article 8)."""

    waiting_days: int = Field(default=14, ge=1, le=30)
    """How long a request for a guardian's consent waits before it is erased."""

    passphrase: SecretStr | None = None
    """The guardian's passphrase, for scripts; people are asked for it."""

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError):
            raise ValueError(f"no time zone is called {name!r}; try Europe/Berlin") from None
        return name

    @field_validator("database")
    @classmethod
    def _no_password(cls, address: str | None) -> str | None:
        if address is not None and _has_password(address):
            raise ValueError("name no password in it: put it into the file that PGPASSFILE names")
        return address

    @model_validator(mode="after")
    def _near(self) -> Self:
        for address in (*self.speech, *([self.health] if self.health else [])):
            self.expect_near(address)
        return self

    def expect_near(self, address: str) -> None:
        """Refuse, with `ValueError`, an address beyond this machine, unless its network is private.

        It is HOST:PORT, or unix:/PATH.
        """
        if address.startswith(UNIX):
            return
        host, _, port = address.rpartition(":")
        if not host or not (port.isascii() and port.isdigit()):
            raise ValueError(f"{address!r} is no address; write HOST:PORT or unix:/PATH")
        if not (self.private_network or _is_here(host)):
            raise ValueError(
                f"{address!r} is not this machine's own, and what passes there is not encrypted; "
                "take 127.0.0.1 or unix:/PATH, or set private_network = true where the network "
                "between the machines is nobody else's"
            )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - pydantic's signature
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - pydantic's signature
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read what the caller says, then the environment, then the house's file."""
        house = init_settings().get("house") or env_settings().get("house")
        folder = Path(house) if house else user_data_path("unhear")
        file = TomlConfigSettingsSource(settings_cls, folder / SETTINGS_FILE)
        return init_settings, env_settings, file

    @property
    def zone(self) -> ZoneInfo:
        """The house's time zone."""
        return ZoneInfo(self.time_zone)

    @property
    def data_folder(self) -> Path:
        """Everything that may be copied anywhere."""
        return self.house / "data"

    @property
    def restoring_folder(self) -> Path:
        """Where a house is put together while it is being restored."""
        return self.house / "data.restoring"

    @property
    def root_folder(self) -> Path:
        """The root keys: never to be backed up."""
        return self.roots or self.house / "roots"

    @property
    def keeper_spec(self) -> str:
        """What holds the root key."""
        return self.keeper or f"file:{self.root_folder}"

    @property
    def database_file(self) -> Path:
        """The database."""
        return self.data_folder / "unhear.db"

    @property
    def payload_folder(self) -> Path:
        """The sealed payloads."""
        return self.data_folder / "payloads"

    @property
    def ledger_folder(self) -> Path:
        """The published ledger: tiles and checkpoint, nothing secret."""
        return self.data_folder / "ledger"

    @property
    def witness_file(self) -> Path:
        """What the log's witnesses said last."""
        return self.data_folder / "witnesses.json"

    @property
    def fleet_receipt_folder(self) -> Path:
        """Receipts of what the fleet forgot for this house."""
        return self.data_folder / "fleet-receipts"

    @property
    def log_key_file(self) -> Path:
        """The key that signs the ledger's checkpoints."""
        return self.house / "log.key"

    @property
    def lease_folder(self) -> Path:
        """Where processes of this house settle who does what; empty files, and nothing else."""
        return self.house / "leases"

    @property
    def push_key_file(self) -> Path:
        """The key that signs to push services."""
        return self.house / "push.key"


def _has_password(address: str) -> bool:
    """Whether a libpq URI carries a password: between `:` and `@`, or as a parameter."""
    parts = urlsplit(address)
    user, at, _ = parts.netloc.rpartition("@")
    return bool((at and ":" in user) or "password=" in parts.query)


def _is_here(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


class Supervisor(NamedTuple):
    """Who started this process and asks how it is: systemd, as sd_notify(3) says, or nobody."""

    socket: str | None
    watchdog_seconds: float | None


def read_supervisor() -> Supervisor:
    """Answer who asks how this process is."""
    told = os.environ  # noqa: TID251 - this is where the environment is read
    microseconds = told.get("WATCHDOG_USEC", "")
    seconds = int(microseconds) / 1e6 if microseconds.isdigit() and int(microseconds) else None
    return Supervisor(told.get("NOTIFY_SOCKET"), seconds)


def write_to_settings_file(
    house: Path, values: Mapping[str, str | Mapping[str, str] | None]
) -> None:
    """Set these in the house's file, or take out what is None; durable, and all or nothing.

    What else stands in the file, comments too, stays. It may name secrets, so that nobody else on
    the machine may read what is written. Raises `SettingsWrong`.
    """
    path = house / SETTINGS_FILE
    beside = house / f"{SETTINGS_FILE}.new"
    try:
        document = tomlkit.parse(path.read_text() if path.exists() else "")
        for name, value in values.items():
            if value is None:
                document.pop(name, None)
            else:
                document[name] = value
        house.mkdir(parents=True, exist_ok=True)
        with beside.open("w") as file:
            os.fchmod(file.fileno(), 0o600)
            file.write(tomlkit.dumps(document))
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
        folder = os.open(house, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except (OSError, ValueError) as error:
        raise SettingsWrong(f"{path} cannot be changed: {error}") from None


def read_settings_file(house: Path) -> Mapping[str, object]:
    """Answer what stands in the house's file, whatever the environment says."""
    path = house / SETTINGS_FILE
    try:
        return tomlkit.parse(path.read_text()).unwrap() if path.exists() else {}
    except (OSError, ValueError) as error:
        raise SettingsWrong(f"{path} cannot be read: {error}") from None


def read_settings(house: Path | None = None) -> Settings:
    """Answer the settings in force. Raises `SettingsWrong` naming what cannot be used."""
    try:
        return Settings() if house is None else Settings(house=house.absolute())
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        name = ".".join(str(part) for part in first["loc"]) or "settings"
        raise SettingsWrong(
            f"setting {name!r}: {first['msg'].removeprefix('Value error, ')}"
        ) from None
    except (OSError, ValueError) as error:
        raise SettingsWrong(f"{SETTINGS_FILE} cannot be read: {error}") from None
