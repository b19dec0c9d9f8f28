"""Judging everyone again while somebody watches: a bar of learners, and what to say when it is over."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from vekst.cli.progress import counting

if TYPE_CHECKING:
    from vekst.factory import Factory
    from vekst.services.replaying import Progress

__all__ = ["as_document", "judge_again", "lines"]


async def judge_again(services: Factory, org_id: UUID) -> Progress:
    """Judge beside the workers until everyone is judged under the version in force."""
    with counting("Judging again") as progress:
        return await services.replaying().finish(org_id, progress)


def as_document(progress: Progress) -> dict[str, int]:
    """How far it came, for machines."""
    return {"learners": progress.learners, "judged": progress.judged, "setAside": progress.set_aside}


def lines(progress: Progress) -> list[str]:
    """How far it came, for people; nothing where there was nobody to judge."""
    if not progress.learners:
        return []
    told = [f"{progress.judged:,} of {progress.learners:,} learners are judged under it."]
    if progress.set_aside:
        told.append(f"{progress.set_aside:,} could not be judged and are tried again later; see the worker's log.")
    left = progress.learners - progress.judged - progress.set_aside
    if left:
        told.append(f"{left:,} are left to the workers.")
    return told
