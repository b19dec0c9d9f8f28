"""What schemathesis is told of this API: values of its scalars, and what an answer may be. It loads this itself."""

from __future__ import annotations

import json
from typing import Any, Final

import schemathesis
from graphql import ConstValueNode, parse_const_value
from hypothesis import strategies as st
from schemathesis.graphql import nodes

__all__ = ["answered_as_promised"]

_REFUSALS: Final = {"INVALID_INPUT", "NOT_ALLOWED", "NOT_FOUND", "NOT_SIGNED_IN", "TOO_MANY"}
_STATUSES: Final = {200, 400, 401, 413}
_NAMES: Final = ("minutes", "score", "focus", "count", "event", "at_least", "x")


def _literal(value: object) -> str:
    """A JSON value as GraphQL writes it: the names of an object's fields stand without quotes."""
    if isinstance(value, dict):
        return f"{{{', '.join(f'{name}: {_literal(each)}' for name, each in value.items())}}}"
    if isinstance(value, list):
        return f"[{', '.join(_literal(each) for each in value)}]"
    return json.dumps(value)


def _node(value: object) -> ConstValueNode:
    return parse_const_value(_literal(value))


_LEAVES: Final = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.text(max_size=20)
)
_JSON: Final = st.recursive(
    _LEAVES,
    lambda inside: st.one_of(
        st.lists(inside, max_size=3), st.dictionaries(st.sampled_from(_NAMES), inside, max_size=3)
    ),
    max_leaves=6,
)
_TIMES: Final = st.datetimes(timezones=st.timezones()).map(lambda time: time.isoformat())

schemathesis.graphql.scalar("DateTime", st.one_of(_TIMES, st.text(max_size=30)).map(nodes.String))
schemathesis.graphql.scalar("Date", st.one_of(st.dates().map(str), st.text(max_size=12)).map(nodes.String))
schemathesis.graphql.scalar("JSON", _JSON.map(_node))


def answered_as_promised(_: object, response: Any, __: object) -> None:
    """Every answer is data or a refusal of a known kind; nothing is the server's fault."""
    assert response.status_code in _STATUSES, f"status {response.status_code}"
    body = response.json()
    kinds = [error["extensions"]["code"] for error in body.get("errors", [])]
    assert set(kinds) <= _REFUSALS, f"answered {kinds}: {body['errors']}"
    assert kinds or body["data"], "neither data nor errors"


schemathesis.check(answered_as_promised)
