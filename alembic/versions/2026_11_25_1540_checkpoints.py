"""Retention: what remains of events that were erased, and from when on a learner's events are let in.

Revision: 0011
"""

from __future__ import annotations

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

CHECKPOINTS = (
    "ALTER TABLE people ADD COLUMN events_from timestamptz",
    """
    COMMENT ON COLUMN people.events_from IS
        'events from before it were erased, and none are let in; null for no bound'
    """,
    """
    CREATE TABLE checkpoints (
        org_id uuid NOT NULL,
        learner_id uuid NOT NULL,
        horizon timestamptz NOT NULL,
        state bytea NOT NULL,
        made_at timestamptz NOT NULL,
        CONSTRAINT pk_checkpoints PRIMARY KEY (org_id, learner_id),
        CONSTRAINT fk_checkpoints_person FOREIGN KEY (org_id, learner_id) REFERENCES people (org_id, learner_id)
    )
    """,
    "COMMENT ON COLUMN checkpoints.horizon IS 'events from before it were erased'",
    "ALTER TABLE checkpoints ENABLE ROW LEVEL SECURITY",
    """
    CREATE POLICY of_organisation ON checkpoints TO vekst_app
        USING (org_id = (SELECT nullif(current_setting('vekst.org', true), '')::uuid))
        WITH CHECK (org_id = (SELECT nullif(current_setting('vekst.org', true), '')::uuid))
    """,
    "GRANT SELECT ON checkpoints TO vekst_app",
    "GRANT INSERT, UPDATE, DELETE ON checkpoints TO vekst_eraser",
)


def upgrade() -> None:
    for statement in CHECKPOINTS:
        op.execute(statement)


def downgrade() -> None:
    """Refused: a schema goes forward only, and a backup goes back."""
    raise NotImplementedError
