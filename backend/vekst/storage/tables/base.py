"""The metadata that all tables share, and the column types that recur."""

from __future__ import annotations

from sqlalchemy import MetaData, Text
from sqlalchemy.dialects.postgresql import TIMESTAMP

__all__ = ["KEY", "MOMENT", "metadata"]

metadata = MetaData(naming_convention={"pk": "pk_%(table_name)s", "ck": "ck_%(table_name)s_%(constraint_name)s"})

KEY = Text(collation="C")
"""Text that is compared and ordered by code point."""

MOMENT = TIMESTAMP(timezone=True)
"""An instant."""
