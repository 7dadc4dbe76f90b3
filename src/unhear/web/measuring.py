"""How long the console's answers take, by the template of the route; never by what was asked."""

from time import monotonic

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from unhear.signals.giving import note, observe, timed
from unhear.signals.words import OTHER_ROUTE, HttpMethod, HttpStatus, Metric, Template, Work

METHODS = frozenset(HttpMethod)
STATUSES = (
    HttpStatus.INFORMATION,
    HttpStatus.SUCCESS,
    HttpStatus.REDIRECTION,
    HttpStatus.CLIENT_ERROR,
    HttpStatus.SERVER_ERROR,
)


class Measuring:
    """Tells of each answer how long it took and of what class its status is."""

    def __init__(self, app: ASGIApp, prefix: str) -> None:
        """`prefix` is what the templates of the operations lack, for they are put together."""
        self._app = app
        self._prefix = prefix

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on everything."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status = HttpStatus.NONE

        async def sent(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = STATUSES[message["status"] // 100 - 1]
            await send(message)

        began = monotonic()
        with timed(Work.HTTP):
            try:
                await self._app(scope, receive, sent)
            finally:
                asked = scope["method"]
                method = HttpMethod(asked) if asked in METHODS else HttpMethod.OTHER
                told = self._template(scope), method, status
                observe(Metric.HTTP, monotonic() - began, *told)
                for one in told:
                    note(one)

    def _template(self, scope: Scope) -> Template:
        """Answer the template of the route that was found, as our code has it."""
        path = getattr(scope.get("route"), "path", None)
        if path is None:
            return OTHER_ROUTE
        below = scope["path"].startswith(f"{self._prefix}/") and not path.startswith(self._prefix)
        return Template(f"{self._prefix}{path}" if below else path)
