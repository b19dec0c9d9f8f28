"""An author's pack on its way to an organisation: read from its folder, and refused with every finding told."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from vekst.cli.failures import Failure

if TYPE_CHECKING:
    from vekst.quests import LoadedPack

__all__ = ["read_pack", "telling_refusals"]


def read_pack(folder: Path) -> LoadedPack:
    """The pack in the folder; `Failure` where there is none, or where it has errors."""
    from vekst.quests import PACK_FILE, check_pack, has_errors, load_pack

    if not (folder / PACK_FILE).is_file():
        raise Failure(f"{folder} is no pack: it has no {PACK_FILE}; name the folder of one", code=2)
    loaded = load_pack(folder)
    diagnostics = check_pack(loaded)
    if has_errors(diagnostics):
        told = "\n".join(f"{folder}/{each.render()}" for each in diagnostics)
        raise Failure(f"{folder} has errors; correct them and try again\n{told}")
    return loaded


@contextmanager
def telling_refusals(folder: Path) -> Iterator[None]:
    """Tell what only the organisation's version in force can refuse, with the places in the folder's files."""
    from vekst.domain.errors import InvalidInput

    try:
        yield
    except InvalidInput as error:
        told = error.params.get("diagnostics")
        if not isinstance(told, tuple):
            raise
        lines = "\n".join(f"{folder}/{line}" for line in told)
        raise Failure(f"{folder} cannot follow the version in force; correct it and try again\n{lines}") from error
