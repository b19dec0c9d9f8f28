"""Foundation: organisations, people, events, standings, ledger and boards, each row visible to its organisation only.

Revision: 0001
"""

from __future__ import annotations

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# The role is shared by all databases of a server, so another one may be making it at this moment.
ROLE = """
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'vekst_app') THEN
        CREATE ROLE vekst_app NOLOGIN;
    END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN
    NULL;
END $$;
DO $$
DECLARE
    -- From 16 on a member need not be allowed to take the role.
    release integer = current_setting('server_version_num');
    allowed text = CASE WHEN release >= 160000 THEN 'SET' ELSE 'MEMBER' END;
BEGIN
    IF NOT pg_has_role(current_user, 'vekst_app', allowed) THEN
        EXECUTE format('GRANT vekst_app TO %I', current_user);
    END IF;
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO vekst_app', current_schema());
END $$;
GRANT SELECT ON alembic_version TO vekst_app;
"""

PEOPLE = """
CREATE TABLE organisations (
    org_id uuid NOT NULL,
    key text COLLATE "C" NOT NULL,
    name text NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT pk_organisations PRIMARY KEY (org_id),
    CONSTRAINT uq_organisations_key UNIQUE (key)
);
CREATE TABLE people (
    org_id uuid NOT NULL,
    learner_id uuid NOT NULL,
    person text COLLATE "C" NOT NULL,
    name text NOT NULL,
    email text,
    role text NOT NULL,
    zone text,
    first_zone text,
    locale text,
    active boolean NOT NULL,
    joined_at timestamptz NOT NULL,
    CONSTRAINT pk_people PRIMARY KEY (org_id, learner_id),
    CONSTRAINT uq_people_person UNIQUE (org_id, person),
    CONSTRAINT ck_people_role CHECK (role IN ('learner', 'manager', 'author', 'admin')),
    CONSTRAINT fk_people_org FOREIGN KEY (org_id) REFERENCES organisations (org_id)
);
COMMENT ON COLUMN people.zone IS 'the zone of today; the pack''s where null';
COMMENT ON COLUMN people.first_zone IS 'the zone in which a fold begins; the pack''s where null';
CREATE TABLE integrations (
    org_id uuid NOT NULL,
    integration_id uuid NOT NULL,
    name text COLLATE "C" NOT NULL,
    active boolean NOT NULL,
    CONSTRAINT pk_integrations PRIMARY KEY (org_id, integration_id),
    CONSTRAINT uq_integrations_name UNIQUE (org_id, name),
    CONSTRAINT ck_integrations_name CHECK (name NOT IN ('app', 'vekst')),
    CONSTRAINT fk_integrations_org FOREIGN KEY (org_id) REFERENCES organisations (org_id)
);
CREATE TABLE teams (
    org_id uuid NOT NULL,
    team_id uuid NOT NULL,
    key text COLLATE "C" NOT NULL,
    name text NOT NULL,
    zone text,
    CONSTRAINT pk_teams PRIMARY KEY (org_id, team_id),
    CONSTRAINT uq_teams_key UNIQUE (org_id, key),
    CONSTRAINT fk_teams_org FOREIGN KEY (org_id) REFERENCES organisations (org_id)
);
CREATE TABLE memberships (
    org_id uuid NOT NULL,
    learner_id uuid NOT NULL,
    membership_id uuid NOT NULL,
    team_id uuid NOT NULL,
    manages boolean NOT NULL,
    joined_at timestamptz NOT NULL,
    left_at timestamptz,
    CONSTRAINT pk_memberships PRIMARY KEY (org_id, learner_id, membership_id),
    CONSTRAINT fk_memberships_person FOREIGN KEY (org_id, learner_id) REFERENCES people (org_id, learner_id),
    CONSTRAINT fk_memberships_team FOREIGN KEY (org_id, team_id) REFERENCES teams (org_id, team_id)
);
CREATE UNIQUE INDEX ix_memberships_present ON memberships (org_id, learner_id, team_id) WHERE left_at IS NULL;
CREATE INDEX ix_memberships_team ON memberships (org_id, team_id, learner_id);
"""

EVENTS = """
CREATE TABLE pack_versions (
    org_id uuid NOT NULL,
    version integer NOT NULL,
    key text COLLATE "C" NOT NULL,
    digest text NOT NULL,
    files jsonb NOT NULL,
    published_at timestamptz NOT NULL,
    CONSTRAINT pk_pack_versions PRIMARY KEY (org_id, version),
    CONSTRAINT fk_pack_versions_org FOREIGN KEY (org_id) REFERENCES organisations (org_id)
);
CREATE TABLE progress_events (
    org_id uuid NOT NULL,
    learner_id uuid NOT NULL,
    source text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    ref bigint GENERATED ALWAYS AS IDENTITY,
    type text COLLATE "C" NOT NULL,
    occurred_at timestamptz NOT NULL,
    data jsonb NOT NULL,
    recorded_by text NOT NULL,
    received_at timestamptz NOT NULL,
    judged_at timestamptz,
    CONSTRAINT pk_progress_events PRIMARY KEY (org_id, learner_id, source, id),
    CONSTRAINT ck_progress_events_recorded_by CHECK (recorded_by IN ('self', 'manager', 'system'))
) WITH (fillfactor = 85);
CREATE INDEX ix_progress_events_ref ON progress_events (org_id, learner_id, ref);
CREATE INDEX ix_progress_events_pending ON progress_events (org_id, learner_id, occurred_at, source, id)
    WHERE judged_at IS NULL;
"""

