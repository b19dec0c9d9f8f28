"""GraphiQL, shown to browsers in development only; it comes with the package and loads nothing from elsewhere."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Final

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

__all__ = ["page_routes", "try_page", "wants_page"]

_PAGE: Final = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Vekst GraphQL</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/graphql/graphiql.css">
<div id="page">…</div>
<script src="/graphql/graphiql.js"></script>
</html>
"""
_POLICY: Final = (
    # Styles too, as dialogs write one to keep what is behind them still.
    "default-src 'none'; connect-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_MEDIA: Final = {"graphiql.js": "text/javascript", "graphiql.css": "text/css"}


def wants_page(method: str, accept: str) -> bool:
    """Whether a browser asks to be shown something."""
    return method == "GET" and "text/html" in accept


def try_page() -> HTMLResponse:
    """The page."""
    return HTMLResponse(_PAGE, headers={"Content-Security-Policy": _POLICY, "Cache-Control": "no-store"})


def page_routes() -> list[Route]:
    """The files that the page needs; `make graphiql` makes them."""
    return [Route(f"/graphql/{name}", _file) for name in _MEDIA]


async def _file(request: Request) -> Response:
    name = request.url.path.rpartition("/")[2]
    return Response(_content(name), headers={"Cache-Control": "no-cache"}, media_type=_MEDIA[name])


@cache
def _content(name: str) -> bytes:
    return (files("vekst.graphql") / "graphiql" / name).read_bytes()
