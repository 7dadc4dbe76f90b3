"""The console, served."""

from contextlib import AbstractAsyncContextManager

from starlette.applications import Starlette

from unhear.service.addresses import is_loopback
from unhear.settings import SettingsWrong
from unhear.web.console import console_app
from unhear.web.home import Home
from unhear.web.serving import Tls, serving


def serving_console(home: Home) -> AbstractAsyncContextManager[str]:
    """Serve the console while the block runs; yields its address. Raises `SettingsWrong`."""
    settings = home.settings
    host = settings.page.rpartition(":")[0]
    if settings.origin is None and not is_loopback(host):
        raise SettingsWrong(
            f"the console cannot be served at {settings.page!r} like this: browsers use passkeys "
            "and microphones over TLS alone; set origin (and certificate), or page = "
            '"127.0.0.1:8480"'
        )
    if (settings.certificate is None) != (settings.certificate_key is None):
        raise SettingsWrong("set both certificate and certificate_key, or none of them")
    tls = None
    if settings.certificate is not None and settings.certificate_key is not None:
        tls = Tls(settings.certificate, settings.certificate_key)

    def make(url: str) -> Starlette:
        home.origin = settings.origin or named(url)
        return console_app(home)

    return serving(make, settings.page, tls)


def named(url: str) -> str:
    """Answer this machine's own address as passkeys need it: by a name, not by numbers."""
    return f"http://localhost:{url.rpartition(':')[2]}"
