"""Figures of a territory, counted as things change (decision 0016).

The tables, what counts (``10_counting.sql``), who reads (``20_reading.sql``), the first count, then
the trigger that appends what changes from then on.
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

FOLDER = Path(__file__).resolve().parent.parent / "sql" / "0010"

#: No right for ``relais_web``: figures go through their function.
PROTECT = """
DO $$ DECLARE t text; BEGIN
  FOREACH t IN ARRAY ARRAY['territory_fact', 'territory_cell', 'territory_delta',
      'territory_recount'] LOOP
    EXECUTE format('GRANT SELECT ON %I TO relais_worker, relais_backup', t);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO relais_definer', t);
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
    """Tables, functions, triggers; what stands is counted in between."""
    op.create_table(
        "territory_fact",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.Column("measure", sa.String(), nullable=False),
        sa.Column("cell", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("who", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("case_id", "source_id", "measure", name=op.f("pk_territory_fact")),
        info={"row_class": "system"},
    )
    op.create_table(
        "territory_cell",
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("measure", sa.String(), nullable=False),
        sa.Column("cell", sa.String(), nullable=False),
        sa.Column("figure", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "place", "month", "measure", "cell", name=op.f("pk_territory_cell")
        ),
        info={"row_class": "system"},
    )
    op.create_table(
        "territory_delta",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("measure", sa.String(), nullable=False),
        sa.Column("cell", sa.String(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("change", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_territory_delta")),
        info={"row_class": "system"},
    )
    op.create_table(
        "territory_recount",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("seen_before", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_territory_recount")),
        info={"row_class": "system"},
    )
    _run(PROTECT)
    _run_file("10_counting.sql")
    _run(GIVE_AWAY)
    _run("SET LOCAL ROLE relais_definer")
    _run("SELECT rebuild_territory()")
    _run("SET LOCAL ROLE relais_owner")
    op.create_index(
        "ix_territory_fact_cell",
        "territory_fact",
        ["measure", "cell", "place", "month", "who"],
        unique=False,
    )
    _run_file("20_reading.sql")
    _run_file("30_appending.sql")
    _run_file("40_by_link.sql")
    _run(GIVE_AWAY)
    _box()


def _box() -> None:
    """The orders that the box begins with, and what of it waits."""
    while_waiting = "CASE WHEN state IN ('sent', 'seen') THEN answer_by END"
    op.add_column(
        "referral",
        sa.Column("due_at", sa.DateTime(timezone=True), sa.Computed(while_waiting, persisted=True)),
    )
    op.create_index(
        "ix_referral_sender_seat_id_state", "referral", ["sender_seat_id", "state"], unique=False
    )
    op.drop_index("ix_referral_sender_seat_id_sent_at", table_name="referral")
    op.create_index(
        "ix_referral_sender_seat_id_sent_at",
        "referral",
        ["sender_seat_id", sa.text("sent_at DESC NULLS LAST"), "id"],
        unique=False,
    )
    op.create_index(
        "ix_referral_receiver_seat_id_due_at",
        "referral",
        [
            "receiver_seat_id",
            "due_at",
            sa.text("sent_at DESC"),
            "id",
        ],
        unique=False,
    )


def _run_file(name: str) -> None:
    _run((FOLDER / name).read_text(encoding="utf-8"))


def _run(statement: str) -> None:
    op.get_bind().exec_driver_sql(statement.replace("%", "%%"))


def downgrade() -> None:
    """The function of 0006 said the same, more slowly."""
    raise RuntimeError("this version cannot be taken back: restore a backup instead")
