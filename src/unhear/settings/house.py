"""How one house is run, as its file and the environment say."""

from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from platformdirs import user_cache_path, user_data_path
from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from unhear.settings.file import SETTINGS_FILE, SettingsWrong
from unhear.settings.tables import (
    CameraSettings,
    DataRightsSettings,
    FleetSettings,
    MqttSettings,
    OperatorSettings,
    SatelliteSettings,
    StaffSettings,
    WitnessSettings,
)

UNIX = "unix:"
"""What the address of a socket on this machine's disk begins with."""


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

    devices_at: str | None = None
    """Where other processes of the house ask this one for its cameras and speakers: HOST:PORT or
    unix:/PATH; nowhere by default."""

    devices_from: tuple[str, ...] = ()
    """Where this process asks others for the cameras and speakers that it does not have: their
    `devices_at`, one or several."""

    private_network: bool = False
    """Whether words, and what processes say of themselves, may pass between machines unencrypted,
    and what cameras film in sealed form: the network between them is nobody else's."""

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
        single = [one for one in (self.health, self.devices_at) if one]
        for address in (*self.speech, *self.devices_from, *single):
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
                f"{address!r} is not this machine's own, and what passes there is for nobody else "
                "to see or to hold up; take 127.0.0.1 or unix:/PATH, or set private_network = true "
                "where the network between the machines is nobody else's"
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
