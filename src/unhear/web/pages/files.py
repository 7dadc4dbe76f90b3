"""Files that stand at the console's root: its manifest, its service worker, the verifier's page."""

import json
import re
from importlib.resources import files
from pathlib import Path

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from unhear.web.pages.render import LANGUAGES, language_of, words_in

router = APIRouter(include_in_schema=False)

STATIC = Path(__file__).parents[1] / "static"
"""The scripts and styles that `make` builds from the folder `console`."""

PAPER = "#faf7f2"


@router.get("/manifest.webmanifest")
def manifest(request: Request) -> Response:
    """Answer what makes the console installable (W3C Web Application Manifest)."""
    language = language_of(request)
    content = {
        "name": "unhear",
        "short_name": "unhear",
        "lang": language,
        "start_url": "/",
        "display": "standalone",
        "background_color": PAPER,
        "theme_color": PAPER,
        "icons": [{"src": "/static/icon.svg", "sizes": "any", "type": "image/svg+xml"}],
        "shortcuts": [{"name": words_in(language)("nav_talk"), "url": "/talk"}],
    }
    return JSONResponse(content, media_type="application/manifest+json")


@router.get("/sw.js")
def service_worker(language: str = LANGUAGES[0]) -> Response:
    """Answer the service worker, which may only rule what lies below where it stands.

    It brings what it says along, in the language of the page that asks for it: when it has
    something to say, nobody may be able to reach the house.
    """
    known = language if language in LANGUAGES else LANGUAGES[0]
    said = json.dumps({"language": known, **words_in(known).table("pushed")})
    script = (STATIC / "sw.js").read_text()
    return Response(f"self.WORDS = {said};\n{script}", media_type="text/javascript")


@router.get("/verify.html")
def verify() -> Response:
    """Answer the page that checks receipts, under the policy that it brings along."""
    page = files("unhear.verifier").joinpath("verify.html").read_text()
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', page)
    sealed = "" if policy is None else policy.group(1)
    headers = {"content-security-policy": f"{sealed}; frame-ancestors 'none'"}
    return Response(page, media_type="text/html", headers=headers)
