"""Addresses as settings write them."""

from ipaddress import ip_address

from unhear.settings import SettingsWrong

ESPHOME, ESPHOME_PORT = "esphome://", 6053


def address_of(text: str) -> tuple[str, int]:
    """Answer host and port of HOST:PORT, or of `esphome://HOST[:PORT]`. Raises `SettingsWrong`."""
    if text.startswith(ESPHOME):
        text = text.removeprefix(ESPHOME)
        text = text if ":" in text else f"{text}:{ESPHOME_PORT}"
    host, _, port = text.rpartition(":")
    if not host or not port.isdigit():
        raise SettingsWrong(f"{text!r} is no address; write HOST:PORT, such as 127.0.0.1:10400")
    return host.strip("[]"), int(port)


def is_loopback(host: str) -> bool:
    """Whether a host is this machine, and reached by nobody else."""
    try:
        return host == "localhost" or ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
