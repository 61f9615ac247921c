"""Access outside one's usual territory, with its reason; actions answered by one link."""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

FOLDER = Path(__file__).resolve().parent.parent / "sql" / "0004"
REASONS = ("replacement", "asked_by_company", "moved", "shared_follow_up", "internal_control")
TABLES = ("outside_access", "action_reply")
#: As 0002 does for the tables of the first version.
PROTECT = """
GRANT SELECT, INSERT ON {0} TO relais_web;
GRANT SELECT, INSERT, UPDATE, DELETE ON {0} TO relais_worker, relais_definer;
GRANT SELECT ON {0} TO relais_backup;
ALTER TABLE {0} ENABLE ROW LEVEL SECURITY;
ALTER TABLE {0} FORCE ROW LEVEL SECURITY;
CREATE POLICY worker ON {0} TO relais_worker USING (true);
CREATE POLICY definer ON {0} TO relais_definer USING (true);
CREATE POLICY backup ON {0} FOR SELECT TO relais_backup USING (true);
"""
#: One purpose more for links, beside those that are there.
PURPOSE = """
DO $$ DECLARE rule text; BEGIN
  SELECT pg_get_constraintdef(oid) INTO STRICT rule FROM pg_constraint
    WHERE conname = 'ck_link_link_purpose';
  ALTER TABLE link DROP CONSTRAINT ck_link_link_purpose;
  EXECUTE 'ALTER TABLE link ADD CONSTRAINT ck_link_link_purpose '
    || replace(rule, 'ARRAY[', 'ARRAY[''action''::character varying, ');
END $$;
"""
#: Rights are said by the owner, hence before the crossing functions are given away.
GIVE_AWAY = """
REVOKE ALL ON FUNCTION outside_access_journalled(), ties_to_case(uuid, uuid), action_facts(),
  action_replied() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION outside_access_journalled(), ties_to_case(uuid, uuid), action_facts(),
  action_replied() TO relais_web, relais_worker, relais_definer;
ALTER FUNCTION outside_access_journalled() OWNER TO relais_definer;
ALTER FUNCTION action_facts() OWNER TO relais_definer;
ALTER FUNCTION action_replied() OWNER TO relais_definer;
"""


def upgrade() -> None:
    """The tables, their policies, what ties a member to a case, who asks for an action."""
    _outside_access()
    _replies()
    policies = [path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("*.sql"))]
    protected = [PROTECT.format(table) for table in TABLES]
    for statement in (PURPOSE, *protected, *policies, GIVE_AWAY):
        op.get_bind().exec_driver_sql(statement.replace("%", "%%"))


def downgrade() -> None:
    """Reasons and answers that were given are not thrown away."""
    raise RuntimeError("this version cannot be taken back: restore a backup instead")


def _outside_access() -> None:
    op.create_table(
        "outside_access",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("seat_id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("department", sa.String(), nullable=False),
        sa.Column(
            "reason",
            sa.Enum(
                *REASONS,
                "other",
                name="outside_reason",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "reason <> 'other' OR text <> ''", name=op.f("ck_outside_access_other_told")
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["case_file.id"], name=op.f("fk_outside_access_case_id")
        ),
        sa.ForeignKeyConstraint(["seat_id"], ["seat.id"], name=op.f("fk_outside_access_seat_id")),
        sa.ForeignKeyConstraint(
            ["member_id"], ["membership.id"], name=op.f("fk_outside_access_member_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outside_access")),
        info={"row_class": "case"},
    )
    op.create_index(
        "ix_outside_access_case_id_member_id", "outside_access", ["case_id", "member_id"]
    )
    op.create_index("ix_outside_access_seat_id_given_at", "outside_access", ["seat_id", "given_at"])


def _replies() -> None:
    op.add_column(
        "case_action", sa.Column("owner_email", sa.String(), server_default="", nullable=False)
    )
    op.add_column("case_action", sa.Column("asked_by", sa.Uuid(), nullable=True))
    op.add_column("case_action", sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True))
    op.create_foreign_key(
        op.f("fk_case_action_asked_by"), "case_action", "membership", ["asked_by"], ["id"]
    )
    op.create_index(op.f("ix_case_action_asked_by"), "case_action", ["asked_by"])
    op.create_table(
        "action_reply",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("action_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("link_id", sa.Uuid(), nullable=False),
        sa.Column(
            "answer",
            sa.Enum(
                "done",
                "not_yet",
                "help",
                name="action_answer",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("proposed_on", sa.Date(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(answer = 'not_yet') = (proposed_on IS NOT NULL)",
            name=op.f("ck_action_reply_day_proposed"),
        ),
        sa.ForeignKeyConstraint(
            ["action_id"], ["case_action.id"], name=op.f("fk_action_reply_action_id")
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["case_file.id"], name=op.f("fk_action_reply_case_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_action_reply")),
        info={"row_class": "case"},
    )
    op.create_index(op.f("ix_action_reply_action_id"), "action_reply", ["action_id"])
