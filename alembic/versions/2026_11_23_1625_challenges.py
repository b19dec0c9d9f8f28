"""Challenges: what teams set out to do together, in which teams, and the values of their members at the settling.

Revision: 0003
"""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TABLES = (
    """
    CREATE TABLE challenges (
        org_id uuid NOT NULL,
        challenge_id uuid NOT NULL,
        created_by uuid NOT NULL,
        client_id text COLLATE "C" NOT NULL,
        request jsonb NOT NULL,
        created_at timestamptz NOT NULL,
        pack_version integer NOT NULL,
        template text COLLATE "C",
        title text,
        measure jsonb,
        goal jsonb NOT NULL,
        nature text NOT NULL,
        points bigint NOT NULL,
        zone text NOT NULL,
        starts_at timestamptz NOT NULL,
        ends_at timestamptz NOT NULL,
        settles_at timestamptz NOT NULL,
        draft boolean NOT NULL,
        cancelled_at timestamptz,
        settled_at timestamptz,
        met boolean,
        members integer,
        asked integer,
        reached integer,
        total numeric,
        CONSTRAINT pk_challenges PRIMARY KEY (org_id, challenge_id),
        CONSTRAINT uq_challenges_client UNIQUE (org_id, created_by, client_id),
        CONSTRAINT ck_challenges_span CHECK (starts_at < ends_at AND ends_at <= settles_at),
        CONSTRAINT ck_challenges_terms CHECK ((template IS NULL) = (measure IS NOT NULL)),
        CONSTRAINT ck_challenges_nature CHECK (nature IN ('effort', 'outcome')),
        CONSTRAINT ck_challenges_result CHECK ((settled_at IS NULL) = (met IS NULL)),
        CONSTRAINT ck_challenges_end CHECK (settled_at IS NULL OR cancelled_at IS NULL),
        CONSTRAINT fk_challenges_pack FOREIGN KEY (org_id, pack_version) REFERENCES pack_versions (org_id, version)
    )
    """,
    "COMMENT ON COLUMN challenges.measure IS 'a measure of the manager''s own; null for the template''s'",
    "COMMENT ON COLUMN challenges.total IS 'what all members came to, sums in billionths'",
    """
    CREATE INDEX ix_challenges_due ON challenges (org_id, settles_at)
        WHERE settled_at IS NULL AND cancelled_at IS NULL AND NOT draft
    """,
    """
    CREATE TABLE challenge_teams (
        org_id uuid NOT NULL,
        challenge_id uuid NOT NULL,
        team_id uuid NOT NULL,
        CONSTRAINT pk_challenge_teams PRIMARY KEY (org_id, challenge_id, team_id),
        CONSTRAINT fk_challenge_teams_challenge FOREIGN KEY (org_id, challenge_id)
            REFERENCES challenges (org_id, challenge_id),
        CONSTRAINT fk_challenge_teams_team FOREIGN KEY (org_id, team_id) REFERENCES teams (org_id, team_id)
    )
    """,
    "CREATE INDEX ix_challenge_teams_team ON challenge_teams (org_id, team_id, challenge_id)",
    """
    CREATE TABLE challenge_progress (
        org_id uuid NOT NULL,
        challenge_id uuid NOT NULL,
        learner_id uuid NOT NULL,
        value numeric NOT NULL,
        asked boolean NOT NULL,
        reached boolean NOT NULL,
        CONSTRAINT pk_challenge_progress PRIMARY KEY (org_id, challenge_id, learner_id),
        CONSTRAINT fk_challenge_progress_challenge FOREIGN KEY (org_id, challenge_id)
            REFERENCES challenges (org_id, challenge_id),
        CONSTRAINT fk_challenge_progress_person FOREIGN KEY (org_id, learner_id)
            REFERENCES people (org_id, learner_id)
    )
    """,
    "COMMENT ON COLUMN challenge_progress.value IS 'the value used at the settling, sums in billionths'",
)

# A settled value is never written again.
PRIVILEGES = {
    "challenges": "SELECT, INSERT, UPDATE",
    "challenge_teams": "SELECT, INSERT",
    "challenge_progress": "SELECT, INSERT",
}

PROTECTION = (
    "ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
    """
    CREATE POLICY of_organisation ON {table} TO vekst_app
        USING (org_id = (SELECT nullif(current_setting('vekst.org', true), '')::uuid))
        WITH CHECK (org_id = (SELECT nullif(current_setting('vekst.org', true), '')::uuid))
    """,
    "GRANT {privileges} ON {table} TO vekst_app",
)

# As before: across organisations the app learns ids only.
CROSSING = (
    "SELECT set_config('search_path', quote_ident(current_schema()) || ', pg_temp', true)",
    """
    CREATE FUNCTION vekst_organisations_with_challenges_due(moment timestamptz) RETURNS SETOF uuid
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT
    AS $$
        SELECT o.org_id FROM organisations o
        WHERE EXISTS (SELECT FROM challenges c
                      WHERE c.org_id = o.org_id AND c.settles_at <= moment
                        AND c.settled_at IS NULL AND c.cancelled_at IS NULL AND NOT c.draft)
    $$
    """,
    "REVOKE ALL ON FUNCTION vekst_organisations_with_challenges_due(timestamptz) FROM PUBLIC",
    "GRANT EXECUTE ON FUNCTION vekst_organisations_with_challenges_due(timestamptz) TO vekst_app",
)


def upgrade() -> None:
    for statement in TABLES:
        op.execute(statement)
    for table, privileges in PRIVILEGES.items():
        for statement in PROTECTION:
            op.execute(statement.format(table=table, privileges=privileges))
    for statement in CROSSING:
        op.execute(statement)


def downgrade() -> None:
    """Refused: a schema goes forward only, and a backup goes back."""
    raise NotImplementedError
