"""What holds for every document: links lead somewhere, and nothing is said that is only true of one machine."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from urllib.parse import unquote

import pytest

from tests.docs.markdown import Document, documents, read
from tests.repository.tree import ROOT, texts

pytestmark = pytest.mark.check

ELSEWHERE = re.compile(r"(?:https?|mailto):")
NOT_IN_DOCUMENTS = {
    "a folder of one machine": re.compile(r"(?<![\w.${}~-])/(?:work|root|home|Users|mnt|tmp)/\w"),
    "a package registry": re.compile(r"pypi[.]org|pythonhosted[.]|npmjs[.]|ghcr[.]io|quay[.]io"),
    "something unfinished": re.compile(r"\b(?:TODO|FIXME|XXX|TBD)\b"),
}
NECESSARY = {
    "README.md",
    "CHANGELOG.md",
    "docs/architecture.md",
    "docs/glossary.md",
    "docs/mobile.md",
    "docs/operations.md",
    "docs/quest-files.md",
    "docs/quest-errors.md",
    "docs/security.md",
    "docs/decisions/README.md",
}


def test_every_document_is_there() -> None:
    assert {document.name for document in documents()} >= NECESSARY


def test_every_link_leads_to_a_file_and_a_heading_that_exist() -> None:
    found = documents()
    links = [(document, link) for document in found for link in document.links]
    assert len(links) > 40
    assert [complaint for document, link in links if (complaint := _broken(document, link.line, link.target))] == []


def _broken(document: Document, line: int, target: str) -> str | None:
    if ELSEWHERE.match(target):
        return None
    name, _, anchor = unquote(target).partition("#")
    path = ((ROOT / document.name).parent / name).resolve() if name else ROOT / document.name
    where = f"{document.name}:{line} {target}"
    if not path.is_relative_to(ROOT) or not path.exists():
        return f"{where}: there is no such file"
    if anchor and anchor not in _page(path).anchors:
        return f"{where}: there is no such heading"
    return None


def _page(path: Path) -> Document:
    return read(path)


@pytest.mark.parametrize("what", NOT_IN_DOCUMENTS)
def test_no_document_holds(what: str) -> None:
    pattern = NOT_IN_DOCUMENTS[what]
    found = [
        f"{document.name}:{number} {line.strip()[:100]}"
        for document in documents()
        for number, line in enumerate(document.text.splitlines(), start=1)
        if pattern.search(line)
    ]
    assert found == []


def test_every_document_can_be_reached_from_the_readme() -> None:
    pages = {document.name: document for document in documents()}
    reached: set[str] = set()
    waiting = ["README.md"]
    while waiting:
        name = waiting.pop()
        if name in reached or name not in pages:
            continue
        reached.add(name)
        folder = (ROOT / name).parent
        targets = [link.target.partition("#")[0] for link in pages[name].links if not ELSEWHERE.match(link.target)]
        waiting += [(folder / target).resolve().relative_to(ROOT).as_posix() for target in targets if target]
    assert set(pages) - reached == set()


def test_the_picture_of_the_layers_has_every_package_in_the_order_that_imports_are_checked_by() -> None:
    [rows] = [document.rows for document in documents() if document.name == "docs/architecture.md"]
    shown = [set(re.findall(r"`([a-z]+)(?:/|[.]py)`", row[0])) for row in rows]
    names = [name for row in shown for name in sorted(row)]
    layers: list[list[str]] = [
        layer.split(" | ")
        for contract in tomllib.loads(texts()["pyproject.toml"])["tool"]["importlinter"]["contracts"]
        if contract["type"] == "layers"
        for layer in contract["layers"]
    ]
    height = {name: number for number, layer in enumerate(layers) for name in layer if name != "__main__"}
    assert set(names) == set(height)
    assert [height[name] for name in names] == sorted(height[name] for name in names)


def test_every_decision_is_listed() -> None:
    index = next(document for document in documents() if document.name == "docs/decisions/README.md")
    files = {path.name for path in (ROOT / "docs" / "decisions").glob("[0-9]*.md")}
    assert files
    assert {link.target for link in index.links} == files
