"""The audit log of administrative acts: the app may add to it and read it, an erasure may take names out of it.

Revision: 0013
"""

from __future__ import annotations

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

AUDIT = (
    """
    CREATE TABLE audit_entries (
        org_id uuid NOT NULL,
        entry_id uuid NOT NULL,
        done_at timestamptz NOT NULL,
        act text COLLATE "C" NOT NULL,
        done_by text COLLATE "C" NOT NULL,
        actor_id uuid,
        actor_name text,
        subject_id uuid,
        thing text,
        request_id text COLLATE "C",
        facts jsonb NOT NULL,
        CONSTRAINT pk_audit_entries PRIMARY KEY (org_id, entry_id),
        CONSTRAINT ck_audit_entries_done_by_known CHECK (done_by IN ('PERSON', 'INTEGRATION', 'OPERATOR', 'SYSTEM')),
        CONSTRAINT ck_audit_entries_facts_are_an_object CHECK (jsonb_typeof(facts) = 'object'),
        CONSTRAINT fk_audit_entries_org FOREIGN KEY (org_id) REFERENCES organisations (org_id),
        CONSTRAINT fk_audit_entries_actor FOREIGN KEY (org_id, actor_id) REFERENCES people (org_id, learner_id),
        CONSTRAINT fk_audit_entries_subject FOREIGN KEY (org_id, subject_id) REFERENCES people (org_id, learner_id)
    )
    """,
    "COMMENT ON COLUMN audit_entries.entry_id IS 'version 7: its order is that of time'",
    "COMMENT ON COLUMN audit_entries.done_by IS 'PERSON, INTEGRATION, OPERATOR or SYSTEM'",
    "COMMENT ON COLUMN audit_entries.actor_id IS 'the person who did it; null once they were erased'",
    "COMMENT ON COLUMN audit_entries.actor_name IS 'the name of the integration or the operator'",
    "COMMENT ON COLUMN audit_entries.subject_id IS 'the person whom it was done to; null once they were erased'",
    "COMMENT ON COLUMN audit_entries.thing IS 'what it was done to, where that is no person'",
    "COMMENT ON COLUMN audit_entries.request_id IS 'the request, command or job it was done in'",
    "CREATE INDEX ix_audit_entries_act ON audit_entries (org_id, act, entry_id)",
    """
    CREATE INDEX ix_audit_entries_actor ON audit_entries (org_id, actor_id, entry_id) WHERE actor_id IS NOT NULL
    """,
    """
    CREATE INDEX ix_audit_entries_subject ON audit_entries (org_id, subject_id, entry_id) WHERE subject_id IS NOT NULL
    """,
    "ALTER TABLE audit_entries ENABLE ROW LEVEL SECURITY",
    """
    CREATE POLICY of_organisation ON audit_entries TO vekst_app
        USING (org_id = (SELECT nullif(current_setting('vekst.org', true), '')::uuid))
        WITH CHECK (org_id = (SELECT nullif(current_setting('vekst.org', true), '')::uuid))
    """,
    # Nobody takes an entry away or changes what it says; an erasure leaves it with the person unnamed.
    "GRANT SELECT, INSERT ON audit_entries TO vekst_app",
    "REVOKE ALL ON audit_entries FROM vekst_eraser",
    "GRANT UPDATE (actor_id, subject_id) ON audit_entries TO vekst_eraser",
)


def upgrade() -> None:
    for statement in AUDIT:
        op.execute(statement)


def downgrade() -> None:
    """Refused: a schema goes forward only, and a backup goes back."""
    raise NotImplementedError
