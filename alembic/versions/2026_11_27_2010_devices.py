"""Devices: where pushes go to, and how far each has been told of its person's ledger.

Revision: 0015
"""

from __future__ import annotations

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

DEVICES = (
    """
    CREATE TABLE devices (
        org_id uuid NOT NULL,
        endpoint text COLLATE "C" NOT NULL,
        learner_id uuid NOT NULL,
        public_key bytea NOT NULL,
        secret bytea NOT NULL,
        language text NOT NULL,
        told_seq bigint NOT NULL,
        tries integer NOT NULL,
        retry_at timestamptz,
        registered_at timestamptz NOT NULL,
        delivered_at timestamptz,
        CONSTRAINT pk_devices PRIMARY KEY (org_id, endpoint),
        CONSTRAINT fk_devices_person FOREIGN KEY (org_id, learner_id) REFERENCES people (org_id, learner_id)
    )
    """,
    "COMMENT ON COLUMN devices.endpoint IS 'the address at the push service, which tells devices apart'",
    "COMMENT ON COLUMN devices.told_seq IS 'the entry of the ledger up to which the device was told'",
    "COMMENT ON COLUMN devices.tries IS 'pushes in a row that failed'",
    """
    COMMENT ON COLUMN devices.retry_at IS
        'not to be tried before: after a failure, and while a worker is at it'
    """,
    "COMMENT ON COLUMN devices.delivered_at IS 'when the push service last took a push'",
    "CREATE INDEX ix_devices_learner ON devices (org_id, learner_id)",
    "ALTER TABLE devices ENABLE ROW LEVEL SECURITY",
    """
    CREATE POLICY of_organisation ON devices TO vekst_app
        USING (org_id = (SELECT nullif(current_setting('vekst.org', true), '')::uuid))
        WITH CHECK (org_id = (SELECT nullif(current_setting('vekst.org', true), '')::uuid))
    """,
    "GRANT SELECT, INSERT, UPDATE, DELETE ON devices TO vekst_app",
    "GRANT UPDATE, DELETE ON devices TO vekst_eraser",
)

# As before: across organisations the app learns ids only.
CROSSING = (
    "SELECT set_config('search_path', quote_ident(current_schema()) || ', pg_temp', true)",
    """
    CREATE FUNCTION vekst_organisations_with_devices_due(moment timestamptz) RETURNS SETOF uuid
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT
    AS $$
        SELECT DISTINCT d.org_id
          FROM devices d
          JOIN standings s ON s.org_id = d.org_id AND s.learner_id = d.learner_id
          JOIN people p ON p.org_id = d.org_id AND p.learner_id = d.learner_id
         WHERE s.ledger_seq > d.told_seq AND p.active AND (d.retry_at IS NULL OR d.retry_at <= moment)
    $$
    """,
    "REVOKE ALL ON FUNCTION vekst_organisations_with_devices_due(timestamptz) FROM PUBLIC",
    "GRANT EXECUTE ON FUNCTION vekst_organisations_with_devices_due(timestamptz) TO vekst_app",
)


def upgrade() -> None:
    for statement in (*DEVICES, *CROSSING):
        op.execute(statement)


def downgrade() -> None:
    """Refused: a schema goes forward only, and a backup goes back."""
    raise NotImplementedError
