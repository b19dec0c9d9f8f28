"""Runs one operation: prepared within limits, executed within its time, and answered with a status and a body."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from inspect import isawaitable
from math import ceil
from typing import Any, Final

from graphql import (
    DocumentNode,
    ExecutionResult,
    Executor,
    FieldNode,
    GraphQLError,
    OperationDefinitionNode,
    OperationType,
    create_source_event_stream,
    execute,
    get_operation_ast,
)

from vekst.domain.errors import InvalidInput, NotSignedIn, TooMany, VekstError
from vekst.graphql.compiled import CompiledOperation, CompiledOperations
from vekst.graphql.context import Context
from vekst.graphql.discretion import Discretion
from vekst.graphql.documents import Documents, Prepared
from vekst.graphql.faults import Discreet, told, told_all
from vekst.graphql.limits import Limits
from vekst.graphql.persisted import PersistedQueries
from vekst.graphql.request import Request
from vekst.graphql.schema import VekstSchema
from vekst.jobs.rates import WINDOW_SECONDS
from vekst.signals.tracing import Tracing

__all__ = ["Admitted", "Answer", "Operations"]

_UNSIGNED: Final = 401


@dataclass(frozen=True, slots=True)
class Answer:
    """What to answer; `executed` tells an answer with data from one to a request that was refused as a whole."""

    status: int
    body: dict[str, Any]
    executed: bool = False
    kind: str = "unknown"
    name: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_sound(self) -> bool:
        """Whether it is data and nothing else."""
        return self.executed and "errors" not in self.body

    def with_status(self, status: int) -> Answer:
        """The same answer under another status."""
        return replace(self, status=status)


@dataclass(frozen=True, slots=True)
class Admitted:
    """An operation that may be run, and the request that asks for it; it is counted already."""

    request: Request
    document: DocumentNode
    operation: OperationDefinitionNode
    compiled: CompiledOperation | None

    @property
    def kind(self) -> str:
        """Query, mutation or subscription."""
        return self.operation.operation.value

    @property
    def name(self) -> str | None:
        """The name that the client gave it, if any."""
        return self.operation.name.value if self.operation.name else None

    @property
    def is_stream(self) -> bool:
        """Whether it may have any number of answers."""
        return self.operation.operation is OperationType.SUBSCRIPTION


class Operations:
    """Runs operations against the schema."""

    def __init__(
        self,
        schema: VekstSchema,
        *,
        development: bool,
        limits: Limits | None = None,
        persisted: PersistedQueries | None = None,
        tracing: Tracing | None = None,
    ) -> None:
        self._persisted = persisted or PersistedQueries()
        self._tracing = tracing or Tracing()
        self._schema = schema
        self._limits = limits or Limits()
        self._development = development
        self._discretion = None if development else Discretion(schema.core)
        self._compiled = CompiledOperations(schema, hide_suggestions=not development)
        self._documents = Documents(schema.core, self._limits, development=development)

    async def run(self, request: Request, context: Context) -> Answer:
        """The answer to one request, which is no stream."""
        admitted = await self.admit(request, context)
        if isinstance(admitted, Answer):
            return admitted
        if admitted.is_stream:
            error = InvalidInput("STREAM_ELSEWHERE")
            return Answer(400, {"errors": [told(error, context.languages.messages)]}, kind=admitted.kind)
        return await self._execute(admitted, context)

    async def stream(self, request: Request, context: Context) -> AsyncGenerator[Answer]:
        """The answers to one request: many to a subscription, one to anything else; a refusal is the last."""
        admitted = await self.admit(request, context)
        if isinstance(admitted, Answer):
            yield admitted
            return
        async with aclosing(self.answers(admitted, context)) as answers:
            async for answer in answers:
                yield answer

    async def answers(self, admitted: Admitted, context: Context) -> AsyncGenerator[Answer]:
        """The answers to a request that was admitted."""
        if not admitted.is_stream:
            yield await self._execute(admitted, context)
            return
        source = await self._source(admitted, context)
        if isinstance(source, Answer):
            yield source
            return
        try:
            async with aclosing(source) as events:
                async for event in events:
                    answer = await self._event_answer(admitted, context, event)
                    yield answer
                    if not answer.executed:
                        return
        except VekstError as error:
            yield Answer(400, {"errors": [told(error, context.languages.messages)]}, kind=admitted.kind)

    async def admit(self, request: Request, context: Context) -> Admitted | Answer:
        """The operation, counted as one of its caller's and ready to be run; or why it is not run at all."""
        locale = context.languages.messages
        try:
            request = await self._persisted.found(request, context)
        except VekstError as refusal:
            return Answer(400, {"errors": [told(refusal, locale)]})
        if (too_fast := await self._too_fast(context)) is not None:
            return too_fast
        prepared = self._documents.prepare(request.query)
        operation = get_operation_ast(prepared.document, request.operation_name) if prepared.document else None
        if operation is not None and (refused := _refusal(operation, request, context)) is not None:
            return refused
        if (fault := prepared.fault) is not None:
            if fault.is_of_schema and context.caller.actor is None and self._discretion:
                return _unsigned(context)
            discreet = self._discreet(prepared.document, request)
            return Answer(400, {"errors": told_all(fault.errors, locale, code=fault.code, discreet=discreet)})
        if prepared.document is None or operation is None:
            error = InvalidInput("OPERATION_NOT_NAMED", field="operationName")
            return Answer(400, {"errors": [told(error, locale)]})
        if (too_costly := self._too_costly(prepared, operation, request, context)) is not None:
            return too_costly
        await self._persisted.keep(request, context)
        # Only operations that are known beforehand are worth it: anybody can send any others.
        known = request.registered
        compiled = self._compiled.find(request.query, prepared.document, operation) if known else None
        return Admitted(request, prepared.document, operation, compiled)

    async def _too_fast(self, context: Context) -> Answer | None:
        """Why this caller, or all of their organisation, has to wait; nobody does where it can't be known."""
        actor, most, of_all = context.caller.actor, self._limits.per_minute, self._limits.organisation_per_minute
        if actor is None or not (most or of_all):
            return None
        asked = await context.factory.rates().ask(
            actor.org_id,
            str(actor.learner_id or actor.name),
            most=most,
            of_all=of_all,
            person=actor.learner_id is not None,
        )
        if asked is None:
            context.metrics.uncounted()
            return None
        if most and asked.counted > most:
            error = TooMany("TOO_FAST", limit=most, seconds=WINDOW_SECONDS)
        elif asked.wait:
            error = TooMany("ORGANISATION_TOO_FAST", limit=of_all, seconds=ceil(asked.wait))
        else:
            return None
        context.metrics.held_back(error.code)
        headers = {"Retry-After": str(error.params["seconds"])}
        return Answer(429, {"errors": [told(error, context.languages.messages)]}, headers=headers)

    def _too_costly(
        self, prepared: Prepared, operation: OperationDefinitionNode, request: Request, context: Context
    ) -> Answer | None:
        """Why the operation asks for too much with these variables, if so."""
        most = self._limits.cost
        if not most:
            return None
        name = operation.name.value if operation.name else None
        cost = prepared.costs[name].with_variables(request.variables)
        if cost <= most:
            return None
        error = TooMany("OPERATION_TOO_COSTLY", cost=cost, limit=most)
        body = {"errors": [told(error, context.languages.messages)]}
        return Answer(400, body, kind=operation.operation.value, name=name)

    async def _source(self, admitted: Admitted, context: Context) -> AsyncGenerator[object] | Answer:
        """The events of a subscription, or why there are none."""
        executor = self._schema.execution_context_class.build(
            self._schema.core,
            admitted.document,
            context_value=context,
            raw_variable_values=dict(admitted.request.variables or {}),
            operation_name=admitted.request.operation_name,
            hide_suggestions=not self._development,
        )
        errors: Sequence[GraphQLError] | None
        if isinstance(executor, Executor):
            source = create_source_event_stream(executor)
            opened = await source if isawaitable(source) else source
            if isinstance(opened, AsyncGenerator):
                return opened
            errors = opened.errors if isinstance(opened, ExecutionResult) else None
        else:
            errors = executor
        locale, discreet = context.languages.messages, self._discreet(admitted.document, admitted.request)
        body = {"errors": told_all(errors or (), locale, code="VARIABLES_NOT_VALID", discreet=discreet)}
        return Answer(400, body, kind=admitted.kind)

    def _discreet(self, document: DocumentNode | None, request: Request) -> Discreet:
        """What this request may be told in GraphQL's own words: all of them in development."""
        discretion = self._discretion
        return discretion.towards(document, request.variables) if discretion else str

    async def _event_answer(self, admitted: Admitted, context: Context, event: object) -> Answer:
        """The answer to one event, for which everything is loaded anew.

        One that came to nothing at all is a refusal, so that the stream ends with it: a client that goes on from its
        cursor misses nothing, while one that was sent on would never know what it was.
        """
        fresh = context.renewed()
        try:
            async with context.factory.stream_turn():
                answer = await self._execute(admitted, fresh, event)
        finally:
            await fresh.close()
        nothing = answer.body.get("data") is None
        return replace(answer, executed=False) if nothing else answer

    async def _execute(self, admitted: Admitted, context: Context, root: object = None) -> Answer:
        locale = context.languages.messages
        kind, name = admitted.kind, admitted.name
        try:
            with self._tracing.step(f"{kind} {name or ''}".strip()) as span:
                span.set_attributes({"graphql.operation.type": kind, "graphql.operation.name": name or ""})
                async with asyncio.timeout(self._limits.seconds):
                    result = await self._result(admitted, context, root)
        except TimeoutError:
            error = TooMany("OPERATION_TOO_SLOW", seconds=self._limits.seconds)
            return Answer(503, {"errors": [told(error, locale)]}, kind=kind, name=name)
        body: dict[str, Any] = {}
        if result.errors:
            discreet = self._discreet(admitted.document, admitted.request)
            body["errors"] = told_all(
                result.errors, locale, code="VARIABLES_NOT_VALID", discreet=discreet, operation=name
            )
        if result.data is None and result.errors and all(error.path is None for error in result.errors):
            return Answer(400, body, kind=kind, name=name)
        body["data"] = result.data
        headers = {"Retry-After": str(context.come_back_after)} if context.come_back_after else {}
        return Answer(200, body, executed=True, kind=kind, name=name, headers=headers)

    async def _result(self, admitted: Admitted, context: Context, root: object) -> ExecutionResult:
        """The result of a mutation, after which its caller is never shown less; or of a question, from a replica if so.

        A stream is read from the primary: it is woken right after a commit, which no replica has at once.
        """
        actor = context.caller.actor
        if actor is None or admitted.is_stream:
            return await self._executed(admitted, context, root)
        if admitted.operation.operation is OperationType.MUTATION:
            try:
                return await self._executed(admitted, context, root)
            finally:
                await context.factory.wrote(actor)
        view = await context.factory.question(actor)
        result = await self._executed(admitted, context, root)
        if not view.broken:
            return result
        # The replica broke off. Nothing but reading was done, so the whole is asked again, of the primary.
        again = context.renewed()
        try:
            return await self._executed(admitted, again, root)
        finally:
            await again.close()

    async def _executed(self, admitted: Admitted, context: Context, root: object) -> ExecutionResult:
        if admitted.compiled is not None:
            found = await admitted.compiled.execute(admitted.request.variables or {}, context, root)
            if found is not None:
                return found
        result = execute(
            self._schema.core,
            admitted.document,
            root_value=root,
            context_value=context,
            variable_values=dict(admitted.request.variables or {}),
            operation_name=admitted.request.operation_name,
            executor_class=self._schema.execution_context_class,
            hide_suggestions=not self._development,
        )
        return await result if isawaitable(result) else result


