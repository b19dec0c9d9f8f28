"""Places of everyone: a team's board is read from its members' places, and ranks are added up from finer bands.

Workers of before keep bands of other sizes: they end before the new ones begin, or the boards are counted anew.

Revision: 0020
"""

from __future__ import annotations

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

PLACES = (
    "DELETE FROM board_members WHERE scope LIKE 'team:%'",
    """
    COMMENT ON COLUMN board_members.scope IS '`org`; after a slash the window, where the board has them'
    """,
)
BANDS = (
    "DELETE FROM board_bands",
    """
    INSERT INTO board_bands (org_id, board, scope, shift, band, members, different)
    SELECT org_id, board, scope, shift, value >> shift, sum(members), count(*)
      FROM board_counts CROSS JOIN unnest(ARRAY[5, 10, 15]) AS s (shift) WHERE members > 0 GROUP BY 1, 2, 3, 4, 5
    """,
)


def upgrade() -> None:
    for statement in (*PLACES, *BANDS):
        op.execute(statement)


def downgrade() -> None:
    """Refused: a schema goes forward only, and a backup goes back."""
    raise NotImplementedError
