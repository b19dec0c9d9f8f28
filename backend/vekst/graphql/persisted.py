"""Operations named by a hash instead of sent: trusted documents of a folder, and automatic persisted queries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Final

from vekst.domain.errors import InvalidInput, NotAllowed, NotFound
from vekst.graphql.context import Context
from vekst.graphql.request import Request

__all__ = ["NoTrustedDocumentsError", "PersistedQueries", "trusted_documents"]

_HASH_LENGTH: Final = 64


class NoTrustedDocumentsError(ValueError):
    """The folder of trusted documents has none."""

    def __init__(self, folder: Path) -> None:
        super().__init__(f"VEKST_TRUSTED_DOCUMENTS: no *.graphql files in {folder}; name the folder that has them")


def trusted_documents(folder: Path) -> dict[str, str]:
    """The operations of a folder's `*.graphql` files, also of folders in it, by the SHA-256 of each file's text.

    `NoTrustedDocumentsError` where there are none.
    """
    texts = [path.read_text(encoding="utf-8") for path in sorted(folder.rglob("*.graphql"))]
    if not texts:
        raise NoTrustedDocumentsError(folder)
    return {_digest(text): text for text in texts}


class PersistedQueries:
    """Finds the text of a request that names it; with `only_trusted` nothing else is run."""

    def __init__(self, trusted: Mapping[str, str] | None = None, *, only_trusted: bool = False) -> None:
        self._trusted = trusted or {}
        self._only_trusted = only_trusted

    async def found(self, request: Request, context: Context) -> Request:
        """The request with its text.

        `NotFound` asks the client to send the text along; `InvalidInput` and `NotAllowed` say what is wrong.
        """
        digest, text = request.digest, request.query
        if text and digest and _digest(text) != digest:
            raise InvalidInput("PERSISTED_QUERY_HASH_WRONG", field="extensions")
        name = digest or _digest(text)
        if name in self._trusted:
            return replace(request, query=self._trusted[name], registered=True)
        if self._only_trusted:
            raise NotAllowed("DOCUMENT_NOT_TRUSTED", field="documentId" if digest else "query")
        if text:
            return request
        actor = context.caller.actor
        found = None
        if actor is not None and len(name) == _HASH_LENGTH:
            found = await context.factory.queries(actor.org_id).find(name)
        # What lies in Valkey is checked: whoever may write there must not choose what others run.
        if found is None or _digest(found) != name:
            raise NotFound("PERSISTED_QUERY_NOT_FOUND")
        return replace(request, query=found, registered=True)

    async def keep(self, request: Request, context: Context) -> None:
        """Remember the text of a valid operation that a signed-in client registers."""
        actor = context.caller.actor
        if request.digest and not request.registered and actor is not None:
            await context.factory.queries(actor.org_id).keep(request.digest, request.query)


def _digest(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