def _refusal(operation: OperationDefinitionNode, request: Request, context: Context) -> Answer | None:
    """Why the operation is not run at all: a mutation by GET, a stream over HTTP, or a question from nobody."""
    locale = context.languages.messages
    kind = operation.operation
    error: VekstError
    if request.only_reads and kind is not OperationType.QUERY:
        error = InvalidInput("MUTATION_BY_GET")
        return Answer(405, {"errors": [told(error, locale)]}, kind=kind.value, headers={"Allow": "POST"})
    if context.caller.actor is None and kind is not OperationType.MUTATION and not _asks_nothing(operation):
        return _unsigned(context, kind.value)
    return None


def _unsigned(context: Context, kind: str = "unknown") -> Answer:
    """The answer to nobody, and why they are that."""
    error = NotSignedIn(context.caller.code)
    challenge = 'Bearer realm="vekst"'
    if context.caller.code != NotSignedIn.code:
        challenge += ', error="invalid_token"'
    body = {"errors": [told(error, context.languages.messages)]}
    return Answer(_UNSIGNED, body, kind=kind, headers={"WWW-Authenticate": challenge})


def _asks_nothing(operation: OperationDefinitionNode) -> bool:
    """Whether only the schema itself is asked about, which needs no sign-in where it is allowed."""
    return all(
        isinstance(node, FieldNode) and node.name.value.startswith("__") for node in operation.selection_set.selections
    )
