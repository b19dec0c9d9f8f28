"""Outbox locks: whoever forgets messages passes over those that somebody else is about to forget.

Revision: 0019
"""

from __future__ import annotations

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # A row can be locked only by who may update a column of it.
    op.execute("GRANT UPDATE (created_at) ON outbox TO vekst_app")


def downgrade() -> None:
    """Refused: a schema goes forward only, and a backup goes back."""
    raise NotImplementedError
