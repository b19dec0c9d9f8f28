"""Whatever is in the files, an author is answered with diagnostics, never with a traceback."""

import json
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.quests.packs import base_files, told, with_base
from vekst.quests import Diagnostic, check_pack, load_pack, load_pack_files
from vekst.quests.documents.base import language_keys
from vekst.quests.yaml_tree import parse_yaml

QUICK = settings(
    max_examples=1500, deadline=None,  suppress_health_check=[HealthCheck.function_scoped_fixture]
)

WORDS = sorted({
    *language_keys(), "count", "sum", "days", "distinct", "improvement", "personal_best", "all", "any", "some",
    "call.practised", "deal.closed", "minutes", "score", "daily", "discovery", "always", "month", "7d", "10%", "day",
})  # fmt: skip
scalars = st.one_of(
    st.sampled_from(WORDS),
    st.integers(-5, 500),
    st.booleans(),
    st.none(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=8),
)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(WORDS) | st.text(max_size=4), inner, max_size=5)
    ),
    max_leaves=25,
)
KINDS = ["events", "skills", "quests", "badges", "streaks", "calendars", "challenges", "leaderboards"]
files = st.fixed_dictionaries(
    {},
    optional={
        kind: st.dictionaries(st.sampled_from(WORDS), values, max_size=3) | values for kind in [*KINDS, "examples"]
    },
)


def each_is_sayable(diagnostics: tuple[Diagnostic, ...]) -> None:
    for each in diagnostics:
        assert each.line >= 1
        assert each.column >= 1
        assert each.code != "WRONG_VALUE", "an error of Pydantic that nobody has put into words"
        for locale in ("en", "nb"):
            assert "\n" not in each.render(locale)


@QUICK
@given(st.binary(max_size=300))
def test_any_bytes_are_answered(tmp_path: Path, content: bytes) -> None:
    for name, text in base_files().items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "rules.yaml").write_bytes(content)
    each_is_sayable(check_pack(load_pack(tmp_path)))


@QUICK
@given(st.text(alphabet=st.sampled_from("ab:-[]{}#&*!|>'\"%@`,?\n\t .~<=01e+\\"), max_size=60))
def test_any_punctuation_is_answered(text: str) -> None:
    each_is_sayable(parse_yaml(text, "f.yaml").problems)


@QUICK
@given(files)
def test_any_yaml_beside_the_base_pack_is_answered(content: object) -> None:
    each_is_sayable(told(json.dumps(content)))


@QUICK
@given(st.dictionaries(st.sampled_from(WORDS), values))
def test_any_header_is_answered(header: object) -> None:
    loaded = load_pack_files(with_base({"pack.yaml": json.dumps(header)}))
    each_is_sayable(check_pack(loaded))


@QUICK
@given(st.data())
def test_a_pack_with_one_line_changed_is_answered(data: st.DataObject) -> None:
    lines = base_files()["base.yaml"].splitlines()
    index = data.draw(st.integers(0, len(lines) - 1))
    words = lines[index].split(" ")
    words[data.draw(st.integers(0, len(words) - 1))] = data.draw(st.sampled_from(WORDS) | st.text(max_size=5))
    lines[index] = " ".join(words)
    each_is_sayable(told({"base.yaml": "\n".join(lines)}))
