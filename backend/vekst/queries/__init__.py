"""The read side: SQL behind plain functions that take a connection and give frozen results; nothing here writes."""
