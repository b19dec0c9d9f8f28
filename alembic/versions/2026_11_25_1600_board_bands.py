"""Board bands: coarser histograms of organisations' boards, so that a rank is a sum of few rows on the widest board.

Revision: 0012
"""

from __future__ import annotations

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

BANDS = (
    """
    CREATE TABLE board_bands (
        org_id uuid NOT NULL,
        board text COLLATE "C" NOT NULL,
        scope text COLLATE "C" NOT NULL,
        shift smallint NOT NULL,
        band bigint NOT NULL,
        members bigint NOT NULL,
        different bigint NOT NULL,
        CONSTRAINT pk_board_bands PRIMARY KEY (org_id, board, scope, shift, band)
    ) WITH (fillfactor = 50)
    """,
    "COMMENT ON COLUMN board_bands.shift IS 'a band is of 2 to this power values'",
    "COMMENT ON COLUMN board_bands.band IS 'the values shifted right by `shift`'",
    "COMMENT ON COLUMN board_bands.different IS 'how many different values they have'",
    """
    INSERT INTO board_bands (org_id, board, scope, shift, band, members, different)
    SELECT org_id, board, scope, shift, value >> shift, sum(members), count(*)
      FROM board_counts CROSS JOIN unnest(ARRAY[8, 16, 24]) AS s (shift) WHERE members > 0 GROUP BY 1, 2, 3, 4, 5
    """,
    """
    COMMENT ON COLUMN board_members.scope IS
        '`org`, or `team:` and the id of a team; after a slash the window, where the board has them'
    """,
    "ALTER TABLE board_bands ENABLE ROW LEVEL SECURITY",
    """
    CREATE POLICY of_organisation ON board_bands TO vekst_app
        USING (org_id = (SELECT nullif(current_setting('vekst.org', true), '')::uuid))
        WITH CHECK (org_id = (SELECT nullif(current_setting('vekst.org', true), '')::uuid))
    """,
    "GRANT SELECT, INSERT, UPDATE, DELETE ON board_bands TO vekst_app",
    "GRANT UPDATE, DELETE ON board_bands TO vekst_eraser",
)


def upgrade() -> None:
    for statement in BANDS:
        op.execute(statement)


def downgrade() -> None:
    """Refused: a schema goes forward only, and a backup goes back."""
    raise NotImplementedError
