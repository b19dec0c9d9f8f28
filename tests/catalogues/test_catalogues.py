"""Every sentence is there in every language, asks for the same words, and is about what the code says today."""

from __future__ import annotations

from pathlib import Path
from string import Formatter

import pytest

from tests.catalogues.catalogues import FOLDER, SOURCES, brought_up, files, read
from vekst.catalogues import LOCALES, Subject, translated

CATALOGUES = [pytest.param(*each, id=f"{each[2]}-{each[1]}") for each in files()]
SAME_IN_BOTH = {
    "errors": {"CHALLENGE_NEEDS_END cure"},
    "explanations": {"count_one", "is"},
    "quest-files": {"YAML_FEATURE cure"},
}
"""What reads alike in every language: nothing but what fills it."""

pytestmark = pytest.mark.check


def names(words: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(words) if name}


@pytest.mark.parametrize(("path", "subject", "language"), CATALOGUES)
def test_the_catalogue_is_up_to_the_code(path: Path, subject: Subject, language: str) -> None:
    """`make texts` writes it; what it then lacks is to be translated by hand."""
    assert path.read_text(encoding="utf-8") == brought_up(path, subject, language), "run `make texts`"


@pytest.mark.parametrize(("path", "subject", "language"), CATALOGUES)
def test_every_sentence_is_translated_with_the_same_parameters(path: Path, subject: Subject, language: str) -> None:
    wrong: dict[str | None, str] = {}
    catalogue = read(path, language)
    for message in catalogue:
        if message.id:
            english, other = str(message.id), str(message.string)
            if not other.strip():
                wrong[message.context] = "not translated"
            elif message.fuzzy:
                wrong[message.context] = "reworded since it was translated"
            elif names(english) != names(other):
                wrong[message.context] = f"asks for {names(other)}, not {names(english)}"
            elif (english == other) is not (message.context in SAME_IN_BOTH.get(subject, ())):
                wrong[message.context] = "reads as in English"
    assert wrong == {}
    assert [errors for _, errors in catalogue.check()] == []
    assert len(catalogue) == len(SOURCES[subject]())


def test_there_is_no_catalogue_that_nobody_asks_for() -> None:
    assert set(FOLDER.glob("*/*.po")) == {path for path, _, _ in files()}


def test_a_sentence_that_was_reworded_is_marked_and_a_new_one_is_empty(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "errors.po"
    monkeypatch.setitem(SOURCES, "errors", lambda: {"A": "One {n}.", "B": "Two."})
    path.write_text(brought_up(path, "errors", "nb").replace('"One {n}."\nmsgstr ""', '"One {n}."\nmsgstr "Én {n}."'))
    assert [(m.context, m.string, m.fuzzy) for m in read(path, "nb") if m.id] == [
        ("A", "Én {n}.", False),
        ("B", "", False),
    ]
    monkeypatch.setitem(SOURCES, "errors", lambda: {"A": "Just {n}.", "C": "Three."})
    path.write_text(brought_up(path, "errors", "nb"))
    assert [(m.context, m.string, m.fuzzy) for m in read(path, "nb") if m.id] == [
        ("A", "Én {n}.", True),
        ("C", "", False),
    ]


def test_norwegian_of_any_kind_is_answered_in_bokmal_and_any_other_language_in_english() -> None:
    english = "Your sign-in has expired."
    for locale in ("nb", "nb-NO", "nb_NO", "NN", "no"):
        assert translated("errors", "TOKEN_EXPIRED", english, locale) != english
    for locale in ("en", "en-GB", "de", ""):
        assert translated("errors", "TOKEN_EXPIRED", english, locale) == english
    assert LOCALES == ("en", "nb")
