"""What only a service needs is installed with the extra `service`."""

from collections.abc import Iterator
from contextlib import contextmanager

from unhear.settings import SettingsWrong


class ExtraMissing(SettingsWrong):
    """A setting asks for what is not installed; the message says what to install."""


@contextmanager
def needs_extra(setting: str) -> Iterator[None]:
    """Turn a package that is not there, while it is imported, into `ExtraMissing`."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise ExtraMissing(
            f"{setting} needs more than is installed here ({error.name}): "
            "install it with pip install 'unhear[service]', or take the setting out"
        ) from None
