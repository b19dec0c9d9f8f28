"""The page for trying queries, shown to browsers in development only: it loads nothing from elsewhere.

It is GraphiQL once `make graphiql` has made its files, and a plain form until then.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import Route

__all__ = ["page_routes", "try_page", "wants_page"]

FOLDER: Final = Path(__file__).parent / "graphiql"
"""Where the pages are, and the files that `make graphiql` makes."""
_MEDIA: Final = {"graphiql.js": "text/javascript", "graphiql.css": "text/css"}
_BY_ITSELF: Final = "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
_POLICY: Final = (
    # Styles too, as dialogs write one to keep what is behind them still.
    "default-src 'none'; connect-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src data:; "
    f"{_BY_ITSELF}"
)
_PLAIN_POLICY: Final = (
    f"default-src 'none'; connect-src 'self'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; {_BY_ITSELF}"
)


def wants_page(method: str, accept: str) -> bool:
    """Whether a browser asks to be shown something."""
    return method == "GET" and "text/html" in accept


def try_page() -> HTMLResponse:
    """The page."""
    is_made = all((FOLDER / name).is_file() for name in _MEDIA)
    name, policy = ("graphiql.html", _POLICY) if is_made else ("plain.html", _PLAIN_POLICY)
    text = (FOLDER / name).read_text(encoding="utf-8")
    return HTMLResponse(text, headers={"Content-Security-Policy": policy, "Cache-Control": "no-store"})


def page_routes() -> list[Route]:
    """The files that GraphiQL needs."""
    return [Route(f"/graphql/{name}", _file) for name in _MEDIA]


async def _file(request: Request) -> Response:
    name = request.url.path.rpartition("/")[2]
    if not (FOLDER / name).is_file():
        return Response(status_code=404)
    return FileResponse(FOLDER / name, headers={"Cache-Control": "no-cache"}, media_type=_MEDIA[name])
