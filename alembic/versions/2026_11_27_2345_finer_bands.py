"""Finer bands: a rank is added up from some dozens of rows instead of some hundreds.

Workers of before keep bands of other sizes: they end before the new ones begin, or the boards are counted anew.

Revision: 0016
"""

from __future__ import annotations

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

BANDS = (
    "DELETE FROM board_bands",
    """
    INSERT INTO board_bands (org_id, board, scope, shift, band, members, different)
    SELECT org_id, board, scope, shift, value >> shift, sum(members), count(*)
      FROM board_counts CROSS JOIN unnest(ARRAY[7, 12, 17]) AS s (shift) WHERE members > 0 GROUP BY 1, 2, 3, 4, 5
    """,
)


def upgrade() -> None:
    for statement in BANDS:
        op.execute(statement)


def downgrade() -> None:
    """Refused: a schema goes forward only, and a backup goes back."""
    raise NotImplementedError
