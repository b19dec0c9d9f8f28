"""Operations that are known beforehand, compiled: what they ask for is looked up once and not at every request.

A compiled operation does what graphql-core's executor would do, with the same resolvers of the same schema. It only
has short ways for what is usual: objects of the type that the schema promises, texts that are texts, lists that are
lists. Wherever a value is anything else, and for every error, the executor itself takes over at that very place, so
that there is one set of rules for nulls, error paths and coercion. Objects of which only attributes are asked for are
made whole by one function each, and by the others where that gives up.
"""

from vekst.graphql.compiled.cache import CompiledOperations
from vekst.graphql.compiled.errors import NotCompiledError
from vekst.graphql.compiled.operation import CompiledOperation

__all__ = ["CompiledOperation", "CompiledOperations", "NotCompiledError"]
