"""Feedback: the words of an exchange between two people, apart from the events that it becomes.

Revision: 0004
"""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

FEEDBACK = (
    """
    CREATE TABLE feedback (
        org_id uuid NOT NULL,
        learner_id uuid NOT NULL,
        feedback_id uuid NOT NULL,
        giver_id uuid NOT NULL,
        started_at timestamptz NOT NULL,
        skill text COLLATE "C",
        event_source text COLLATE "C",
        event_id text COLLATE "C",
        question text,
        asked_at timestamptz,
        worked text,
        try_next text,
        given_at timestamptz,
        tried text,
        tried_source text COLLATE "C",
        tried_id text COLLATE "C",
        acted_at timestamptz,
        CONSTRAINT pk_feedback PRIMARY KEY (org_id, learner_id, feedback_id),
        CONSTRAINT ck_feedback_between_two CHECK (giver_id <> learner_id),
        CONSTRAINT ck_feedback_begun CHECK (asked_at IS NOT NULL OR given_at IS NOT NULL),
        CONSTRAINT ck_feedback_given_whole CHECK (num_nulls(worked, try_next, given_at) IN (0, 3)),
        CONSTRAINT ck_feedback_acted_whole CHECK (
            num_nulls(tried, tried_source, tried_id, acted_at) IN (0, 4) AND (acted_at IS NULL OR given_at IS NOT NULL)
        ),
        CONSTRAINT fk_feedback_learner FOREIGN KEY (org_id, learner_id) REFERENCES people (org_id, learner_id),
        CONSTRAINT fk_feedback_giver FOREIGN KEY (org_id, giver_id) REFERENCES people (org_id, learner_id)
    )
    """,
    "COMMENT ON COLUMN feedback.started_at IS 'when the server learnt of it; lists go by it'",
    "CREATE INDEX ix_feedback_learner ON feedback (org_id, learner_id, started_at, feedback_id)",
    "CREATE INDEX ix_feedback_giver ON feedback (org_id, giver_id, started_at, feedback_id)",
    "ALTER TABLE feedback ENABLE ROW LEVEL SECURITY",
    """
    CREATE POLICY of_organisation ON feedback TO vekst_app
        USING (org_id = (SELECT nullif(current_setting('vekst.org', true), '')::uuid))
        WITH CHECK (org_id = (SELECT nullif(current_setting('vekst.org', true), '')::uuid))
    """,
    # The one it is about may delete the words; the app never edits whom they are between.
    """
    GRANT SELECT, INSERT, DELETE,
          UPDATE (worked, try_next, given_at, tried, tried_source, tried_id, acted_at) ON feedback TO vekst_app
    """,
)


def upgrade() -> None:
    for statement in FEEDBACK:
        op.execute(statement)


def downgrade() -> None:
    """Refused: a schema goes forward only, and a backup goes back."""
    raise NotImplementedError
