"""How long each kind of record is kept, what remains of cases, the log of erasures.

The tables, then their rights and policies (``migrations/sql/0006``). Functions of 0002 are replaced
as their own owner, the definer.
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

FOLDER = Path(__file__).resolve().parent.parent / "sql" / "0006"

GRANTS = """
GRANT SELECT ON ref_retention TO relais_web, relais_worker, relais_definer, relais_backup;
DO $$ DECLARE t text; BEGIN
  FOREACH t IN ARRAY ARRAY['retention_reduction', 'retention_extension', 'case_remains',
      'agreement_proof', 'erasure', 'journal_checkpoint'] LOOP
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I
      TO relais_web, relais_worker, relais_definer', t);
    EXECUTE format('GRANT SELECT ON %I TO relais_backup', t);
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
    EXECUTE format('CREATE POLICY worker ON %I TO relais_worker USING (true)', t);
    EXECUTE format('CREATE POLICY definer ON %I TO relais_definer USING (true)', t);
    EXECUTE format('CREATE POLICY backup ON %I FOR SELECT TO relais_backup USING (true)', t);
  END LOOP;
END $$;
"""
GIVE_AWAY = """
DO $$ DECLARE f regprocedure; BEGIN
  FOR f IN SELECT p.oid FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
           WHERE n.nspname = 'public' AND p.proacl IS NULL LOOP
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
    EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO relais_web, relais_worker, relais_definer', f);
  END LOOP;
  FOR f IN SELECT p.oid FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
           WHERE n.nspname = 'public' AND p.prosecdef
             AND p.proowner <> 'relais_definer'::regrole LOOP
    EXECUTE format('ALTER FUNCTION %s OWNER TO relais_definer', f);
  END LOOP;
END $$;
"""


def upgrade() -> None:
    """Tables, the case's new column, policies, functions."""
    op.create_table(
        "ref_retention",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("months", sa.Integer(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("least_months", sa.Integer(), nullable=True),
        sa.Column("longest_months", sa.Integer(), nullable=True),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("counted_from", sa.String(), nullable=False),
        sa.Column("happens", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_ref_retention")),
        sa.UniqueConstraint("rank", name=op.f("uq_ref_retention_rank")),
        info={"row_class": "reference"},
    )
    op.create_table(
        "retention_reduction",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("months", sa.Integer(), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["user_account.id"], name=op.f("fk_retention_reduction_decided_by")
        ),
        sa.ForeignKeyConstraint(
            ["kind"], ["ref_retention.code"], name=op.f("fk_retention_reduction_kind")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_retention_reduction_organisation_id"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", "kind", name=op.f("pk_retention_reduction")),
        info={"row_class": "directory"},
    )
    op.create_table(
        "retention_extension",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("months", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "length(trim(reason)) >= 20", name=op.f("ck_retention_extension_reason")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["user_account.id"], name=op.f("fk_retention_extension_decided_by")
        ),
        sa.ForeignKeyConstraint(
            ["kind"], ["ref_retention.code"], name=op.f("fk_retention_extension_kind")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retention_extension")),
        info={"row_class": "system"},
    )
    op.create_table(
        "case_remains",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("department", sa.String(), nullable=True),
        sa.Column("region", sa.String(), nullable=True),
        sa.Column("naf_section", sa.String(), nullable=True),
        sa.Column("headcount_band", sa.String(), nullable=True),
        sa.Column("closed_year", sa.Integer(), nullable=True),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["case_file.id"], name=op.f("fk_case_remains_case_id")
        ),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_case_remains")),
        info={"row_class": "system"},
    )
    op.create_table(
        "agreement_proof",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("concerns", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("mode", sa.String(), nullable=True),
        sa.Column("permission", sa.String(), nullable=True),
        sa.Column("given_by", sa.String(), nullable=False),
        sa.Column("about", sa.String(), nullable=False),
        sa.Column("sent_to", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by", sa.String(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seat_ids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("sections", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_agreement_proof_organisation_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement_proof")),
        info={"row_class": "system"},
    )
    op.create_index(
        op.f("ix_agreement_proof_ended_at"), "agreement_proof", ["ended_at"], unique=False
    )
    op.create_table(
        "erasure",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("object_id", sa.Uuid(), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("exported_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["kind"], ["ref_retention.code"], name=op.f("fk_erasure_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasure")),
        info={"row_class": "system"},
    )
    op.create_index("ix_erasure_at", "erasure", ["at"], unique=False)
    op.create_index(
        "ix_erasure_waiting",
        "erasure",
        ["at"],
        unique=False,
        postgresql_where=sa.text("exported_at IS NULL"),
    )
    op.create_table(
        "journal_checkpoint",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("erased_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("erased", sa.BigInteger(), nullable=False),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal_checkpoint")),
        sa.UniqueConstraint("position", name=op.f("uq_journal_checkpoint_position")),
        info={"row_class": "system"},
    )
    _anonymised_cases()
    _run(GRANTS)
    _run((FOLDER / "10_retention.sql").read_text(encoding="utf-8"))
    _run(GIVE_AWAY)
    _run("SET LOCAL ROLE relais_definer")
    _run((FOLDER / "20_replaced.sql").read_text(encoding="utf-8"))
    _run("SET LOCAL ROLE relais_owner")


def _anonymised_cases() -> None:
    """A case that was anonymised is about nobody."""
    op.add_column("case_file", sa.Column("anonymised_at", sa.DateTime(timezone=True)))
    op.drop_constraint(op.f("ck_case_file_somebody"), "case_file")
    op.create_check_constraint(
        op.f("ck_case_file_somebody"),
        "case_file",
        "company_id IS NOT NULL OR person_id IS NOT NULL OR anonymised_at IS NOT NULL",
    )
    op.create_check_constraint(
        op.f("ck_case_file_anonymised"),
        "case_file",
        "anonymised_at IS NULL OR (status = 'closed' AND company_id IS NULL"
        " AND person_id IS NULL AND lead_member_id IS NULL AND second_reason IS NULL"
        " AND paused_reason IS NULL)",
    )


def _run(statement: str) -> None:
    op.get_bind().exec_driver_sql(statement.replace("%", "%%"))


def downgrade() -> None:
    """What was erased does not come back."""
    raise RuntimeError("erasures cannot be taken back: restore a backup instead")
