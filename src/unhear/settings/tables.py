"""The tables of the settings file: witnesses, devices, whom others may ask, who runs the house."""

from base64 import b64decode
from datetime import date

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

ED25519_KEY_BYTES = 32


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
