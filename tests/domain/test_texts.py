"""The catalogue of messages: every code that can be told has its sentence, in both languages."""

from __future__ import annotations

import ast
from pathlib import Path
from string import Formatter

import pytest

import vekst
from vekst.domain.texts import _ENTRIES as ENTRIES
from vekst.domain.texts import LOCALES, codes, cure, text

PACKAGE = Path(vekst.__file__).parent
TELLING = {"Problem", "VekstError", "NotSignedIn", "NotAllowed", "InvalidInput", "TooMany", "NotFound", "Caller"}
TELLING |= {f"{name}Error" for name in TELLING}


def told_codes() -> dict[str, str]:
    """Every code that the package gives to an error or a problem, and where."""
    found = {}
    for file in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in TELLING:
                for argument in node.args[:2]:
                    if (
                        isinstance(argument, ast.Constant)
                        and isinstance(argument.value, str)
                        and argument.value.isupper()
                    ):
                        found[argument.value] = f"{file.relative_to(PACKAGE)}:{node.lineno}"
    return found


def test_every_code_that_is_told_has_a_sentence() -> None:
    told = told_codes()
    assert len(told) > 40
    assert {code: where for code, where in told.items() if code not in codes()} == {}


@pytest.mark.parametrize("code", sorted(codes()))
def test_a_sentence_says_the_same_in_both_languages(code: str) -> None:
    english, norwegian = ENTRIES[code]
    for one, other in zip(english, norwegian, strict=True):
        assert bool(one) == bool(other)
        assert {name for _, name, _, _ in Formatter().parse(one) if name} == {
            name for _, name, _, _ in Formatter().parse(other) if name
        }
        assert one != other or not one
    for words in (*english, *norwegian):
        assert not words or words.endswith((".", "?", "}"))


def test_a_missing_parameter_never_breaks_a_message() -> None:
    for locale in LOCALES:
        for code in codes():
            assert text(code, locale)
            assert text(code, locale, type=None, name=5)


def test_a_cure_that_names_what_is_not_known_is_left_out() -> None:
    assert cure("UNKNOWN_TYPE", "en", type="x", nearest="call.practised") == "Did you mean `call.practised`?"
    assert cure("UNKNOWN_TYPE", "en", type="x", nearest=None) is None


def test_other_languages_read_english() -> None:
    assert text("NOT_SIGNED_IN", "de") == text("NOT_SIGNED_IN", "en") == "You are not signed in."


def test_an_unknown_code_is_told_as_it_is() -> None:
    assert text("SOMETHING_NEW", "nb") == "SOMETHING_NEW"
    assert cure("SOMETHING_NEW", "nb") is None
