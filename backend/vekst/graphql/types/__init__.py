"""The types of the schema, one noun per module; values are computed when a type is built, slow ones when asked for."""
