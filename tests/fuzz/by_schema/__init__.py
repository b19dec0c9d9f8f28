"""Operations that schemathesis makes of the schema alone, against real processes."""
