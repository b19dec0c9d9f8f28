"""Challenge sides: teams of a challenge may stand side by side, each with a result of its own.

Revision: 0009
"""

from __future__ import annotations

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

SIDES = (
    "ALTER TABLE challenges ADD COLUMN side_by_side boolean NOT NULL DEFAULT false",
    "COMMENT ON COLUMN challenges.side_by_side IS 'whether each team has a result of its own'",
    """
    CREATE TABLE challenge_sides (
        org_id uuid NOT NULL,
        challenge_id uuid NOT NULL,
        team_id uuid NOT NULL,
        met boolean NOT NULL,
        members integer NOT NULL,
        asked integer NOT NULL,
        reached integer NOT NULL,
        total numeric NOT NULL,
        CONSTRAINT pk_challenge_sides PRIMARY KEY (org_id, challenge_id, team_id),
        CONSTRAINT fk_challenge_sides_team FOREIGN KEY (org_id, challenge_id, team_id)
            REFERENCES challenge_teams (org_id, challenge_id, team_id)
    )
    """,
    "COMMENT ON COLUMN challenge_sides.total IS 'what its members came to in it, sums in billionths'",
    """
    CREATE TABLE challenge_side_progress (
        org_id uuid NOT NULL,
        challenge_id uuid NOT NULL,
        team_id uuid NOT NULL,
        learner_id uuid NOT NULL,
        value numeric NOT NULL,
        asked boolean NOT NULL,
        reached boolean NOT NULL,
        CONSTRAINT pk_challenge_side_progress PRIMARY KEY (org_id, challenge_id, team_id, learner_id),
        CONSTRAINT fk_challenge_side_progress_side FOREIGN KEY (org_id, challenge_id, team_id)
            REFERENCES challenge_sides (org_id, challenge_id, team_id),
        CONSTRAINT fk_challenge_side_progress_person FOREIGN KEY (org_id, learner_id)
            REFERENCES people (org_id, learner_id)
    )
    """,
    "COMMENT ON COLUMN challenge_side_progress.value IS 'the value used for this team, sums in billionths'",
)

# A settled value is never written again; the eraser takes a person's values out, and their team's result stays.
PROTECTION = (
    "ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
    """
    CREATE POLICY of_organisation ON {table} TO vekst_app
        USING (org_id = (SELECT nullif(current_setting('vekst.org', true), '')::uuid))
        WITH CHECK (org_id = (SELECT nullif(current_setting('vekst.org', true), '')::uuid))
    """,
    "GRANT SELECT, INSERT ON {table} TO vekst_app",
    "GRANT UPDATE, DELETE ON {table} TO vekst_eraser",
)


def upgrade() -> None:
    for statement in SIDES:
        op.execute(statement)
    for table in ("challenge_sides", "challenge_side_progress"):
        for statement in PROTECTION:
            op.execute(statement.format(table=table))


def downgrade() -> None:
    """Refused: a schema goes forward only, and a backup goes back."""
    raise NotImplementedError
