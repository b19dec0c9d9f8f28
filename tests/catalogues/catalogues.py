"""Brings a gettext catalogue up to the code, with Babel: what is new is empty, what was reworded is marked fuzzy."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from io import BytesIO
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

import vekst
from vekst.catalogues import DEFAULT_LOCALE, LOCALES, Subject
from vekst.domain import audit, personal_pages, texts, transparency
from vekst.engine.phrases import PHRASES
from vekst.quests import built_in, messages

__all__ = ["FOLDER", "SOURCES", "brought_up", "files", "read"]

FOLDER: Final = Path(vekst.__file__).parent / "catalogues"
SOURCES: Final[Mapping[Subject, Callable[[], Mapping[str, str]]]] = {
    "audit": audit.sources,
    "errors": texts.sources,
    "event-types": built_in.titles,
    "explanations": lambda: PHRASES,
    "personal-data": lambda: {**transparency.sources(), **personal_pages.sources()},
    "quest-files": messages.sources,
}
"""The sentences of each subject in English, by context."""

_HEADER: Final = """\
# What Vekst says, in the language {language}: {subject}.
# `make texts` adds what is new, empty, and marks what was reworded as fuzzy: translate it, and take the mark away.
msgid ""
msgstr ""
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""


def files() -> Iterator[tuple[Path, Subject, str]]:
    """Every catalogue there must be: its file, its subject and its language."""
    for language in LOCALES:
        if language != DEFAULT_LOCALE:
            for subject in SOURCES:
                yield FOLDER / language / f"{subject}.po", subject, language


def read(path: Path, language: str) -> Catalog:
    """The catalogue in a file; an empty one where there is no file yet."""
    return read_po(BytesIO(path.read_bytes() if path.exists() else b""), locale=language)


def brought_up(path: Path, subject: Subject, language: str) -> str:
    """The text of the file as the code wants it, with the translations that are there."""
    known = {message.context: message for message in read(path, language)}
    catalog = Catalog(locale=language)
    for context, english in SOURCES[subject]().items():
        before = known.get(context)
        reworded = before is not None and (before.fuzzy or before.id != english)
        catalog.add(english, before.string if before else "", context=context, flags=["fuzzy"] if reworded else [])
    written = BytesIO()
    write_po(written, catalog, width=0, omit_header=True)
    return _HEADER.format(language=language, subject=subject) + written.getvalue().decode()