JUDGING = """
CREATE TABLE standings (
    org_id uuid NOT NULL,
    learner_id uuid NOT NULL,
    pack_version integer,
    engine_version text COLLATE "C",
    last_occurred_at timestamptz,
    last_source text COLLATE "C",
    last_id text COLLATE "C",
    ledger_seq bigint NOT NULL,
    reversals integer NOT NULL,
    state bytea,
    updated_at timestamptz NOT NULL,
    failures integer NOT NULL,
    failed_at timestamptz,
    retry_at timestamptz,
    error text,
    CONSTRAINT pk_standings PRIMARY KEY (org_id, learner_id),
    CONSTRAINT fk_standings_person FOREIGN KEY (org_id, learner_id) REFERENCES people (org_id, learner_id)
) WITH (fillfactor = 80);
COMMENT ON COLUMN standings.failures IS 'judgings in a row that failed; the learner waits until retry_at';
ALTER TABLE standings ALTER COLUMN state SET STORAGE EXTERNAL;
CREATE INDEX ix_standings_version ON standings (org_id, engine_version, pack_version) WHERE state IS NOT NULL;
CREATE TABLE ledger_entries (
    org_id uuid NOT NULL,
    learner_id uuid NOT NULL,
    seq bigint NOT NULL,
    entry_id uuid NOT NULL,
    kind text COLLATE "C" NOT NULL,
    key text COLLATE "C" NOT NULL,
    tier text COLLATE "C" NOT NULL,
    occurrence text COLLATE "C" NOT NULL,
    life integer NOT NULL,
    points bigint NOT NULL,
    nature text NOT NULL,
    skill text,
    reached_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    pack_version integer NOT NULL,
    evidence bigint[] NOT NULL,
    reverses_seq bigint,
    reason text,
    CONSTRAINT pk_ledger_entries PRIMARY KEY (org_id, learner_id, seq),
    CONSTRAINT ck_ledger_entries_nature CHECK (nature IN ('effort', 'outcome')),
    CONSTRAINT ck_ledger_entries_reversal CHECK ((kind = 'REVERSAL') = (reverses_seq IS NOT NULL))
);
CREATE UNIQUE INDEX ix_ledger_entries_identity ON ledger_entries (org_id, learner_id, kind, key, tier, occurrence, life)
    WHERE reverses_seq IS NULL;
CREATE UNIQUE INDEX ix_ledger_entries_reverses ON ledger_entries (org_id, learner_id, reverses_seq)
    WHERE reverses_seq IS NOT NULL;
CREATE TABLE outbox (
    org_id uuid NOT NULL,
    outbox_id uuid NOT NULL,
    learner_id uuid NOT NULL,
    topic text COLLATE "C" NOT NULL,
    payload jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT pk_outbox PRIMARY KEY (org_id, outbox_id)
);
"""

BOARDS = """
CREATE TABLE board_members (
    org_id uuid NOT NULL,
    board text COLLATE "C" NOT NULL,
    scope text COLLATE "C" NOT NULL,
    learner_id uuid NOT NULL,
    value bigint NOT NULL,
    holds_until timestamptz,
    CONSTRAINT pk_board_members PRIMARY KEY (org_id, board, scope, learner_id)
) WITH (fillfactor = 80);
COMMENT ON COLUMN board_members.scope IS '`org`, or `team:` and the id of a team';
CREATE INDEX ix_board_members_rank ON board_members (org_id, board, scope, value, learner_id);
CREATE INDEX ix_board_members_learner ON board_members (org_id, learner_id);
CREATE INDEX ix_board_members_due ON board_members (org_id, holds_until) WHERE holds_until IS NOT NULL;
CREATE TABLE board_counts (
    org_id uuid NOT NULL,
    board text COLLATE "C" NOT NULL,
    scope text COLLATE "C" NOT NULL,
    value bigint NOT NULL,
    members bigint NOT NULL,
    CONSTRAINT pk_board_counts PRIMARY KEY (org_id, board, scope, value)
) WITH (fillfactor = 50);
CREATE TABLE board_choices (
    org_id uuid NOT NULL,
    board text COLLATE "C" NOT NULL,
    learner_id uuid NOT NULL,
    joined boolean NOT NULL,
    chosen_at timestamptz NOT NULL,
    CONSTRAINT pk_board_choices PRIMARY KEY (org_id, board, learner_id),
    CONSTRAINT fk_board_choices_person FOREIGN KEY (org_id, learner_id) REFERENCES people (org_id, learner_id)
);
CREATE INDEX ix_board_choices_learner ON board_choices (org_id, learner_id);
"""

