"""Quest files, from an author's folder to a pack the engine can judge by.

A pack flows through here in four stages, each a module of its own:

    files -- loader --> documents -- checks --> diagnostics
                            |
                            +-- compiler --> the compiled pack, for `vekst.engine`

`load_pack` reads the YAML files of a folder into a `PackDocument` (`documents`: a frozen model for everything an
author can write) and tells what is wrong with their form. `check_pack` adds what is wrong with the meaning: names,
rules that can never hold, points without a limit. Everything that is told is a `Diagnostic` with its place, a stable
code and a cure, in English and Norwegian, and all of it comes at once. A document without errors is compiled, and its
`examples` are judged by the real engine (`examples`).
"""

from vekst.quests.checks import check_document, outcome_share, reachable_points
from vekst.quests.diagnostics import Diagnostic, Severity, has_errors, in_order
from vekst.quests.documents import PackDocument
from vekst.quests.loader import PACK_FILE, LoadedPack, load_pack, load_pack_files
from vekst.quests.natures import Natures, natures

__all__ = [
    "PACK_FILE",
    "Diagnostic",
    "LoadedPack",
    "Natures",
    "PackDocument",
    "Severity",
    "check_document",
    "check_pack",
    "has_errors",
    "in_order",
    "load_pack",
    "load_pack_files",
    "natures",
    "outcome_share",
    "reachable_points",
]


def check_pack(loaded: LoadedPack) -> tuple[Diagnostic, ...]:
    """Everything wrong with a pack's form and meaning, sorted by place; an entry of wrong form has no meaning yet."""
    findings = check_document(loaded.readable, loaded.places) if loaded.readable is not None else ()
    return in_order((*loaded.diagnostics, *findings))
