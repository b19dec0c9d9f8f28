"""TLS ends at a proxy: what it says of the line is believed, and what anybody else says is not."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import httpx
import pytest

from tests.support.apis import api_process
from vekst.settings import Settings

PROXY: Final = "127.0.0.2"
STRANGER: Final = "127.0.0.1"
FORWARDED: Final = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.7"}
SAID_TO_BROWSERS: Final = "Strict-Transport-Security"


async def _believed(address: str, source: str) -> bool:
    """Whether one who comes from that address is believed that their line was safe."""
    transport = httpx.AsyncHTTPTransport(local_address=source)
    async with httpx.AsyncClient(transport=transport, base_url=address, timeout=60) as http:
        assert SAID_TO_BROWSERS not in (await http.get("/healthz")).headers
        return SAID_TO_BROWSERS in (await http.get("/healthz", headers=FORWARDED)).headers


@pytest.mark.parametrize("named", [PROXY, ""], ids=["a proxy is named", "by default"])
async def test_only_a_named_proxy_is_believed_that_the_line_was_safe(
    settings: Settings, tmp_path: Path, named: str
) -> None:
    urls = {name: getattr(settings, name).get_secret_value() for name in ("database_url", "redis_url")}
    with api_process(tmp_path / "data", tmp_path / "api.log", **urls, VEKST_TRUSTED_PROXIES=named) as api:
        await api.ready()
        for source in (PROXY, STRANGER):
            assert await _believed(api.address, source) == (source == named), source
