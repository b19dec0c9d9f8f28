"""The mutations of the schema; each is one use case, and answers with a result or with one of the known refusals."""
