"""The only reader of the environment and of the settings file.

Every setting has a default that works on one box without the internet. A house's own file
(`settings.toml` in its folder) overrides the defaults, and `UNHEAR_...` variables override both.
"""

from unhear.settings.file import (
    SETTINGS_FILE,
    SettingsWrong,
    read_settings_file,
    write_to_settings_file,
)
from unhear.settings.house import UNIX, Settings, read_settings
from unhear.settings.supervisor import Supervisor, read_supervisor
from unhear.settings.tables import (
    AgentSettings,
    CameraSettings,
    DataRightsSettings,
    FleetSettings,
    MqttSettings,
    OperatorSettings,
    SatelliteSettings,
    StaffSettings,
    WitnessSettings,
)

__all__ = [
    "SETTINGS_FILE",
    "UNIX",
    "AgentSettings",
    "CameraSettings",
    "DataRightsSettings",
    "FleetSettings",
    "MqttSettings",
    "OperatorSettings",
    "SatelliteSettings",
    "Settings",
    "SettingsWrong",
    "StaffSettings",
    "Supervisor",
    "WitnessSettings",
    "read_settings",
    "read_settings_file",
    "read_supervisor",
    "write_to_settings_file",
]
