"""Places by learner: those of one learner lie together, as judging writes them; and no second index leads there.

Revision: 0018
"""

from __future__ import annotations

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

BY_LEARNER = (
    # Read through once, while judging and who joins or leaves a board wait, and boards are shown.
    """
    -- squawk-ignore require-concurrent-index-creation
    CREATE UNIQUE INDEX ix_board_members_by_learner ON board_members (org_id, learner_id, board, scope)
    """,
    # It comes back at once, over the same columns in another order.
    """
    -- squawk-ignore ban-drop-constraint
    ALTER TABLE board_members DROP CONSTRAINT pk_board_members
    """,
    "ALTER TABLE board_members ADD CONSTRAINT pk_board_members PRIMARY KEY USING INDEX ix_board_members_by_learner",
    """
    -- squawk-ignore require-concurrent-index-deletion
    DROP INDEX ix_board_members_learner
    """,
)


def upgrade() -> None:
    for statement in BY_LEARNER:
        op.execute(statement)


def downgrade() -> None:
    """Refused: a schema goes forward only, and a backup goes back."""
    raise NotImplementedError
