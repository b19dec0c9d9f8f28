"""Goals that learners set themselves, alone or as a manager proposed.

Revision: 0010
"""

from __future__ import annotations

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

GOALS = (
    """
    CREATE TABLE goals (
        org_id uuid NOT NULL,
        learner_id uuid NOT NULL,
        goal_id uuid NOT NULL,
        proposed_by uuid,
        earn text NOT NULL,
        until date NOT NULL,
        why text,
        shared boolean NOT NULL,
        created_at timestamptz NOT NULL,
        set_at timestamptz,
        changed_at timestamptz,
        dropped_at timestamptz,
        reflection text,
        reflected_at timestamptz,
        deleted_at timestamptz,
        CONSTRAINT pk_goals PRIMARY KEY (org_id, learner_id, goal_id),
        CONSTRAINT ck_goals_set_first
            CHECK (set_at IS NOT NULL OR (changed_at IS NULL AND reflected_at IS NULL)),
        CONSTRAINT ck_goals_reflected_whole CHECK (reflected_at IS NOT NULL OR reflection IS NULL),
        CONSTRAINT ck_goals_deleted_whole CHECK (deleted_at IS NULL OR (why IS NULL AND reflection IS NULL)),
        CONSTRAINT fk_goals_learner FOREIGN KEY (org_id, learner_id) REFERENCES people (org_id, learner_id),
        CONSTRAINT fk_goals_proposer FOREIGN KEY (org_id, proposed_by) REFERENCES people (org_id, learner_id)
    )
    """,
    "COMMENT ON COLUMN goals.proposed_by IS 'null where the learner set it alone, and once who proposed it was erased'",
    "COMMENT ON COLUMN goals.earn IS 'a criterion in the language of quest files, as JSON'",
    "COMMENT ON COLUMN goals.until IS 'the last local date that counts'",
    "COMMENT ON COLUMN goals.shared IS 'whether the managers of the learner''s teams see it'",
    "COMMENT ON COLUMN goals.created_at IS 'when the server learnt of it; lists go by it'",
    "COMMENT ON COLUMN goals.set_at IS 'null while it is only proposed'",
    "COMMENT ON COLUMN goals.deleted_at IS 'the words are gone and nobody sees it any more'",
    "CREATE INDEX ix_goals_learner ON goals (org_id, learner_id, created_at, goal_id)",
    "CREATE INDEX ix_goals_proposer ON goals (org_id, proposed_by)",
    "ALTER TABLE goals ENABLE ROW LEVEL SECURITY",
    """
    CREATE POLICY of_organisation ON goals TO vekst_app
        USING (org_id = (SELECT nullif(current_setting('vekst.org', true), '')::uuid))
        WITH CHECK (org_id = (SELECT nullif(current_setting('vekst.org', true), '')::uuid))
    """,
    "GRANT SELECT, INSERT, UPDATE ON goals TO vekst_app",
    "GRANT UPDATE, DELETE ON goals TO vekst_eraser",
)


def upgrade() -> None:
    for statement in GOALS:
        op.execute(statement)


def downgrade() -> None:
    """Refused: a schema goes forward only, and a backup goes back."""
    raise NotImplementedError
