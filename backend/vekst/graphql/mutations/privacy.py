"""`exportMyData` and `eraseMe`: what is kept about oneself, out and away."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import strawberry

from vekst.domain.errors import InvalidInput as InvalidInputError
from vekst.domain.errors import NotAllowed as NotAllowedError
from vekst.domain.errors import NotFound as NotFoundError
from vekst.domain.errors import NotSignedIn as NotSignedInError
from vekst.graphql.context import Context, Info
from vekst.graphql.refusals import InvalidInput, NotAllowed, NotSignedIn
from vekst.graphql.scalars import JSON
from vekst.services.privacy import as_document, as_text

__all__ = ["EraseMeInput", "EraseMeResult", "ExportMyDataResult", "erase_me", "export_my_data"]


@strawberry.input(description="That one wants to be erased.")
class EraseMeInput:
    """The input of `eraseMe`."""

    confirm: str = strawberry.field(
        description="One's own key in the organisation (`me.person`), to confirm that it is meant: it is for good."
    )


@strawberry.type(description="All that is kept about the caller.")
class ExportMyData:
    """The result of `exportMyData`."""

    document: JSON = strawberry.field(description="Every kind of data with its rows, for machines.")
    text: str = strawberry.field(description="The same to read, in the caller's own language.")


@strawberry.type(description="The caller is gone from the organisation; what teams had settled stays as counted.")
class EraseMe:
    """The result of `eraseMe`."""

    erased: bool = strawberry.field(description="Always true: there is nobody left to tell anything else.")


ExportMyDataResult = Annotated[
    ExportMyData | NotSignedIn | NotAllowed,
    strawberry.union("ExportMyDataResult", description="All that is kept about the caller, or why not."),
]
EraseMeResult = Annotated[
    EraseMe | NotSignedIn | NotAllowed | InvalidInput,
    strawberry.union("EraseMeResult", description="The caller is gone, or why not."),
]


async def export_my_data(info: Info) -> ExportMyData:
    """Hand out."""
    context = info.context
    with _still_there():
        found = await context.factory.privacy().export(context.actor.org_id, _oneself(context), by=context.actor)
    return ExportMyData(document=JSON(as_document(found)), text=as_text(found))


async def erase_me(info: Info, choice: EraseMeInput) -> EraseMe:
    """Take away."""
    context = info.context
    person = _oneself(context)
    if choice.confirm != person:
        raise InvalidInputError("ERASURE_NOT_CONFIRMED", field="confirm", person=person)
    with _still_there():
        await context.factory.privacy().erase(context.actor.org_id, person, by=context.actor)
    return EraseMe(erased=True)


@contextmanager
def _still_there() -> Iterator[None]:
    """Who was erased while they asked is told what they would be told a moment later."""
    try:
        yield
    except NotFoundError as error:
        raise NotSignedInError("ACCOUNT_UNKNOWN") from error


def _oneself(context: Context) -> str:
    person = context.actor.person
    if person is None:
        raise NotAllowedError("NOT_A_LEARNER")
    return person
