"""Answers as small as the client can read them: zstd and gzip, by what Accept-Encoding prefers."""

from __future__ import annotations

import gzip
import sys
from collections.abc import Callable

import pytest

from tests.graphql.client import Client
from tests.graphql.operations import operation
from tests.support.organisations import Organisation
from vekst.graphql.compression import compressed

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

SignIn = Callable[..., Client]
LARGE = b'{"name":"Kari","points":5},' * 400
READERS: dict[str | None, Callable[[bytes], bytes]] = {
    "zstd": zstd.decompress,
    "gzip": gzip.decompress,
    None: bytes,
}


@pytest.mark.parametrize(
    ("accepts", "coding"),
    [
        ("", None),
        ("identity", None),
        ("br", None),
        ("xgzip", None),
        ("gzip", "gzip"),
        ("x-gzip", "gzip"),
        ("GZIP", "gzip"),
        ("zstd", "zstd"),
        ("gzip, deflate, br, zstd", "zstd"),
        ("zstd;q=0.5, gzip", "gzip"),
        ("zstd;q=0.5, gzip;q=0.5", "zstd"),
        ("br;q=1, gzip;q=0.2", "gzip"),
        ("gzip;q=0", None),
        ("zstd;q=0, gzip", "gzip"),
        ("*", "zstd"),
        ("zstd;q=0, *;q=0.5", "gzip"),
        ("*;q=0", None),
        ("identity;q=1, gzip;q=0.5", None),
        ("identity;q=0.5, gzip;q=1", "gzip"),
        ("identity, gzip", "gzip"),
        ("identity;q=0", None),
        ("gzip;q=wrong, zstd ; q = 0.3", "zstd"),
        ("gzip;q=7", None),
        (",,;q=1,", None),
    ],
)
def test_the_coding_that_the_client_likes_best_is_chosen(accepts: str, coding: str | None) -> None:
    body, headers = compressed(LARGE, accepts)
    assert headers.get("Content-Encoding") == coding
    assert READERS[coding](body) == LARGE
    assert (len(body) * 3 < len(LARGE)) is (coding is not None)


def test_what_is_small_is_left_as_it_is() -> None:
    assert compressed(b"{}", "zstd, gzip") == (b"{}", {})


@pytest.mark.parametrize("coding", ["zstd", "gzip"])
async def test_the_home_screen_comes_compressed(organisation: Organisation, sign_in: SignIn, coding: str) -> None:
    await organisation.publish()
    await organisation.hire("kari")
    kari = sign_in("kari")
    body = {"query": operation("home"), "variables": {"board": "learning-streaks"}}
    plain = await kari.http.post("/graphql", json=body, headers={"Accept-Encoding": "identity"})
    async with kari.http.stream("POST", "/graphql", json=body, headers={"Accept-Encoding": coding}) as answer:
        small = b"".join([part async for part in answer.aiter_raw()])
    assert "content-encoding" not in plain.headers
    assert answer.headers["content-encoding"] == coding
    assert "Accept-Encoding" in answer.headers["vary"]
    assert READERS[coding](small) == plain.content
    assert len(small) * 3 < len(plain.content) * 2
