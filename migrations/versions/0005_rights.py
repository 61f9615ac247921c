"""Rights of the person: requests, copies, and what the entrepreneur's page may read.

The policies and functions are in ``migrations/sql/0005``. A link may now open a copy.
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

FOLDER = Path(__file__).resolve().parent.parent / "sql" / "0005"
#: One purpose more for links, beside those that are there.
PURPOSE = """
DO $$ DECLARE rule text; BEGIN
  SELECT pg_get_constraintdef(oid) INTO STRICT rule FROM pg_constraint
    WHERE conname = 'ck_link_link_purpose';
  ALTER TABLE link DROP CONSTRAINT ck_link_link_purpose;
  EXECUTE 'ALTER TABLE link ADD CONSTRAINT ck_link_link_purpose '
    || replace(rule, 'ARRAY[', 'ARRAY[''copy''::character varying, ');
END $$;
"""
TABLES = ("rights_request", "rights_copy")
DUE = (
    "due_on = CAST(CAST(timezone('Europe/Paris', received_at) AS date)"
    " + CASE WHEN extended_at IS NULL THEN interval '1 month' ELSE interval '3 months' END AS date)"
)
PROTECT = """
ALTER TABLE {0} ENABLE ROW LEVEL SECURITY;
ALTER TABLE {0} FORCE ROW LEVEL SECURITY;
CREATE POLICY worker ON {0} TO relais_worker USING (true);
CREATE POLICY definer ON {0} TO relais_definer USING (true);
CREATE POLICY backup ON {0} FOR SELECT TO relais_backup USING (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON {0} TO relais_web, relais_worker, relais_definer;
GRANT SELECT ON {0} TO relais_backup;
"""


def upgrade() -> None:
    """Tables, their locks, then the policies and functions."""
    _create_requests()
    _create_copies()
    scripts = [PURPOSE, *(PROTECT.format(table) for table in TABLES)]
    scripts += [path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("*.sql"))]
    for script in scripts:
        op.get_bind().exec_driver_sql(script.replace("%", "%%"))


def _words(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def _create_requests() -> None:
    kinds = ("copy", "rectification", "objection", "erasure", "restriction")
    refusals = (
        *("identity", "excessive", "nothing_held", "others", "secrecy", "accurate"),
        *("legal_duty", "legal_claims", "compelling", "no_ground"),
    )
    op.create_table(
        "rights_request",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("kind", _words("rights_kind", *kinds), nullable=False),
        sa.Column(
            "state",
            _words("request_state", "received", "extended", "answered", "refused"),
            nullable=False,
        ),
        sa.Column(
            "channel", _words("channel", "link", "post", "phone", "mail", "counter"), nullable=False
        ),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("answer_to", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_by", sa.Uuid(), nullable=True),
        sa.Column("received_seat_id", sa.Uuid(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("extended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("extension_reason", sa.String(), nullable=False),
        sa.Column("refusal", _words("refusal_reason", *refusals), nullable=True),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.Uuid(), nullable=True),
        sa.Column("answered_seat_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(DUE, name=op.f("ck_rights_request_due_on")),
        sa.CheckConstraint(
            "(channel = 'link') = (received_by IS NULL)", name=op.f("ck_rights_request_received_by")
        ),
        sa.CheckConstraint(
            "(state IN ('answered', 'refused')) = (answered_at IS NOT NULL)",
            name=op.f("ck_rights_request_answered_at"),
        ),
        sa.CheckConstraint(
            "(state = 'refused') = (refusal IS NOT NULL)", name=op.f("ck_rights_request_refusal")
        ),
        sa.CheckConstraint(
            "extended_at IS NULL OR extension_reason <> ''",
            name=op.f("ck_rights_request_extension"),
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["case_file.id"], name=op.f("fk_rights_request_case_id")
        ),
        sa.ForeignKeyConstraint(
            ["received_by"], ["membership.id"], name=op.f("fk_rights_request_received_by")
        ),
        sa.ForeignKeyConstraint(
            ["received_seat_id"], ["seat.id"], name=op.f("fk_rights_request_received_seat_id")
        ),
        sa.ForeignKeyConstraint(
            ["answered_by"], ["membership.id"], name=op.f("fk_rights_request_answered_by")
        ),
        sa.ForeignKeyConstraint(
            ["answered_seat_id"], ["seat.id"], name=op.f("fk_rights_request_answered_seat_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rights_request")),
        info={"row_class": "case"},
    )
    op.create_index(
        "ix_rights_request_case_id_received_at", "rights_request", ["case_id", "received_at"]
    )
    op.create_index(
        "uq_rights_request_waiting",
        "rights_request",
        ["case_id", "kind", sa.text("lower(asked_by)")],
        unique=True,
        postgresql_where=sa.text("state IN ('received', 'extended')"),
    )


def _create_copies() -> None:
    op.create_table(
        "rights_copy",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("seat_id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("status", _words("copy_status", "waiting", "ready", "given"), nullable=False),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("left_out", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("pdf", sa.LargeBinary(), nullable=True),
        sa.Column("data", sa.LargeBinary(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(status = 'given') = (given_at IS NOT NULL)", name=op.f("ck_rights_copy_given_at")
        ),
        sa.ForeignKeyConstraint(
            ["request_id"], ["rights_request.id"], name=op.f("fk_rights_copy_request_id")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_rights_copy_case_id")),
        sa.ForeignKeyConstraint(["seat_id"], ["seat.id"], name=op.f("fk_rights_copy_seat_id")),
        sa.ForeignKeyConstraint(
            ["member_id"], ["membership.id"], name=op.f("fk_rights_copy_member_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rights_copy")),
        info={"row_class": "case"},
    )
    op.create_index(op.f("ix_rights_copy_request_id"), "rights_copy", ["request_id"], unique=False)


def downgrade() -> None:
    """Requests of the person are proofs: they are not thrown away by going back."""
    raise RuntimeError("restore a backup instead")
