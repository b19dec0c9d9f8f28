"""Erasing a person: a role of its own, and a keyed fingerprint by which nobody who was erased is taken in again.

Revision: 0006
"""

from __future__ import annotations

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

# As with the app's role: it is shared by all databases of a server, and another one may be making it at this moment.
# It may what the app may, and besides take rows away; no connection has it but for the length of an erasure.
ROLE = (
    """
    DO $$
    BEGIN
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'vekst_eraser') THEN
            CREATE ROLE vekst_eraser NOLOGIN;
        END IF;
    EXCEPTION WHEN duplicate_object OR unique_violation THEN
        NULL;
    END $$
    """,
    """
    DO $$
    DECLARE
        release integer = current_setting('server_version_num');
        allowed text = CASE WHEN release >= 160000 THEN 'SET' ELSE 'MEMBER' END;
    BEGIN
        IF NOT pg_has_role('vekst_eraser', 'vekst_app', 'USAGE') THEN
            GRANT vekst_app TO vekst_eraser;
        END IF;
        IF NOT pg_has_role(current_user, 'vekst_eraser', allowed) THEN
            EXECUTE format('GRANT vekst_eraser TO %I', current_user);
        END IF;
        EXECUTE format('GRANT USAGE ON SCHEMA %I TO vekst_eraser', current_schema());
        EXECUTE format('ALTER DEFAULT PRIVILEGES IN SCHEMA %I GRANT UPDATE, DELETE ON TABLES TO vekst_eraser',
                       current_schema());
    END $$
    """,
    """
    GRANT UPDATE, DELETE ON people, memberships, progress_events, ledger_entries, standings, board_members,
        board_counts, board_choices, challenges, challenge_progress, feedback, outbox TO vekst_eraser
    """,
)

TABLES = (
    # A challenge outlives who set it; and nobody who is gone sets one.
    "ALTER TABLE challenges ALTER COLUMN created_by DROP NOT NULL",
    "COMMENT ON COLUMN challenges.created_by IS 'null once who created it was erased'",
    """
    ALTER TABLE challenges ADD CONSTRAINT fk_challenges_creator
        FOREIGN KEY (org_id, created_by) REFERENCES people (org_id, learner_id)
    """,
    """
    CREATE TABLE erasures (
        org_id uuid NOT NULL,
        fingerprint bytea NOT NULL,
        erased_at timestamptz NOT NULL,
        CONSTRAINT pk_erasures PRIMARY KEY (org_id, fingerprint),
        CONSTRAINT fk_erasures_org FOREIGN KEY (org_id) REFERENCES organisations (org_id)
    )
    """,
    """
    CREATE TABLE erasure_keys (
        org_id uuid NOT NULL,
        key bytea NOT NULL,
        CONSTRAINT pk_erasure_keys PRIMARY KEY (org_id),
        CONSTRAINT fk_erasure_keys_org FOREIGN KEY (org_id) REFERENCES organisations (org_id)
    )
    """,
)
PROTECTION = (
    "ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
    """
    CREATE POLICY of_organisation ON {table} TO vekst_app
        USING (org_id = (SELECT nullif(current_setting('vekst.org', true), '')::uuid))
        WITH CHECK (org_id = (SELECT nullif(current_setting('vekst.org', true), '')::uuid))
    """,
    # The key itself is read by the functions below alone: with it names could be tried against fingerprints.
    "GRANT SELECT (org_id) ON {table} TO vekst_app",
    "REVOKE ALL ON {table} FROM vekst_eraser",
)

FUNCTIONS = (
    "SELECT set_config('search_path', quote_ident(current_schema()) || ', pg_temp', true)",
    """
    CREATE FUNCTION vekst_fingerprint(key bytea, person text) RETURNS bytea
        LANGUAGE sql IMMUTABLE SET search_path FROM CURRENT
    AS $$ SELECT sha256(key || sha256(key || convert_to(person, 'UTF8'))) $$
    """,
    """
    CREATE FUNCTION vekst_erased(persons text[]) RETURNS SETOF text
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT
    AS $$
        SELECT p.person FROM unnest(persons) AS p (person)
          JOIN erasure_keys k ON k.org_id = nullif(current_setting('vekst.org', true), '')::uuid
          JOIN erasures e ON e.org_id = k.org_id AND e.fingerprint = vekst_fingerprint(k.key, p.person)
    $$
    """,
    """
    CREATE FUNCTION vekst_remember_erasure(person text, at timestamptz) RETURNS void
        LANGUAGE sql SECURITY DEFINER SET search_path FROM CURRENT
    AS $$
        INSERT INTO erasure_keys (org_id, key)
        VALUES (current_setting('vekst.org')::uuid,
                decode(replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), 'hex'))
        ON CONFLICT DO NOTHING;
        INSERT INTO erasures (org_id, fingerprint, erased_at)
        SELECT k.org_id, vekst_fingerprint(k.key, person), at FROM erasure_keys k
         WHERE k.org_id = current_setting('vekst.org')::uuid
        ON CONFLICT DO NOTHING
    $$
    """,
    """
    REVOKE ALL ON FUNCTION vekst_fingerprint(bytea, text), vekst_erased(text[]),
        vekst_remember_erasure(text, timestamptz) FROM PUBLIC
    """,
    "GRANT EXECUTE ON FUNCTION vekst_erased(text[]) TO vekst_app",
    "GRANT EXECUTE ON FUNCTION vekst_remember_erasure(text, timestamptz) TO vekst_eraser",
)


def upgrade() -> None:
    for statement in (*ROLE, *TABLES):
        op.execute(statement)
    for table in ("erasures", "erasure_keys"):
        for statement in PROTECTION:
            op.execute(statement.format(table=table))
    for statement in FUNCTIONS:
        op.execute(statement)


def downgrade() -> None:
    """Refused: a schema goes forward only, and a backup goes back."""
    raise NotImplementedError
