"""What the documents show: their fenced blocks, headings, links and tables.

A fence opens with its language and words that say what the checks do with the block:

* `sh run` is run in a folder like a fresh clone after `make setup`; with `background` it is a server that runs until
  the end of the document. `sh no-run="why"` is only read: its commands and options must exist.
* `console` holds commands after `$ `, and below each what it prints; a `…` there stands for anything. It is run, too,
  unless it says `no-run="why"`.
* `graphql run as=kari` is asked of the running demonstration. `json variables` right after it are its variables, and
  `json answer` or `json answer=shape` is what is answered. Without `run` it must be valid.
* `yaml pack=NAME file=FILE` is a file of a pack, `yaml mapping` a mapping for imports.
* `csv file=NAME` is a file that the commands after it read, `sql run` is asked of the database.
* `ts`, `kotlin` and `swift` are types as generators make them of `schema/`; `tests/clients` runs the generators.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.repository.tree import ROOT

__all__ = ["DOCUMENTS", "Document", "Link", "Snippet", "documents"]

DOCUMENTS = ("README.md", "CHANGELOG.md", "docs/**/*.md", "schema/**/*.md", "quests/**/*.md")

_FENCE = re.compile(r"^(?P<indent> *)(?P<ticks>`{3,})(?P<info>[^`]*)$")
_HEADING = re.compile(r"^#{1,6} +(?P<title>.+?)\s*$")
_LINK = re.compile(r"\[(?:[^\[\]]|\[[^\]]*\])*\]\((?P<target>[^()\s]+)\)")
_CODE = re.compile(r"`[^`]*`")


@dataclass(frozen=True, slots=True)
class Snippet:
    """One fenced block: where it stands, its language, its flags and values, and what is in it."""

    document: str
    line: int
    language: str
    flags: frozenset[str]
    values: dict[str, str]
    text: str

    @property
    def place(self) -> str:
        """Where the block opens."""
        return f"{self.document}:{self.line}"


@dataclass(frozen=True, slots=True)
class Link:
    """A link to another place, as it is written."""

    document: str
    line: int
    target: str


@dataclass(slots=True)
class Document:
    """One document, taken apart."""

    name: str
    text: str
    snippets: list[Snippet] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    anchors: set[str] = field(default_factory=set)
    rows: list[list[str]] = field(default_factory=list)
    """The cells of every line of every table."""

    def of(self, *languages: str) -> list[Snippet]:
        """The blocks in these languages."""
        return [snippet for snippet in self.snippets if snippet.language in languages]


def documents() -> list[Document]:
    """Every document of the repository."""
    paths = sorted({path for pattern in DOCUMENTS for path in ROOT.glob(pattern)})
    return [read(path) for path in paths]


def read(path: Path) -> Document:
    """The document in a file."""
    name = path.relative_to(ROOT).as_posix()
    document = Document(name, path.read_text(encoding="utf-8"))
    prose = _take_snippets(document)
    for number, line in prose:
        if heading := _HEADING.match(line):
            document.anchors.add(_anchor(heading["title"], document.anchors))
        document.links += [Link(name, number, found["target"]) for found in _LINK.finditer(_CODE.sub("", line))]
        if line.startswith("|") and not set(line) <= set("|-: "):
            document.rows.append([cell.strip() for cell in line.strip().strip("|").split("|")])
    return document


def _take_snippets(document: Document) -> Iterator[tuple[int, str]]:
    """Put the fenced blocks into the document; what remains are its other lines, by number."""
    opened: tuple[int, re.Match[str]] | None = None
    inside: list[str] = []
    for number, line in enumerate(document.text.splitlines(), start=1):
        if opened is None:
            if fence := _FENCE.match(line):
                opened, inside = (number, fence), []
            else:
                yield number, line
        elif line.strip() == opened[1]["ticks"]:
            document.snippets.append(_snippet(document.name, opened[0], opened[1], inside))
            opened = None
        else:
            inside.append(line.removeprefix(opened[1]["indent"]))
    if opened is not None:
        raise AssertionError(f"{document.name}:{opened[0]} the block is never closed")


def _snippet(name: str, line: int, fence: re.Match[str], inside: list[str]) -> Snippet:
    language, *words = [*shlex.split(fence["info"]), ""] if not fence["info"].strip() else shlex.split(fence["info"])
    values = dict(word.split("=", 1) for word in words if "=" in word)
    flags = frozenset(word for word in words if "=" not in word)
    return Snippet(name, line, language, flags, values, "".join(f"{each}\n" for each in inside))


def _anchor(title: str, taken: set[str]) -> str:
    """The anchor that a heading gets where Markdown is shown."""
    bare = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", title)
    anchor = re.sub(r"[^\w\- ]", "", bare.lower()).replace(" ", "-")
    return anchor if anchor not in taken else f"{anchor}-1"
