"""`vekst quests publish`: puts a pack in force for an organisation."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vekst.cli.options import DEFAULT_DATA, AsJson, Data, Org

if TYPE_CHECKING:
    from vekst.factory import Factory
    from vekst.services.publishing import Published

__all__ = ["publish"]


def publish(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder of the pack.")],
    org: Org,
    data: Data = DEFAULT_DATA,
    as_json: AsJson = False,
) -> None:
    """Put a pack in force as the organisation's next version; everyone is judged again under it.

    The same files again change nothing. Nothing that was earned is taken away.
    """
    from vekst.cli.answers import answer
    from vekst.cli.connecting import connected
    from vekst.cli.failures import Failure
    from vekst.cli.using import organisation, use_services
    from vekst.quests import PACK_FILE, check_pack, has_errors, load_pack

    if not (folder / PACK_FILE).is_file():
        raise Failure(f"{folder} is no pack: it has no {PACK_FILE}; name the folder of one", code=2)
    loaded = load_pack(folder)
    diagnostics = check_pack(loaded)
    if has_errors(diagnostics):
        told = "\n".join(f"{folder}/{each.render()}" for each in diagnostics)
        raise Failure(f"{folder} has errors; correct them and publish again\n{told}")

    async def work(services: Factory) -> Published:
        return await services.publishing().publish(await organisation(services, org), loaded.files)

    with connected(data) as settings:
        published = use_services(settings, work)
    done = (
        f"Published as version {published.version}."
        if published.changed
        else f"Version {published.version} has these files."
    )
    answer(as_json, {"version": published.version, "changed": published.changed}, done)
