"""The tables of the first version."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "job_run",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job_run")),
        info={"row_class": "system"},
    )
    op.create_index("ix_job_run_name_started_at", "job_run", ["name", "started_at"], unique=False)
    op.create_table(
        "journal_event",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "principal",
            sa.Enum(
                "member",
                "link",
                "anonymous",
                "system",
                name="actor_kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("seat_id", sa.Uuid(), nullable=True),
        sa.Column("link_id", sa.Uuid(), nullable=True),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("object_type", sa.String(), nullable=False),
        sa.Column("object_id", sa.Uuid(), nullable=True),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("details", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal_event")),
        info={"row_class": "system"},
    )
    op.create_index("ix_journal_event_case_id_at", "journal_event", ["case_id", "at"], unique=False)
    op.create_index(
        op.f("ix_journal_event_object_id"), "journal_event", ["object_id"], unique=False
    )
    op.create_index("ix_journal_event_seat_id_at", "journal_event", ["seat_id", "at"], unique=False)
    op.create_table(
        "journal_seal",
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_journal_seal")),
        sa.UniqueConstraint("event_id", name=op.f("uq_journal_seal_event_id")),
        info={"row_class": "system"},
    )
    op.create_table(
        "link",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "purpose",
            sa.Enum(
                "invitation",
                "password_reset",
                "consent",
                name="link_purpose",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("object_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("seat_id", sa.Uuid(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_link_token_hash")),
        info={"row_class": "identity"},
    )
    op.create_index(op.f("ix_link_object_id"), "link", ["object_id"], unique=False)
    op.create_table(
        "notice",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("seat_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("subject_id", sa.Uuid(), nullable=True),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
        sa.UniqueConstraint("key", name=op.f("uq_notice_key")),
        info={"row_class": "system"},
    )
    op.create_index(
        "ix_notice_seat_id_created_at", "notice", ["seat_id", "created_at"], unique=False
    )
    op.create_table(
        "organisation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "urssaf",
                "msa",
                "cci",
                "cma",
                "association",
                "dreets",
                "prefecture",
                "accountancy",
                "dgfip",
                "banque_de_france",
                "court",
                "prevention_centre",
                "insolvency_office",
                "ags",
                "mediation_body",
                "bank",
                "local_authority",
                "ess_network",
                "health_support",
                "other",
                name="organisation_kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("folded_name", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("website", sa.String(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation")),
        sa.UniqueConstraint("name", name=op.f("uq_organisation_name")),
        info={"row_class": "directory"},
    )
    op.create_index(
        op.f("ix_organisation_folded_name"), "organisation", ["folded_name"], unique=False
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("dedupe_key", sa.String(), nullable=False),
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "principal",
            sa.Enum(
                "member",
                "link",
                "anonymous",
                "system",
                name="actor_kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("seat_id", sa.Uuid(), nullable=True),
        sa.Column("subject_id", sa.Uuid(), nullable=True),
        sa.Column("basis_id", sa.Uuid(), nullable=True),
        sa.Column("available_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "pending",
                "sending",
                "sent",
                "dead",
                "uncertain",
                "cancelled",
                name="outbox_status",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.String(), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("dedupe_key", name=op.f("uq_outbox_dedupe_key")),
        info={"row_class": "system"},
    )
    op.create_index(
        "ix_outbox_due",
        "outbox",
        ["available_at"],
        unique=False,
        postgresql_where=sa.text("status IN ('pending', 'sending')"),
    )
    op.create_index(
        "ix_outbox_stuck",
        "outbox",
        ["status"],
        unique=False,
        postgresql_where=sa.text("status IN ('dead', 'uncertain')"),
    )
    op.create_index(
        "ix_outbox_subject",
        "outbox",
        ["subject_id"],
        unique=False,
        postgresql_where=sa.text("status = 'pending'"),
    )
    op.create_table(
        "pulse",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_pulse")),
        info={"row_class": "system"},
    )
    op.create_table(
        "ref_headcount_band",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("low", sa.Integer(), nullable=False),
        sa.Column("high", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_ref_headcount_band")),
        sa.UniqueConstraint("rank", name=op.f("uq_ref_headcount_band_rank")),
        info={"row_class": "reference"},
    )
    op.create_table(
        "ref_legal_form",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_ref_legal_form")),
        info={"row_class": "reference"},
    )
    op.create_table(
        "ref_load",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("content_hash", sa.String(), nullable=False),
        sa.Column("row_count", sa.Integer(), nullable=False),
        sa.Column("loaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_ref_load")),
        info={"row_class": "reference"},
    )
    op.create_table(
        "ref_naf",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_ref_naf")),
        info={"row_class": "reference"},
    )
    op.create_table(
        "ref_region",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_ref_region")),
        info={"row_class": "reference"},
    )
    op.create_table(
        "saved_view",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("page", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("query", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_view")),
        sa.UniqueConstraint(
            "user_id", "page", "name", name=op.f("uq_saved_view_user_id_page_name")
        ),
        info={"row_class": "identity"},
    )
    op.create_index(op.f("ix_saved_view_user_id"), "saved_view", ["user_id"], unique=False)
    op.create_table(
        "throttle",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("window_start", sa.DateTime(timezone=True), nullable=False),
        sa.Column("hits", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key", "window_start", name=op.f("pk_throttle")),
        info={"row_class": "identity"},
    )
    op.create_table(
        "user_account",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("full_name", sa.String(), nullable=False),
        sa.Column("folded_name", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("email = lower(email)", name=op.f("ck_user_account_email_lower")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_account")),
        sa.UniqueConstraint("email", name=op.f("uq_user_account_email")),
        info={"row_class": "directory"},
    )
    op.create_index(
        op.f("ix_user_account_folded_name"), "user_account", ["folded_name"], unique=False
    )
    op.create_table(
        "pledge",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_pledge_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pledge")),
        info={"row_class": "identity"},
    )
    op.create_index(op.f("ix_pledge_user_id"), "pledge", ["user_id"], unique=False)
    op.create_table(
        "recovery_code",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("code_hash", sa.String(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_recovery_code_user_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_code")),
        info={"row_class": "identity"},
    )
    op.create_index(op.f("ix_recovery_code_user_id"), "recovery_code", ["user_id"], unique=False)
    op.create_table(
        "ref_department",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("region_code", sa.String(), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["region_code"], ["ref_region.code"], name=op.f("fk_ref_department_region_code")
        ),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_ref_department")),
        info={"row_class": "reference"},
    )
    op.create_index(
        op.f("ix_ref_department_region_code"), "ref_department", ["region_code"], unique=False
    )
    op.create_table(
        "seat",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column(
            "side",
            sa.Enum(
                "aid", "recovery", name="side", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_seat_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seat")),
        sa.UniqueConstraint("organisation_id", "side", name=op.f("uq_seat_organisation_id_side")),
        info={"row_class": "directory"},
    )
    op.create_table(
        "user_secret",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=True),
        sa.Column("password_changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("totp_secret", sa.LargeBinary(), nullable=True),
        sa.Column("totp_counter", sa.Integer(), nullable=True),
        sa.Column("totp_confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_user_secret_user_id")
        ),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_user_secret")),
        info={"row_class": "identity"},
    )
    op.create_table(
        "ref_commune",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("folded_name", sa.String(), nullable=False),
        sa.Column("name_grams", postgresql.ARRAY(sa.TEXT()), nullable=False),
        sa.Column("department_code", sa.String(), nullable=False),
        sa.Column("region_code", sa.String(), nullable=False),
        sa.Column("population", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["department_code"],
            ["ref_department.code"],
            name=op.f("fk_ref_commune_department_code"),
        ),
        sa.ForeignKeyConstraint(
            ["region_code"], ["ref_region.code"], name=op.f("fk_ref_commune_region_code")
        ),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_ref_commune")),
        info={"row_class": "reference"},
    )
    op.create_index(
        op.f("ix_ref_commune_department_code"), "ref_commune", ["department_code"], unique=False
    )
    op.create_index(
        "ix_ref_commune_folded_name",
        "ref_commune",
        ["folded_name"],
        unique=False,
        postgresql_ops={"folded_name": "text_pattern_ops"},
    )
    op.create_index(
        "ix_ref_commune_name_grams",
        "ref_commune",
        ["name_grams"],
        unique=False,
        postgresql_using="gin",
    )
    op.create_index(
        op.f("ix_ref_commune_region_code"), "ref_commune", ["region_code"], unique=False
    )
    op.create_table(
        "company",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("siren", sa.String(), nullable=True),
        sa.Column("siret", sa.String(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("trade_name", sa.String(), nullable=False),
        sa.Column("folded_name", sa.String(), nullable=False),
        sa.Column("name_grams", postgresql.ARRAY(sa.TEXT()), nullable=False),
        sa.Column("legal_form", sa.String(), nullable=True),
        sa.Column("naf", sa.String(), nullable=True),
        sa.Column("headcount_band", sa.String(), nullable=True),
        sa.Column("commune_code", sa.String(), nullable=True),
        sa.Column("postcode", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("created_on", sa.Date(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("is_closed", sa.Boolean(), nullable=False),
        sa.Column("is_undisclosed", sa.Boolean(), nullable=False),
        sa.Column("is_craft", sa.Boolean(), nullable=False),
        sa.Column("is_ess", sa.Boolean(), nullable=False),
        sa.Column(
            "source",
            sa.Enum(
                "typed",
                "registry",
                name="company_source",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("first_seat_id", sa.Uuid(), nullable=False),
        sa.Column("known_seats", postgresql.ARRAY(sa.UUID()), server_default="{}", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("siren ~ '^[0-9]{9}$'", name=op.f("ck_company_siren")),
        sa.CheckConstraint(
            "siret ~ '^[0-9]{14}$' AND left(siret, 9) = siren", name=op.f("ck_company_siret")
        ),
        sa.ForeignKeyConstraint(
            ["commune_code"], ["ref_commune.code"], name=op.f("fk_company_commune_code")
        ),
        sa.ForeignKeyConstraint(
            ["first_seat_id"], ["seat.id"], name=op.f("fk_company_first_seat_id")
        ),
        sa.ForeignKeyConstraint(
            ["headcount_band"], ["ref_headcount_band.code"], name=op.f("fk_company_headcount_band")
        ),
        sa.ForeignKeyConstraint(
            ["legal_form"], ["ref_legal_form.code"], name=op.f("fk_company_legal_form")
        ),
        sa.ForeignKeyConstraint(["naf"], ["ref_naf.code"], name=op.f("fk_company_naf")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_company")),
        sa.UniqueConstraint("siren", name=op.f("uq_company_siren")),
        info={"row_class": "case"},
    )
    op.create_index(op.f("ix_company_commune_code"), "company", ["commune_code"], unique=False)
    op.create_index(op.f("ix_company_folded_name"), "company", ["folded_name"], unique=False)
    op.create_index(
        "ix_company_known_seats", "company", ["known_seats"], unique=False, postgresql_using="gin"
    )
    op.create_index(
        "ix_company_name_grams", "company", ["name_grams"], unique=False, postgresql_using="gin"
    )
    op.create_table(
        "person",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("given_name", sa.String(), nullable=False),
        sa.Column("family_name", sa.String(), nullable=False),
        sa.Column("folded_name", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("commune_code", sa.String(), nullable=True),
        sa.Column("first_seat_id", sa.Uuid(), nullable=False),
        sa.Column("known_seats", postgresql.ARRAY(sa.UUID()), server_default="{}", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["commune_code"], ["ref_commune.code"], name=op.f("fk_person_commune_code")
        ),
        sa.ForeignKeyConstraint(
            ["first_seat_id"], ["seat.id"], name=op.f("fk_person_first_seat_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        info={"row_class": "case"},
    )
    op.create_index(op.f("ix_person_folded_name"), "person", ["folded_name"], unique=False)
    op.create_index(
        "ix_person_known_seats", "person", ["known_seats"], unique=False, postgresql_using="gin"
    )
    op.create_table(
        "ref_commune_postcode",
        sa.Column("commune_code", sa.String(), nullable=False),
        sa.Column("postcode", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["commune_code"],
            ["ref_commune.code"],
            name=op.f("fk_ref_commune_postcode_commune_code"),
        ),
        sa.PrimaryKeyConstraint("commune_code", "postcode", name=op.f("pk_ref_commune_postcode")),
        info={"row_class": "reference"},
    )
    op.create_index(
        "ix_ref_commune_postcode_postcode",
        "ref_commune_postcode",
        ["postcode"],
        unique=False,
        postgresql_ops={"postcode": "text_pattern_ops"},
    )
    op.create_table(
        "unit",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column(
            "level",
            sa.Enum(
                "national",
                "regional",
                "departmental",
                "local",
                name="unit_level",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("commune_code", sa.String(), nullable=True),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["commune_code"], ["ref_commune.code"], name=op.f("fk_unit_commune_code")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_unit_organisation_id")
        ),
        sa.ForeignKeyConstraint(["parent_id"], ["unit.id"], name=op.f("fk_unit_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit")),
        info={"row_class": "directory"},
    )
    op.create_index(op.f("ix_unit_organisation_id"), "unit", ["organisation_id"], unique=False)
    op.create_table(
        "company_person",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("seat_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["company.id"], name=op.f("fk_company_person_company_id")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_company_person_person_id")
        ),
        sa.ForeignKeyConstraint(["seat_id"], ["seat.id"], name=op.f("fk_company_person_seat_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_company_person")),
        sa.UniqueConstraint(
            "company_id", "person_id", name=op.f("uq_company_person_company_id_person_id")
        ),
        info={"row_class": "case"},
    )
    op.create_index(
        op.f("ix_company_person_person_id"), "company_person", ["person_id"], unique=False
    )
    op.create_table(
        "company_use",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("seat_id", sa.Uuid(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["company.id"], name=op.f("fk_company_use_company_id")
        ),
        sa.ForeignKeyConstraint(["seat_id"], ["seat.id"], name=op.f("fk_company_use_seat_id")),
        sa.PrimaryKeyConstraint("company_id", "seat_id", name=op.f("pk_company_use")),
        info={"row_class": "case"},
    )
    op.create_table(
        "invitation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("full_name", sa.String(), nullable=False),
        sa.Column("seat_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=True),
        sa.Column(
            "role",
            sa.Enum(
                "adviser",
                "mediator",
                "coordinator",
                "manager",
                "accountant",
                "observer",
                "auditor",
                "platform_admin",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("invited_by", sa.Uuid(), nullable=True),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["invited_by"], ["user_account.id"], name=op.f("fk_invitation_invited_by")
        ),
        sa.ForeignKeyConstraint(["seat_id"], ["seat.id"], name=op.f("fk_invitation_seat_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_invitation_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        info={"row_class": "identity"},
    )
    op.create_index(op.f("ix_invitation_seat_id"), "invitation", ["seat_id"], unique=False)
    op.create_table(
        "membership",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("seat_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=True),
        sa.Column(
            "role",
            sa.Enum(
                "adviser",
                "mediator",
                "coordinator",
                "manager",
                "accountant",
                "observer",
                "auditor",
                "platform_admin",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("job_title", sa.String(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["seat_id"], ["seat.id"], name=op.f("fk_membership_seat_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_membership_unit_id")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_membership_user_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership")),
        info={"row_class": "directory"},
    )
    op.create_index(op.f("ix_membership_seat_id"), "membership", ["seat_id"], unique=False)
    op.create_index(
        "uq_membership_active",
        "membership",
        ["user_id", "seat_id"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "opening_period",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("opens_at", sa.Time(), nullable=False),
        sa.Column("closes_at", sa.Time(), nullable=False),
        sa.CheckConstraint("closes_at > opens_at", name=op.f("ck_opening_period_order")),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name=op.f("ck_opening_period_weekday")),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["unit.id"], name=op.f("fk_opening_period_unit_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opening_period")),
        info={"row_class": "directory"},
    )
    op.create_index(op.f("ix_opening_period_unit_id"), "opening_period", ["unit_id"], unique=False)
    op.create_table(
        "routing_rule",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=True),
        sa.Column(
            "field",
            sa.Enum(
                "phase",
                "headcount",
                "legal_form",
                "naf",
                "is_ess",
                "is_craft",
                "in_liquidation",
                "budget_euros",
                "age_months",
                name="rule_field",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "operator",
            sa.Enum(
                "one_of",
                "none_of",
                "below",
                "above",
                "starts_with",
                "is_true",
                "is_false",
                name="rule_operator",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "value", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True
        ),
        sa.Column(
            "effect",
            sa.Enum(
                "require",
                "prefer",
                name="rule_effect",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("weight", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_routing_rule_organisation_id")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_routing_rule_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_routing_rule")),
        info={"row_class": "directory"},
    )
    op.create_index(
        op.f("ix_routing_rule_organisation_id"), "routing_rule", ["organisation_id"], unique=False
    )
    op.create_table(
        "service",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=True),
        sa.Column(
            "subject",
            sa.Enum(
                "cash_flow",
                "social_debts",
                "tax_debts",
                "bank",
                "commercial_dispute",
                "public_buyer",
                "employment",
                "legal_procedure",
                "accounting",
                "business_model",
                "premises",
                "insurance",
                "health",
                "personal_finances",
                "housing",
                "social_rights",
                "rebound_job",
                "rebound_company",
                "regulation",
                "other",
                name="subject",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_service_organisation_id")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_service_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service")),
        info={"row_class": "directory"},
    )
    op.create_index(
        op.f("ix_service_organisation_id"), "service", ["organisation_id"], unique=False
    )
    op.create_index(op.f("ix_service_subject"), "service", ["subject"], unique=False)
    op.create_table(
        "unit_territory",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "country",
                "region",
                "departement",
                "commune",
                name="territory_kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("code", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["unit.id"], name=op.f("fk_unit_territory_unit_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_territory")),
        sa.UniqueConstraint(
            "unit_id", "kind", "code", name=op.f("uq_unit_territory_unit_id_kind_code")
        ),
        info={"row_class": "directory"},
    )
    op.create_table(
        "absence",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("membership_id", sa.Uuid(), nullable=False),
        sa.Column("deputy_id", sa.Uuid(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_absence_order")),
        sa.ForeignKeyConstraint(
            ["deputy_id"], ["membership.id"], name=op.f("fk_absence_deputy_id")
        ),
        sa.ForeignKeyConstraint(
            ["membership_id"], ["membership.id"], name=op.f("fk_absence_membership_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absence")),
        info={"row_class": "directory"},
    )
    op.create_index(op.f("ix_absence_membership_id"), "absence", ["membership_id"], unique=False)
    op.create_table(
        "access_request",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("seat_id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("siren", sa.String(), nullable=True),
        sa.Column("company_name", sa.String(), nullable=False),
        sa.Column(
            "subject",
            sa.Enum(
                "cash_flow",
                "social_debts",
                "tax_debts",
                "bank",
                "commercial_dispute",
                "public_buyer",
                "employment",
                "legal_procedure",
                "accounting",
                "business_model",
                "premises",
                "insurance",
                "health",
                "personal_finances",
                "housing",
                "social_rights",
                "rebound_job",
                "rebound_company",
                "regulation",
                "other",
                name="subject",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["member_id"], ["membership.id"], name=op.f("fk_access_request_member_id")
        ),
        sa.ForeignKeyConstraint(["seat_id"], ["seat.id"], name=op.f("fk_access_request_seat_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_request")),
        info={"row_class": "case"},
    )
    op.create_index(op.f("ix_access_request_seat_id"), "access_request", ["seat_id"], unique=False)
    op.create_table(
        "case_file",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=True),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("lead_seat_id", sa.Uuid(), nullable=False),
        sa.Column("lead_member_id", sa.Uuid(), nullable=True),
        sa.Column(
            "phase",
            sa.Enum(
                "anticipation",
                "difficulty",
                "emergency",
                "procedure",
                "rebound",
                name="phase",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "status",
            sa.Enum(
                "open",
                "watch",
                "paused",
                "closed",
                name="case_status",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("paused_until", sa.Date(), nullable=True),
        sa.Column("paused_reason", sa.String(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "outcome",
            sa.Enum(
                "recovered",
                "plan_under_way",
                "amicable_agreement",
                "collective_procedure",
                "sold",
                "ceased",
                "rebound_job",
                "rebound_new_company",
                "refused_help",
                "unreachable",
                "no_need",
                name="outcome",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("moved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("second_reason", sa.String(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("reader_seats", postgresql.ARRAY(sa.UUID()), server_default="{}", nullable=False),
        sa.Column(
            "mediator_users", postgresql.ARRAY(sa.UUID()), server_default="{}", nullable=False
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(status = 'closed') = (closed_at IS NOT NULL)", name=op.f("ck_case_file_closed_at")
        ),
        sa.CheckConstraint(
            "(status = 'closed') = (outcome IS NOT NULL)", name=op.f("ck_case_file_closed_outcome")
        ),
        sa.CheckConstraint(
            "status <> 'paused' OR (paused_reason IS NOT NULL AND paused_until IS NOT NULL)",
            name=op.f("ck_case_file_paused"),
        ),
        sa.CheckConstraint(
            "company_id IS NOT NULL OR person_id IS NOT NULL", name=op.f("ck_case_file_somebody")
        ),
        sa.ForeignKeyConstraint(
            ["company_id"], ["company.id"], name=op.f("fk_case_file_company_id")
        ),
        sa.ForeignKeyConstraint(
            ["lead_member_id"], ["membership.id"], name=op.f("fk_case_file_lead_member_id")
        ),
        sa.ForeignKeyConstraint(
            ["lead_seat_id"], ["seat.id"], name=op.f("fk_case_file_lead_seat_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_case_file_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_file")),
        sa.UniqueConstraint("reference", name=op.f("uq_case_file_reference")),
        info={"row_class": "case"},
    )
    op.create_index(op.f("ix_case_file_company_id"), "case_file", ["company_id"], unique=False)
    op.create_index(
        op.f("ix_case_file_lead_member_id"), "case_file", ["lead_member_id"], unique=False
    )
    op.create_index(
        "ix_case_file_lead_seat_id_moved_at",
        "case_file",
        ["lead_seat_id", "moved_at"],
        unique=False,
    )
    op.create_index(op.f("ix_case_file_person_id"), "case_file", ["person_id"], unique=False)
    op.create_index(
        "ix_case_file_reader_seats",
        "case_file",
        ["reader_seats"],
        unique=False,
        postgresql_using="gin",
    )
    op.create_index(
        "uq_case_file_open_company",
        "case_file",
        ["company_id"],
        unique=True,
        postgresql_where=sa.text("status <> 'closed' AND second_reason IS NULL"),
    )
    op.create_index(
        "uq_case_file_open_person",
        "case_file",
        ["person_id"],
        unique=True,
        postgresql_where=sa.text(
            "status <> 'closed' AND second_reason IS NULL AND company_id IS NULL"
        ),
    )
    op.create_table(
        "correspondent",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("service_id", sa.Uuid(), nullable=False),
        sa.Column("membership_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["membership_id"], ["membership.id"], name=op.f("fk_correspondent_membership_id")
        ),
        sa.ForeignKeyConstraint(
            ["service_id"], ["service.id"], name=op.f("fk_correspondent_service_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_correspondent")),
        info={"row_class": "directory"},
    )
    op.create_index(
        op.f("ix_correspondent_service_id"), "correspondent", ["service_id"], unique=False
    )
    op.create_table(
        "member_session",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("membership_id", sa.Uuid(), nullable=True),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("fresh_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("device", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["membership_id"], ["membership.id"], name=op.f("fk_member_session_membership_id")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_member_session_user_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_member_session")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_member_session_token_hash")),
        info={"row_class": "identity"},
    )
    op.create_index(op.f("ix_member_session_user_id"), "member_session", ["user_id"], unique=False)
    op.create_table(
        "access_request_match",
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("handled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("handled_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["case_id"], ["case_file.id"], name=op.f("fk_access_request_match_case_id")
        ),
        sa.ForeignKeyConstraint(
            ["handled_by"], ["membership.id"], name=op.f("fk_access_request_match_handled_by")
        ),
        sa.ForeignKeyConstraint(
            ["request_id"], ["access_request.id"], name=op.f("fk_access_request_match_request_id")
        ),
        sa.PrimaryKeyConstraint("request_id", name=op.f("pk_access_request_match")),
        info={"row_class": "case"},
    )
    op.create_index(
        op.f("ix_access_request_match_case_id"), "access_request_match", ["case_id"], unique=False
    )
    op.create_table(
        "assessment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("seat_id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=True),
        sa.Column(
            "audience",
            sa.Enum(
                "own",
                "aid",
                "all",
                name="audience",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("done_on", sa.Date(), nullable=False),
        sa.Column("treasury_cents", sa.BigInteger(), nullable=True),
        sa.Column("order_book", sa.String(), nullable=False),
        sa.Column("headcount", sa.Integer(), nullable=True),
        sa.Column("staff", sa.String(), nullable=False),
        sa.Column("legal_deadlines", sa.String(), nullable=False),
        sa.Column("personal_situation", sa.String(), nullable=False),
        sa.Column("moral_strand", sa.String(), nullable=False),
        sa.Column("technical_strand", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"], ["membership.id"], name=op.f("fk_assessment_author_id")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_assessment_case_id")),
        sa.ForeignKeyConstraint(["seat_id"], ["seat.id"], name=op.f("fk_assessment_seat_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessment")),
        info={"row_class": "case"},
    )
    op.create_index(op.f("ix_assessment_case_id"), "assessment", ["case_id"], unique=False)
    op.create_table(
        "case_action",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("seat_id", sa.Uuid(), nullable=False),
        sa.Column(
            "audience",
            sa.Enum(
                "own",
                "aid",
                "all",
                name="audience",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("objective", sa.String(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("owner_name", sa.String(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "todo",
                "doing",
                "done",
                "dropped",
                name="action_status",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_case_action_case_id")),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["membership.id"], name=op.f("fk_case_action_owner_id")
        ),
        sa.ForeignKeyConstraint(["seat_id"], ["seat.id"], name=op.f("fk_case_action_seat_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_action")),
        info={"row_class": "case"},
    )
    op.create_index(op.f("ix_case_action_case_id"), "case_action", ["case_id"], unique=False)
    op.create_index(
        "ix_case_action_owner_id_due_on", "case_action", ["owner_id", "due_on"], unique=False
    )
    op.create_table(
        "case_change",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "phase",
                "status",
                "lead",
                name="change_kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("before", sa.String(), nullable=False),
        sa.Column("after", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_case_change_case_id")),
        sa.ForeignKeyConstraint(
            ["member_id"], ["membership.id"], name=op.f("fk_case_change_member_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_change")),
        info={"row_class": "case"},
    )
    op.create_index(op.f("ix_case_change_case_id"), "case_change", ["case_id"], unique=False)
    op.create_table(
        "legal_basis",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "consent",
                "permission",
                name="basis_kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "mode",
            sa.Enum(
                "writing",
                "phone",
                "link",
                name="agreement_mode",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column(
            "permission",
            sa.Enum(
                "court_request",
                "social_bodies_exchange",
                "person_in_danger",
                name="permission",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("given_by", sa.String(), nullable=False),
        sa.Column("about", sa.String(), nullable=False),
        sa.Column("sent_to", sa.String(), server_default="", nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seat_ids", postgresql.ARRAY(sa.UUID()), nullable=False),
        sa.Column("sections", postgresql.ARRAY(sa.TEXT()), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column("recorded_seat_id", sa.Uuid(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(kind = 'consent') = (mode IS NOT NULL)", name=op.f("ck_legal_basis_mode_named")
        ),
        sa.CheckConstraint(
            "(kind = 'permission') = (permission IS NOT NULL)",
            name=op.f("ck_legal_basis_permission_named"),
        ),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_legal_basis_case_id")),
        sa.ForeignKeyConstraint(
            ["recorded_by"], ["membership.id"], name=op.f("fk_legal_basis_recorded_by")
        ),
        sa.ForeignKeyConstraint(
            ["recorded_seat_id"], ["seat.id"], name=op.f("fk_legal_basis_recorded_seat_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_legal_basis")),
        info={"row_class": "case"},
    )
    op.create_index(op.f("ix_legal_basis_case_id"), "legal_basis", ["case_id"], unique=False)
    op.create_table(
        "need",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("seat_id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=True),
        sa.Column(
            "subject",
            sa.Enum(
                "cash_flow",
                "social_debts",
                "tax_debts",
                "bank",
                "commercial_dispute",
                "public_buyer",
                "employment",
                "legal_procedure",
                "accounting",
                "business_model",
                "premises",
                "insurance",
                "health",
                "personal_finances",
                "housing",
                "social_rights",
                "rebound_job",
                "rebound_company",
                "regulation",
                "other",
                name="subject",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "audience",
            sa.Enum(
                "own",
                "aid",
                "all",
                name="audience",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("budget_euros", sa.Integer(), nullable=True),
        sa.Column("client_key", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["membership.id"], name=op.f("fk_need_author_id")),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_need_case_id")),
        sa.ForeignKeyConstraint(["seat_id"], ["seat.id"], name=op.f("fk_need_seat_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_need")),
        sa.UniqueConstraint("client_key", name=op.f("uq_need_client_key")),
        info={"row_class": "case"},
    )
    op.create_index(op.f("ix_need_case_id"), "need", ["case_id"], unique=False)
    op.create_table(
        "timeline_entry",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "note",
                "call",
                "visit",
                "meeting",
                "letter",
                "decision",
                "case_opened",
                "phase_changed",
                "status_changed",
                "case_closed",
                "participant_joined",
                "participant_left",
                "referral",
                "consent",
                "assessment",
                "action",
                name="entry_kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "audience",
            sa.Enum(
                "own",
                "aid",
                "all",
                name="audience",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("seat_id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=True),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("object_id", sa.Uuid(), nullable=True),
        sa.Column("corrected_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"], ["membership.id"], name=op.f("fk_timeline_entry_author_id")
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["case_file.id"], name=op.f("fk_timeline_entry_case_id")
        ),
        sa.ForeignKeyConstraint(["seat_id"], ["seat.id"], name=op.f("fk_timeline_entry_seat_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_timeline_entry")),
        info={"row_class": "case"},
    )
    op.create_index(
        "ix_timeline_entry_case_id_happened_at",
        "timeline_entry",
        ["case_id", "happened_at"],
        unique=False,
    )
    op.create_table(
        "assessment_debt",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("assessment_id", sa.Uuid(), nullable=False),
        sa.Column("creditor", sa.String(), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("is_overdue", sa.Boolean(), nullable=False),
        sa.CheckConstraint("amount_cents >= 0", name=op.f("ck_assessment_debt_amount")),
        sa.ForeignKeyConstraint(
            ["assessment_id"], ["assessment.id"], name=op.f("fk_assessment_debt_assessment_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessment_debt")),
        info={"row_class": "case"},
    )
    op.create_index(
        op.f("ix_assessment_debt_assessment_id"), "assessment_debt", ["assessment_id"], unique=False
    )
    op.create_table(
        "entry_revision",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("replaced_by", sa.Uuid(), nullable=False),
        sa.Column(
            "audience",
            sa.Enum(
                "own",
                "aid",
                "all",
                name="audience",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["case_file.id"], name=op.f("fk_entry_revision_case_id")
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["timeline_entry.id"], name=op.f("fk_entry_revision_entry_id")
        ),
        sa.ForeignKeyConstraint(
            ["replaced_by"], ["membership.id"], name=op.f("fk_entry_revision_replaced_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entry_revision")),
        info={"row_class": "case"},
    )
    op.create_index(
        op.f("ix_entry_revision_entry_id"), "entry_revision", ["entry_id"], unique=False
    )
    op.create_table(
        "participation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("seat_id", sa.Uuid(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "lead",
                "partner",
                "observer",
                name="participant_role",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("member_id", sa.Uuid(), nullable=True),
        sa.Column("basis_id", sa.Uuid(), nullable=True),
        sa.Column("referral_id", sa.Uuid(), nullable=True),
        sa.Column("sections", postgresql.ARRAY(sa.TEXT()), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("end_reason", sa.String(), nullable=False),
        sa.Column("was_lead", sa.Boolean(), server_default="false", nullable=False),
        sa.CheckConstraint(
            "role = 'lead' OR was_lead OR basis_id IS NOT NULL", name=op.f("ck_participation_basis")
        ),
        sa.ForeignKeyConstraint(
            ["basis_id"], ["legal_basis.id"], name=op.f("fk_participation_basis_id")
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["case_file.id"], name=op.f("fk_participation_case_id")
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["membership.id"], name=op.f("fk_participation_member_id")
        ),
        sa.ForeignKeyConstraint(["seat_id"], ["seat.id"], name=op.f("fk_participation_seat_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_participation")),
        info={"row_class": "case"},
    )
    op.create_index(op.f("ix_participation_basis_id"), "participation", ["basis_id"], unique=False)
    op.create_index(
        op.f("ix_participation_member_id"), "participation", ["member_id"], unique=False
    )
    op.create_index(
        op.f("ix_participation_referral_id"), "participation", ["referral_id"], unique=False
    )
    op.create_index(
        "ix_participation_seat_id",
        "participation",
        ["seat_id"],
        unique=False,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index(
        "uq_participation_active",
        "participation",
        ["case_id", "seat_id"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "referral",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("need_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "signpost",
                "joint",
                "handover",
                "request",
                name="referral_kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "sent",
                "seen",
                "accepted",
                "first_contact",
                "in_progress",
                "completed",
                "given_up",
                "declined",
                "redirected",
                "expired",
                "revoked",
                name="referral_state",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "subject",
            sa.Enum(
                "cash_flow",
                "social_debts",
                "tax_debts",
                "bank",
                "commercial_dispute",
                "public_buyer",
                "employment",
                "legal_procedure",
                "accounting",
                "business_model",
                "premises",
                "insurance",
                "health",
                "personal_finances",
                "housing",
                "social_rights",
                "rebound_job",
                "rebound_company",
                "regulation",
                "other",
                name="subject",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("sender_seat_id", sa.Uuid(), nullable=False),
        sa.Column("sender_member_id", sa.Uuid(), nullable=True),
        sa.Column("receiver_seat_id", sa.Uuid(), nullable=False),
        sa.Column("receiver_unit_id", sa.Uuid(), nullable=True),
        sa.Column("receiver_member_id", sa.Uuid(), nullable=True),
        sa.Column("basis_id", sa.Uuid(), nullable=True),
        sa.Column("redirected_from_id", sa.Uuid(), nullable=True),
        sa.Column("message", sa.String(), nullable=False),
        sa.Column("frozen", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("client_key", sa.String(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer_by", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "decline_code",
            sa.Enum(
                "out_of_territory",
                "out_of_scope",
                "no_capacity",
                "already_followed",
                "unreachable",
                "entrepreneur_refuses",
                "conflict_of_interest",
                "other",
                name="decline_code",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("decline_text", sa.String(), nullable=False),
        sa.Column("can_entrepreneur_read", sa.Boolean(), nullable=False),
        sa.Column("proposed_seat_id", sa.Uuid(), nullable=True),
        sa.Column("end_note", sa.String(), nullable=False),
        sa.Column("reader_seats", postgresql.ARRAY(sa.UUID()), server_default="{}", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(state = 'declined') = (decline_code IS NOT NULL)", name=op.f("ck_referral_decline")
        ),
        sa.CheckConstraint(
            "kind NOT IN ('joint', 'handover') OR state = 'draft' OR basis_id IS NOT NULL",
            name=op.f("ck_referral_basis"),
        ),
        sa.CheckConstraint(
            "state = 'draft' OR sent_at IS NOT NULL", name=op.f("ck_referral_sent_at")
        ),
        sa.ForeignKeyConstraint(
            ["basis_id"], ["legal_basis.id"], name=op.f("fk_referral_basis_id")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_referral_case_id")),
        sa.ForeignKeyConstraint(["need_id"], ["need.id"], name=op.f("fk_referral_need_id")),
        sa.ForeignKeyConstraint(
            ["proposed_seat_id"], ["seat.id"], name=op.f("fk_referral_proposed_seat_id")
        ),
        sa.ForeignKeyConstraint(
            ["receiver_member_id"], ["membership.id"], name=op.f("fk_referral_receiver_member_id")
        ),
        sa.ForeignKeyConstraint(
            ["receiver_seat_id"], ["seat.id"], name=op.f("fk_referral_receiver_seat_id")
        ),
        sa.ForeignKeyConstraint(
            ["receiver_unit_id"], ["unit.id"], name=op.f("fk_referral_receiver_unit_id")
        ),
        sa.ForeignKeyConstraint(
            ["redirected_from_id"], ["referral.id"], name=op.f("fk_referral_redirected_from_id")
        ),
        sa.ForeignKeyConstraint(
            ["sender_member_id"], ["membership.id"], name=op.f("fk_referral_sender_member_id")
        ),
        sa.ForeignKeyConstraint(
            ["sender_seat_id"], ["seat.id"], name=op.f("fk_referral_sender_seat_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referral")),
        sa.UniqueConstraint("client_key", name=op.f("uq_referral_client_key")),
        info={"row_class": "case"},
    )
    op.create_index(op.f("ix_referral_basis_id"), "referral", ["basis_id"], unique=False)
    op.create_index(op.f("ix_referral_case_id"), "referral", ["case_id"], unique=False)
    op.create_index(op.f("ix_referral_need_id"), "referral", ["need_id"], unique=False)
    op.create_index(
        "ix_referral_reader_seats",
        "referral",
        ["reader_seats"],
        unique=False,
        postgresql_using="gin",
    )
    op.create_index(
        op.f("ix_referral_receiver_member_id"), "referral", ["receiver_member_id"], unique=False
    )
    op.create_index(
        "ix_referral_receiver_seat_id_state",
        "referral",
        ["receiver_seat_id", "state"],
        unique=False,
    )
    op.create_index(
        "ix_referral_sender_seat_id_sent_at",
        "referral",
        ["sender_seat_id", "sent_at"],
        unique=False,
    )
    op.create_index(
        "uq_referral_waiting",
        "referral",
        ["need_id", "receiver_seat_id"],
        unique=True,
        postgresql_where=sa.text("state IN ('sent', 'seen')"),
    )
    op.create_table(
        "printout",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("seat_id", sa.Uuid(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "waiting",
                "running",
                "ready",
                "failed",
                name="printout_status",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("progress", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("progress BETWEEN 0 AND 100", name=op.f("ck_printout_progress")),
        sa.ForeignKeyConstraint(
            ["referral_id"], ["referral.id"], name=op.f("fk_printout_referral_id")
        ),
        sa.ForeignKeyConstraint(["seat_id"], ["seat.id"], name=op.f("fk_printout_seat_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_printout_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_printout")),
        info={"row_class": "case"},
    )
    op.create_index(op.f("ix_printout_referral_id"), "printout", ["referral_id"], unique=False)
    op.create_table(
        "referral_sheet",
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("sections", postgresql.ARRAY(sa.TEXT()), nullable=False),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["referral_id"], ["referral.id"], name=op.f("fk_referral_sheet_referral_id")
        ),
        sa.PrimaryKeyConstraint("referral_id", name=op.f("pk_referral_sheet")),
        info={"row_class": "case"},
    )
    op.create_table(
        "referral_step",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column(
            "before",
            sa.Enum(
                "draft",
                "sent",
                "seen",
                "accepted",
                "first_contact",
                "in_progress",
                "completed",
                "given_up",
                "declined",
                "redirected",
                "expired",
                "revoked",
                name="before",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "after",
            sa.Enum(
                "draft",
                "sent",
                "seen",
                "accepted",
                "first_contact",
                "in_progress",
                "completed",
                "given_up",
                "declined",
                "redirected",
                "expired",
                "revoked",
                name="after",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seat_id", sa.Uuid(), nullable=True),
        sa.Column("member_id", sa.Uuid(), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["member_id"], ["membership.id"], name=op.f("fk_referral_step_member_id")
        ),
        sa.ForeignKeyConstraint(
            ["referral_id"], ["referral.id"], name=op.f("fk_referral_step_referral_id")
        ),
        sa.ForeignKeyConstraint(["seat_id"], ["seat.id"], name=op.f("fk_referral_step_seat_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referral_step")),
        info={"row_class": "case"},
    )
    op.create_index(
        op.f("ix_referral_step_referral_id"), "referral_step", ["referral_id"], unique=False
    )


def downgrade() -> None:
    """There is nothing before the first version but an empty database."""
    raise RuntimeError("the first version cannot be taken back: restore a backup instead")
