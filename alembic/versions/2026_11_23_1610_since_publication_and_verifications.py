"""Since when rules judge that say so, what the last verification of each organisation found, and who is to be verified.

Revision: 0002
"""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

SINCE = """
ALTER TABLE pack_versions ADD COLUMN since jsonb NOT NULL DEFAULT '[]'
"""

VERIFICATIONS = (
    """
    CREATE TABLE verifications (
        org_id uuid NOT NULL,
        verified_at timestamptz NOT NULL,
        learners bigint NOT NULL,
        differences bigint NOT NULL,
        CONSTRAINT pk_verifications PRIMARY KEY (org_id),
        CONSTRAINT fk_verifications_org FOREIGN KEY (org_id) REFERENCES organisations (org_id)
    )
    """,
    "ALTER TABLE verifications ENABLE ROW LEVEL SECURITY",
    """
    CREATE POLICY of_organisation ON verifications TO vekst_app
        USING (org_id = (SELECT nullif(current_setting('vekst.org', true), '')::uuid))
        WITH CHECK (org_id = (SELECT nullif(current_setting('vekst.org', true), '')::uuid))
    """,
    "GRANT SELECT, INSERT, UPDATE ON verifications TO vekst_app",
)

# As before: across organisations the app learns ids, and sums that name nobody.
CROSSING = (
    "SELECT set_config('search_path', quote_ident(current_schema()) || ', pg_temp', true)",
    """
    CREATE FUNCTION vekst_organisations_with_pack() RETURNS SETOF uuid
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT
    AS $$
        SELECT o.org_id FROM organisations o
        WHERE EXISTS (SELECT FROM pack_versions p WHERE p.org_id = o.org_id) ORDER BY o.org_id
    $$
    """,
    """
    CREATE FUNCTION vekst_verifications() RETURNS TABLE (organisations bigint, differences bigint, oldest timestamptz)
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT
    AS $$ SELECT count(*), coalesce(sum(v.differences), 0)::bigint, min(v.verified_at) FROM verifications v $$
    """,
    "REVOKE ALL ON FUNCTION vekst_organisations_with_pack(), vekst_verifications() FROM PUBLIC",
    "GRANT EXECUTE ON FUNCTION vekst_organisations_with_pack(), vekst_verifications() TO vekst_app",
)


def upgrade() -> None:
    for statement in (SINCE, *VERIFICATIONS, *CROSSING):
        op.execute(statement)


def downgrade() -> None:
    """Refused: a schema goes forward only, and a backup goes back."""
    raise NotImplementedError
