"""The GraphQL edge: the schema, the limits it keeps, and the ASGI endpoint that speaks it over HTTP."""