# What the app may do to each table: the ledger and published versions are append-only for it.
PRIVILEGES = {
    "organisations": "SELECT, INSERT, UPDATE (name)",
    "people": "SELECT, INSERT, UPDATE",
    "integrations": "SELECT, INSERT, UPDATE",
    "teams": "SELECT, INSERT, UPDATE",
    "memberships": "SELECT, INSERT, UPDATE",
    "pack_versions": "SELECT, INSERT",
    "progress_events": "SELECT, INSERT, UPDATE (judged_at)",
    "standings": "SELECT, INSERT, UPDATE",
    "ledger_entries": "SELECT, INSERT",
    "outbox": "SELECT, INSERT, DELETE",
    "board_members": "SELECT, INSERT, UPDATE, DELETE",
    "board_counts": "SELECT, INSERT, UPDATE, DELETE",
    "board_choices": "SELECT, INSERT, UPDATE",
}

# The setting is read once per statement, thanks to the sub-select; unset, it equals nothing.
PROTECTION = """
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_organisation ON {table} TO vekst_app
    USING (org_id = (SELECT nullif(current_setting('vekst.org', true), '')::uuid))
    WITH CHECK (org_id = (SELECT nullif(current_setting('vekst.org', true), '')::uuid));
GRANT {privileges} ON {table} TO vekst_app;
"""

# All that crosses organisations: ids, and since when something waits; run by the owner, callable by the app.
CROSSING = """
SELECT set_config('search_path', quote_ident(current_schema()) || ', pg_temp', true);
CREATE FUNCTION vekst_organisation_id(wanted text) RETURNS uuid
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT
AS $$ SELECT org_id FROM organisations WHERE key = wanted $$;
CREATE FUNCTION vekst_pending_organisations(engine text) RETURNS TABLE (org_id uuid, since timestamptz)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT
AS $$
    SELECT o.org_id, coalesce(waiting.since, latest.published_at) AS since
    FROM organisations o
    JOIN LATERAL (SELECT p.version, p.published_at FROM pack_versions p
                  WHERE p.org_id = o.org_id ORDER BY p.version DESC LIMIT 1) latest ON true
    LEFT JOIN LATERAL (SELECT min(sample.received_at) AS since
                       FROM (SELECT e.received_at FROM progress_events e
                             WHERE e.org_id = o.org_id AND e.judged_at IS NULL LIMIT 1000) sample) waiting ON true
    WHERE waiting.since IS NOT NULL
       OR EXISTS (SELECT FROM standings s
                  WHERE s.org_id = o.org_id AND s.state IS NOT NULL AND s.engine_version < engine)
       OR EXISTS (SELECT FROM standings s
                  WHERE s.org_id = o.org_id AND s.state IS NOT NULL AND s.engine_version > engine)
       OR EXISTS (SELECT FROM standings s
                  WHERE s.org_id = o.org_id AND s.state IS NOT NULL AND s.engine_version = engine
                    AND s.pack_version < latest.version)
    ORDER BY since
$$;
CREATE FUNCTION vekst_organisations_with_boards_due(moment timestamptz) RETURNS SETOF uuid
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT
AS $$
    SELECT o.org_id FROM organisations o
    WHERE EXISTS (SELECT FROM board_members m WHERE m.org_id = o.org_id AND m.holds_until <= moment)
$$;
CREATE FUNCTION vekst_organisations_with_outbox(before timestamptz) RETURNS SETOF uuid
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT
AS $$
    SELECT o.org_id FROM organisations o
    WHERE EXISTS (SELECT FROM outbox x WHERE x.org_id = o.org_id AND x.created_at < before)
$$;
REVOKE ALL ON FUNCTION vekst_organisation_id(text), vekst_pending_organisations(text),
    vekst_organisations_with_boards_due(timestamptz), vekst_organisations_with_outbox(timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION vekst_organisation_id(text), vekst_pending_organisations(text),
    vekst_organisations_with_boards_due(timestamptz), vekst_organisations_with_outbox(timestamptz) TO vekst_app;
"""


def upgrade() -> None:
    """Make everything, protected from the first moment."""
    for script in (ROLE, PEOPLE, EVENTS, JUDGING, BOARDS):
        _run(script)
    for table, privileges in PRIVILEGES.items():
        _run(PROTECTION.format(table=table, privileges=privileges))
    _run(CROSSING)


def downgrade() -> None:
    """Refused: a schema goes forward only, and a backup goes back."""
    raise NotImplementedError


def _run(script: str) -> None:
    """Run the statements one by one; a line that ends in a semicolon at its end, outside a body, ends a statement."""
    statement: list[str] = []
    for line in script.strip().splitlines():
        statement.append(line)
        text = "\n".join(statement)
        if line.endswith(";") and text.count("$$") % 2 == 0:
            op.execute(text)
            statement.clear()
