"""Reading packs, the only place that opens quest files: texts go in; a document, or all that is wrong, comes out."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path as FolderPath
from typing import Any, Final, TypeVar

from pydantic import TypeAdapter

from vekst.quests.built_in import with_built_in
from vekst.quests.diagnostics import Argument, Diagnostic, Term, in_order, nearest
from vekst.quests.documents import ExampleDocument, PackDocument, PackHeader, RulesDocument
from vekst.quests.form import validated
from vekst.quests.places import Place, Places
from vekst.quests.yaml_tree import Path, YamlTree, YamlValue, parse_yaml

__all__ = ["PACK_FILE", "LoadedPack", "load_pack", "load_pack_files"]

PACK_FILE: Final = "pack.yaml"
T = TypeVar("T")
_MAX_FILE: Final = 512 * 1024
_MAX_FILES: Final = 200
_TREES_KEPT: Final = 64
_MAX_PACK: Final = 4 * 1024 * 1024
_KINDS: Final = tuple(RulesDocument.model_fields)
_KIND_WORDS: Final = {kind: kind.removesuffix("s") for kind in _KINDS}


@dataclass(frozen=True, slots=True)
class LoadedPack:
    """What came of reading a pack.

    `document` is there when every file has the right form; `readable` also when some entries have not, and holds the
    others, so that their meaning can be checked in the same go. A file that is no YAML may hold what the others name:
    then neither is there. `files` are the texts as they were read.
    """

    document: PackDocument | None
    readable: PackDocument | None
    diagnostics: tuple[Diagnostic, ...]
    files: Mapping[str, str]
    places: Places


def load_pack(folder: FolderPath) -> LoadedPack:
    """Read every `*.yaml` below a folder. Wrong files are told, never raised."""
    diagnostics: list[Diagnostic] = []
    files: dict[str, str] = {}
    for name, path in _yaml_files(folder, diagnostics):
        text = _read(name, path, diagnostics)
        if text is not None:
            files[name] = text
    return _load(files, diagnostics)


def load_pack_files(files: Mapping[str, str]) -> LoadedPack:
    """Read a pack from its texts by file name: a stored version, or a test."""
    diagnostics: list[Diagnostic] = []
    fitting = {
        name: text
        for name, text in sorted(files.items())
        if _fits(name, len(text.encode(errors="replace")), diagnostics)
    }
    return _load(fitting, diagnostics)


def _yaml_files(folder: FolderPath, diagnostics: list[Diagnostic]) -> Iterator[tuple[str, FolderPath]]:
    found = 0
    for path in sorted(folder.rglob("*.y*ml")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink() or any(parent.is_symlink() for parent in path.parents if folder in parent.parents):
            diagnostics.append(Diagnostic(name, 1, 1, "IGNORED_FILE", {"reason": Term("symlink")}))
        elif path.suffix == ".yml":
            diagnostics.append(Diagnostic(name, 1, 1, "IGNORED_FILE", {"reason": Term("yml_suffix")}))
        elif path.suffix == ".yaml" and path.is_file():
            found += 1
            if found <= _MAX_FILES:
                yield name, path
    if found > _MAX_FILES:
        limit: dict[str, Argument] = {"what": Term("the_pack"), "limit": f"{_MAX_FILES} files"}
        diagnostics.append(Diagnostic(PACK_FILE, 1, 1, "TOO_LARGE", limit))


def _read(name: str, path: FolderPath, diagnostics: list[Diagnostic]) -> str | None:
    try:
        with path.open("rb") as file:
            content = file.read(_MAX_FILE + 1)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        diagnostics.append(Diagnostic(name, 1, 1, "UNREADABLE_FILE", {"reason": reason}))
        return None
    if not _fits(name, len(content), diagnostics):
        return None
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        before = content[: error.start]
        line, column = before.count(b"\n") + 1, len(before) - before.rfind(b"\n")
        diagnostics.append(Diagnostic(name, line, column, "NOT_UTF8"))
        return None


def _fits(name: str, size: int, diagnostics: list[Diagnostic]) -> bool:
    if size <= _MAX_FILE:
        return True
    limit: dict[str, Argument] = {"what": Term("the_file"), "limit": f"{_MAX_FILE // 1024} KiB"}
    diagnostics.append(Diagnostic(name, 1, 1, "TOO_LARGE", limit))
    return False


def _load(files: Mapping[str, str], diagnostics: list[Diagnostic]) -> LoadedPack:
    merged = _Merged(diagnostics)
    if sum(len(text) for text in files.values()) > _MAX_PACK:
        limit: dict[str, Argument] = {"what": Term("the_pack"), "limit": f"{_MAX_PACK // 1024 // 1024} MiB"}
        diagnostics.append(Diagnostic(PACK_FILE, 1, 1, "TOO_LARGE", limit))
    else:
        for name in sorted(files, key=lambda name: (name != PACK_FILE, name)):
            merged.add(name, files[name])
    if PACK_FILE not in files and not any(each.file == PACK_FILE for each in diagnostics):
        diagnostics.append(Diagnostic(PACK_FILE, 1, 1, "NO_PACK_FILE"))
    document = merged.document()
    readable = document if merged.whole else None
    ordered = in_order(diagnostics)
    complete = not any(each.severity == "error" for each in ordered)
    return LoadedPack(readable if complete else None, readable, ordered, dict(files), merged.places)


class _Merged:
    """The files of a pack put together: entries by kind, and the place of everything."""

    def __init__(self, diagnostics: list[Diagnostic]) -> None:
        self.places = Places()
        self._diagnostics = diagnostics
        self.whole = not any(each.severity == "error" for each in diagnostics)
        """Every file could be read, so that a name that nothing has is really not there."""
        self._header: dict[str | int, YamlValue] | None = None
        self._entries: dict[str, dict[str | int, YamlValue]] = {kind: {} for kind in _KINDS if kind != "examples"}
        self._examples: list[YamlValue] = []

    def add(self, name: str, text: str) -> None:
        """Take in one file."""
        tree = _tree(text, name)
        self._diagnostics.extend(tree.problems)
        entries = {} if tree.value is None and not tree.problems else tree.value
        self.whole = self.whole and isinstance(entries, dict)
        if entries is None:
            return
        if not isinstance(entries, dict):
            self._wrong_type(Place(name, 1, 1), "mapping", entries)
            return
        if name == PACK_FILE:
            self._header = {key: value for key, value in entries.items() if key not in _KINDS}
            self._record(name, tree, (), ("pack",), self._header)
        for key, value in entries.items():
            if key in _KINDS:
                self._add_kind(name, tree, str(key), value)
            elif name != PACK_FILE:
                self._unknown(_place(name, tree, (key,)), str(key))

    def document(self) -> PackDocument | None:
        """The pack of all entries of the right form, or nothing where the header has not."""
        header = self._validated(TypeAdapter(PackHeader), self._header, ("pack",)) if self._header is not None else None
        kinds: dict[str, Any] = {}
        for kind, entries in self._entries.items():
            readable = (self._entry(kind, key, value) for key, value in entries.items())
            kinds[kind] = {key: value for each in readable for key, value in each.items()}
        examples = (self._validated(_example(), value, ("examples", i)) for i, value in enumerate(self._examples))
        kinds["examples"] = tuple(example for example in examples if example is not None)
        if header is None:
            return None
        kinds["events"] = with_built_in(kinds["events"], header.locales)
        return PackDocument.model_validate({"pack": header, **kinds})

    def _entry(self, kind: str, key: str | int, value: YamlValue) -> dict[str, Any]:
        return self._validated(_adapter(kind), {key: value}, (kind,)) or {}

    def _validated(self, adapter: TypeAdapter[T], value: YamlValue, root: Path) -> T | None:
        result = validated(adapter, value, root, self.places)
        self._diagnostics.extend(result.faults)
        return result.document

    def _add_kind(self, name: str, tree: YamlTree, kind: str, value: YamlValue) -> None:
        if value is None:
            return
        spot = tree.values[kind,]
        self.places.values.setdefault((kind,), Place(name, spot.line, spot.column))
        if kind == "examples":
            self._add_examples(name, tree, value)
        elif not isinstance(value, dict):
            self._wrong_type(_place(name, tree, (kind,)), "mapping", value)
        else:
            for key, entry in value.items():
                self._add_entry(name, tree, kind, key, entry)

    def _add_entry(self, name: str, tree: YamlTree, kind: str, key: str | int, entry: YamlValue) -> None:
        if key in self._entries[kind]:
            first = {"first": str(self.places.keys[kind, key])}
            told: dict[str, Argument] = {"kind": Term(_KIND_WORDS[kind]), "key": str(key), **first}
            spot = tree.keys[kind, key]
            self._diagnostics.append(Diagnostic(name, spot.line, spot.column, "DUPLICATE_RULE", told))
            return
        if entry is None:
            return
        self._entries[kind][key] = entry
        self._record(name, tree, (kind, key), (kind, key), entry)

    def _add_examples(self, name: str, tree: YamlTree, value: YamlValue) -> None:
        if not isinstance(value, tuple):
            self._wrong_type(_place(name, tree, ("examples",)), "list", value)
            return
        for index, example in enumerate(value):
            if example is not None:
                self._record(name, tree, ("examples", index), ("examples", len(self._examples)), example)
                self._examples.append(example)

    def _record(self, name: str, tree: YamlTree, source: Path, target: Path, value: YamlValue) -> None:
        """Remember where a value and everything in it stands, under its path in the merged pack."""
        waiting: list[tuple[Path, Path, YamlValue]] = [(source, target, value)]
        while waiting:
            old, new, raw = waiting.pop()
            self.places.raw[new] = raw
            spot = tree.values[old]
            self.places.values[new] = Place(name, spot.line, spot.column)
            if old in tree.keys:
                spot = tree.keys[old]
                self.places.keys[new] = Place(name, spot.line, spot.column)
            children = raw.items() if isinstance(raw, dict) else enumerate(raw) if isinstance(raw, tuple) else ()
            waiting += [((*old, key), (*new, key), child) for key, child in children]

    def _wrong_type(self, place: Place, expected: str, value: YamlValue) -> None:
        got = (
            Term("mapping" if isinstance(value, dict) else "list") if isinstance(value, dict | tuple) else f"`{value}`"
        )
        self._diagnostics.append(place.diagnostic("WRONG_TYPE", {"expected": Term(expected), "got": got}))

    def _unknown(self, place: Place, key: str) -> None:
        arguments: dict[str, Argument] = {"key": key, "allowed": ", ".join(_KINDS)}
        if (suggestion := nearest(key, _KINDS)) is not None:
            arguments["suggestion"] = suggestion
        self._diagnostics.append(place.diagnostic("UNKNOWN_KEY", arguments))


@lru_cache(maxsize=_TREES_KEPT)
def _tree(text: str, name: str) -> YamlTree:
    """The tree of a file, which nobody changes.

    A goal or a challenge of somebody's own is read beside the published files, of which reading the text is nine tenths
    of the work.
    """
    return parse_yaml(text, name)


def _place(name: str, tree: YamlTree, path: Path) -> Place:
    spot = tree.keys.get(path) or tree.values[path]
    return Place(name, spot.line, spot.column)


@cache
def _adapter(kind: str) -> TypeAdapter[dict[str, Any]]:
    annotation: Any = RulesDocument.model_fields[kind].annotation
    return TypeAdapter(annotation)


@cache
def _example() -> TypeAdapter[ExampleDocument]:
    return TypeAdapter(ExampleDocument)
