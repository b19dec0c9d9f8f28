"""The messages about requests: signing in, the form of a request, and what was asked for."""

from __future__ import annotations

from typing import Final

from vekst.domain.wordings import Wording

__all__ = ["REQUEST_WORDINGS"]

_SIGN_IN: Final = {
    "NOT_SIGNED_IN": Wording("You are not signed in.", "Send a token in the header `Authorization: Bearer …`."),
    "TOKEN_EXPIRED": Wording("Your sign-in has expired.", "Sign in again."),
    "TOKEN_INVALID": Wording("The token is not valid here.", "Sign in again, with the issuer that this server trusts."),
    "ACCOUNT_UNKNOWN": Wording(
        "The token names nobody who is active in this organisation.", "Ask an administrator to add you."
    ),
    "NOT_ALLOWED": Wording("You may not do this."),
    "NOT_A_LEARNER": Wording("An integration has no learner of its own.", "Sign in as a person."),
    "LEARNER_NOT_YOURS": Wording("You may see yourself only.", "Ask for `me`."),
}

_REQUEST: Final = {
    "METHOD_NOT_ALLOWED": Wording("GraphQL is asked with GET or POST.", "Send a POST with a JSON body."),
    "MUTATION_BY_GET": Wording("A GET may only read.", "Send mutations with POST."),
    "STREAM_ELSEWHERE": Wording(
        "A stream has no single answer.", "Use the WebSocket protocol graphql-transport-ws, or `/graphql/stream`."
    ),
    "TOO_MANY_STREAMS": Wording(
        "One line carries at most {limit} operations at a time.", "Complete one before you begin another."
    ),
    "MEDIA_TYPE_NOT_SUPPORTED": Wording(
        "The body's media type is not supported.", "Send `Content-Type: application/json`, in UTF-8."
    ),
    "ANSWER_NOT_ACCEPTABLE": Wording(
        "None of the media types you accept can be answered.", "Accept `application/graphql-response+json`."
    ),
    "BODY_TOO_LARGE": Wording("The body is larger than {limit} bytes.", "Send fewer events at a time."),
    "BODY_NOT_JSON": Wording(
        "The body is not JSON in UTF-8: {detail}.", "Send a JSON object with the text of the operation in `query`."
    ),
    "BATCHING_NOT_SUPPORTED": Wording(
        "One request holds one operation.", "Send the operations one by one; events go together in one mutation."
    ),
    "PARAMETER_NOT_JSON": Wording("`{name}` is not JSON: {detail}."),
    "PARAMETER_NOT_A_TEXT": Wording("`{name}` must be a text."),
    "PARAMETER_NOT_AN_OBJECT": Wording("`{name}` must be an object."),
    "QUERY_MISSING": Wording("There is no operation in `query`.", "Send the text of the operation in `query`."),
    "PERSISTED_QUERY_NOT_FOUND": Wording("No operation is known by that hash.", "Send its text along."),
    "PERSISTED_QUERY_HASH_WRONG": Wording("`sha256Hash` is not the hash of the operation's text."),
    "DOCUMENT_NOT_TRUSTED": Wording(
        "Only known operations are run here.", "Deliver the operation to those who run the server."
    ),
    "OPERATION_NOT_NAMED": Wording(
        "`operationName` names none of the operations.", "Name one; it may be left out only where there is just one."
    ),
    "DOCUMENT_NOT_VALID": Wording("The operation can't be understood: {detail}"),
    "VARIABLES_NOT_VALID": Wording("A variable or the name of the operation does not fit: {detail}"),
    "OPERATION_TOO_LARGE": Wording("The operation goes over a limit: {detail}", "Ask for less at a time."),
    "OPERATION_TOO_COSTLY": Wording(
        "The operation may be answered with {cost} values; at most {limit} go at a time.",
        "Ask for shorter pages (`first`) or fewer fields, and for the rest in requests of their own.",
    ),
    "TOO_FAST": Wording(
        "More than {limit} requests within {seconds} seconds.", "Wait a little, and send events together."
    ),
    "ORGANISATION_TOO_FAST": Wording(
        "Your organisation sends more than {limit} requests a minute.",
        "Try again in {seconds} seconds; systems that ask for much should ask less often.",
    ),
    "OPERATION_TOO_SLOW": Wording(
        "The answer took longer than {seconds} seconds.", "Ask for less at a time, or again later."
    ),
    "UNAVAILABLE": Wording(
        "The server can't answer for the moment.", "Try again in a few seconds; nothing was changed."
    ),
    "INTERNAL": Wording(
        "Something went wrong here. It is logged under {error_id}.", "Try again; tell support the number if it stays."
    ),
}

_INPUT: Final = {
    "INVALID_INPUT": Wording("The input does not fit."),
    "FIRST_OUT_OF_RANGE": Wording("`{name}` must be between 0 and {most}."),
    "TOO_MANY_IDS": Wording("At most {most} ids go at a time."),
    "CURSOR_NOT_VALID": Wording(
        "The cursor is not one of this list.", "Use an `endCursor` or `cursor` as it was given, or leave it out."
    ),
    "DAYS_OUT_OF_RANGE": Wording("`from` must not be after `to`, and at most {most} days are shown at a time."),
    "PERIOD_NOT_VALID": Wording("`period` must be a window of this board, such as {example}."),
    "PERIOD_NOT_HERE": Wording("This board has no periods.", "Leave `period` out."),
    "NOT_FOUND": Wording("There is no such thing here."),
    "LEARNER_UNKNOWN": Wording(
        "There is no learner `{person}` here.", "Check the spelling, or import the person first."
    ),
    "NO_PACK": Wording("The organisation has no quests yet.", "Publish quest files with `vekst quests publish`."),
}

REQUEST_WORDINGS: Final[dict[str, Wording]] = {**_SIGN_IN, **_REQUEST, **_INPUT}
