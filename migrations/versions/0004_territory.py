"""Access outside one's usual territory: its reason, told to the lead and to one's own manager."""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0002"
branch_labels = None
depends_on = None

FOLDER = Path(__file__).resolve().parent.parent / "sql" / "0004"
REASONS = ("replacement", "asked_by_company", "moved", "shared_follow_up", "internal_control")
#: As 0002 does for the tables of the first version.
PROTECT = """
GRANT SELECT, INSERT ON outside_access TO relais_web;
GRANT SELECT, INSERT, UPDATE, DELETE ON outside_access TO relais_worker, relais_definer;
GRANT SELECT ON outside_access TO relais_backup;
ALTER TABLE outside_access ENABLE ROW LEVEL SECURITY;
ALTER TABLE outside_access FORCE ROW LEVEL SECURITY;
CREATE POLICY worker ON outside_access TO relais_worker USING (true);
CREATE POLICY definer ON outside_access TO relais_definer USING (true);
CREATE POLICY backup ON outside_access FOR SELECT TO relais_backup USING (true);
"""
#: Rights are said by the owner, hence before the crossing functions are given away.
GIVE_AWAY = """
REVOKE ALL ON FUNCTION outside_access_journalled(), ties_to_case(uuid, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION outside_access_journalled(), ties_to_case(uuid, uuid)
  TO relais_web, relais_worker, relais_definer;
ALTER FUNCTION outside_access_journalled() OWNER TO relais_definer;
"""


def upgrade() -> None:
    """The table, its policies, what ties a member to a case."""
    _outside_access()
    policies = [path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("*.sql"))]
    for statement in (PROTECT, *policies, GIVE_AWAY):
        op.get_bind().exec_driver_sql(statement.replace("%", "%%"))


def downgrade() -> None:
    """Reasons that were given are not thrown away."""
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
