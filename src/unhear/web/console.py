"""The console: the pages and the operations of a house, for its guardians' browsers."""

from fastapi import APIRouter, FastAPI
from starlette.middleware import Middleware
from starlette.staticfiles import StaticFiles

from unhear import __version__
from unhear.web import data_rights
from unhear.web.api import (
    access,
    asking,
    cameras,
    clips,
    consents,
    devices,
    doorbells,
    erasures,
    everything,
    grants,
    keeping,
    learning,
    notifications,
    passkeys,
    people,
    receipts,
    recordings,
    requests,
    session,
    setup,
    sign_ins,
    staff,
    upkeep,
    voices,
)
from unhear.web.browser_camera import Filming
from unhear.web.home import Home
from unhear.web.live import Live
from unhear.web.measuring import Measuring
from unhear.web.microphone import Talking
from unhear.web.pages import camera_pages, evidence, files, forms, sign_in_pages, views, visits
from unhear.web.problems import PROBLEMS, tell_problems
from unhear.web.security import Limits, SameOrigin, SecurityHeaders
from unhear.web.signing_in import refused_early

API = "/api/v1"
PARTS = (
    setup,
    session,
    sign_ins,
    passkeys,
    notifications,
    people,
    consents,
    devices,
    doorbells,
    clips,
    recordings,
    cameras,
    grants,
    asking,
    erasures,
    receipts,
    learning,
    voices,
    keeping,
    upkeep,
    everything,
    requests,
    access,
    staff,
)


def console_app(home: Home) -> FastAPI:
    """Answer the console of a house that is there, or is about to be made."""
    app = FastAPI(
        title="unhear",
        version=__version__,
        openapi_url=f"{API}/openapi.json",
        docs_url=None,
        redoc_url=None,
        middleware=[
            Middleware(Measuring, prefix=API),
            Middleware(SecurityHeaders),
            Middleware(
                Limits,
                proving=session.PROVING,
                roomy=voices.ROOMY,
                refused=refused_early(home),
            ),
            Middleware(SameOrigin, origins=(home.origin,)),
        ],
    )
    app.state.home = home
    tell_problems(app)
    api = APIRouter(prefix=API, responses=PROBLEMS)
    for part in PARTS:
        api.include_router(part.router)
    app.include_router(api)
    app.include_router(data_rights.router)
    app.include_router(views.router)
    app.include_router(forms.router)
    app.include_router(camera_pages.router)
    app.include_router(evidence.router)
    app.include_router(sign_in_pages.router)
    app.include_router(files.router)
    app.include_router(visits.router)
    app.add_exception_handler(data_rights.AgentRefused, data_rights.refuse)
    app.add_exception_handler(views.SignInFirst, views.sign_in_first)
    app.add_api_websocket_route("/voice", Talking(home).converse)
    app.add_api_websocket_route("/film/call", Filming(home).film)
    live = Live(home)
    app.add_api_websocket_route("/live/{camera}", live.see)
    app.add_api_websocket_route("/live/{camera}/talk", live.talk)
    if files.STATIC.is_dir():
        app.mount("/static", StaticFiles(directory=files.STATIC))
    return app
