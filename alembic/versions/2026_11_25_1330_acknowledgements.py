"""Acknowledgements: progress of a learner that somebody has seen and said so.

Revision: 0007
"""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

ACKNOWLEDGEMENTS = (
    """
    CREATE TABLE acknowledgements (
        org_id uuid NOT NULL,
        learner_id uuid NOT NULL,
        seq bigint NOT NULL,
        giver_id uuid,
        given_at timestamptz NOT NULL,
        CONSTRAINT pk_acknowledgements PRIMARY KEY (org_id, learner_id, seq),
        CONSTRAINT fk_acknowledgements_learner FOREIGN KEY (org_id, learner_id)
            REFERENCES people (org_id, learner_id),
        CONSTRAINT fk_acknowledgements_giver FOREIGN KEY (org_id, giver_id) REFERENCES people (org_id, learner_id)
    )
    """,
    "COMMENT ON COLUMN acknowledgements.seq IS 'the entry of the ledger that was seen'",
    "COMMENT ON COLUMN acknowledgements.giver_id IS 'null once who gave it was erased'",
    "CREATE INDEX ix_acknowledgements_giver ON acknowledgements (org_id, giver_id)",
    "ALTER TABLE acknowledgements ENABLE ROW LEVEL SECURITY",
    """
    CREATE POLICY of_organisation ON acknowledgements TO vekst_app
        USING (org_id = (SELECT nullif(current_setting('vekst.org', true), '')::uuid))
        WITH CHECK (org_id = (SELECT nullif(current_setting('vekst.org', true), '')::uuid))
    """,
    "GRANT SELECT, INSERT ON acknowledgements TO vekst_app",
    "GRANT UPDATE, DELETE ON acknowledgements TO vekst_eraser",
)


def upgrade() -> None:
    for statement in ACKNOWLEDGEMENTS:
        op.execute(statement)


def downgrade() -> None:
    """Refused: a schema goes forward only, and a backup goes back."""
    raise NotImplementedError
