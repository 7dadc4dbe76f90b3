"""The desk over HTTP."""

from fastapi import FastAPI, Request, Response
from starlette.middleware import Middleware
from starlette.staticfiles import StaticFiles

from unhear import __version__
from unhear.desk import joining, looking, managing, pages
from unhear.desk.desk import Desk
from unhear.desk.render import back_to, page
from unhear.desk.signed_in import SIGN_IN, SignInFirst, signed_in
from unhear.web.pages.files import STATIC
from unhear.web.problems import Problem, answer, tell_problems
from unhear.web.security import Limits, SameOrigin, SecurityHeaders

HTML = "text/html"


def desk_app(desk: Desk) -> FastAPI:
    """Answer the app of one desk."""
    app = FastAPI(
        title="unhear desk",
        version=__version__,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        middleware=[
            Middleware(SecurityHeaders),
            Middleware(Limits, proving=joining.PROVING),
            Middleware(SameOrigin, origins=(desk.origin,)),
        ],
    )
    app.state.desk = desk
    tell_problems(app)
    for part in (joining, looking, pages, managing):
        app.include_router(part.router)
    app.add_exception_handler(SignInFirst, _sign_in_first)
    app.add_exception_handler(Problem, _told)
    if STATIC.is_dir():
        app.mount("/static", StaticFiles(directory=STATIC))
    return app


async def _told(request: Request, error: Exception) -> Response:
    """Tell a problem: as a page to who asked for one, as JSON to scripts and programs."""
    if not isinstance(error, Problem):
        raise error
    if HTML not in request.headers.get("accept", ""):
        return answer(error)
    if error.kind == SIGN_IN.kind:
        return back_to("/sign-in")
    signed = signed_in(request)
    return page(request, "problem", signed, error.status, problem=error.detail)


async def _sign_in_first(_request: Request, _error: Exception) -> Response:
    """Go and sign in."""
    return back_to("/sign-in")
