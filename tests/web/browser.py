"""A real browser with a virtual authenticator; whatever it complains of fails the test."""

from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import BrowserContext, Page, Request, expect, sync_playwright

from tests.needs import need, need_program
from unhear.web.pages.files import STATIC

PHONE = (390, 844)
DESK = (1280, 800)
ARGUMENTS = ["--no-sandbox", "--disable-background-networking", "--disable-component-update"]
PATIENCE_MS = 60_000
expect.set_options(timeout=PATIENCE_MS)


@dataclass
class Browser:
    """A browser, what it sent, and what it complained of."""

    context: BrowserContext
    sent: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def page(self, *, prf: bool | None = True) -> Page:
        """Open a page; with a passkey authenticator, which has PRF or not, unless `prf` is None."""
        page = self.context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", self._heard)
        page.on("request", self._noted)
        if prf is not None:
            session = self.context.new_cdp_session(page)
            session.send("WebAuthn.enable")
            options = {
                "protocol": "ctap2",
                "ctap2Version": "ctap2_1",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "hasPrf": prf,
                "automaticPresenceSimulation": True,
            }
            session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        return page

    def sent_out(self, secret: bytes) -> bool:
        """Whether a secret was sent, in any of the ways that scripts write bytes."""
        plain = b64encode(secret).decode()
        ways = (
            secret.decode("latin-1"),
            secret.hex(),
            plain.rstrip("="),
            plain.rstrip("=").replace("+", "-").replace("/", "_"),
            ",".join(str(byte) for byte in secret),
        )
        sent = " ".join(self.sent)
        return any(way in sent or way.upper() in sent for way in ways)

    def _heard(self, line: object) -> None:
        kind, text = getattr(line, "type", ""), getattr(line, "text", "")
        # A refused request is told by the page itself, and by the browser as an error.
        if kind == "error" and "Failed to load resource" not in text:
            self.complaints.append(text)

    def _noted(self, request: Request) -> None:
        self.sent.append(f"{request.url} {request.post_data or ''}")


def _arguments(microphone: Path | None, *, films: Path | bool) -> list[str]:
    if microphone is None and films is False:
        return ARGUMENTS
    fakes = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
    if microphone is not None:
        fakes.append(f"--use-file-for-fake-audio-capture={microphone}%noloop")
    if isinstance(films, Path):
        fakes.append(f"--use-file-for-fake-video-capture={films}")
    return [*ARGUMENTS, *fakes]


@contextmanager
def browser(
    *,
    size: tuple[int, int] = PHONE,
    language: str = "en-GB",
    script: bool = True,
    dark: bool = False,
    microphone: Path | None = None,
    films: Path | bool = False,
    trusts: str | None = None,
) -> Iterator[Browser]:
    """Start a browser; it must have nothing to complain of when the block ends.

    `microphone` is a WAV file that its microphone plays, once, whenever it is opened. One that
    `films` has a camera, before which something turns or that MJPEG file is played again and again,
    and a microphone that beeps. `trusts` is the key of a certificate that nobody signed (SHA-256 of
    it, base64).
    """
    arguments = _arguments(microphone, films=films)
    if trusts is not None:
        arguments = [*arguments, f"--ignore-certificate-errors-spki-list={trusts}"]
    chromium = need_program("chromium")
    need((STATIC / "main.js").is_file(), "the console's scripts, which npm builds")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=arguments)
        context = started.new_context(
            viewport={"width": size[0], "height": size[1]},
            locale=language,
            java_script_enabled=script,
            color_scheme="dark" if dark else "light",
            has_touch=size == PHONE,
        )
        opened = Browser(context)
        yield opened
        started.close()
    assert opened.complaints == [], opened.complaints
