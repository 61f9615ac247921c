"""Which columns the loader writes, in order; the others take their default."""

COLUMNS: dict[str, tuple[str, ...]] = {
    "company": (
        *("id", "siren", "siret", "name", "folded_name", "name_grams", "search_grams"),
        *("legal_form", "naf", "headcount_band", "commune_code", "postcode", "address"),
        *("created_on", "is_craft"),
        *("is_ess", "source", "checked_at", "first_seat_id", "known_seats", "created_at"),
    ),
    "company_use": ("company_id", "seat_id", "used_at"),
    "person": (
        *("id", "given_name", "family_name", "folded_name", "email", "phone", "commune_code"),
        *("first_seat_id", "known_seats", "created_at"),
    ),
    "company_person": ("id", "company_id", "person_id", "seat_id", "position", "created_at"),
    "case_file": (
        *("id", "reference", "company_id", "person_id", "lead_seat_id", "lead_member_id", "phase"),
        *("status", "paused_until", "paused_reason", "opened_at", "closed_at", "outcome"),
        *("moved_at", "reader_seats", "created_at"),
    ),
    "case_change": ("id", "case_id", "kind", "before", "after", "reason", "at", "member_id"),
    "legal_basis": (
        *("id", "case_id", "kind", "mode", "given_by", "given_at", "seat_ids", "sections"),
        *("recorded_by", "recorded_seat_id", "confirmed_at", "created_at"),
    ),
    "participation": (
        *("id", "case_id", "seat_id", "role", "member_id", "basis_id", "referral_id", "sections"),
        *("started_at", "ended_at", "end_reason"),
    ),
    "timeline_entry": (
        *("id", "case_id", "kind", "audience", "seat_id", "author_id", "body", "happened_at"),
        *("object_id", "corrected_at", "created_at"),
    ),
    "entry_revision": (
        *("id", "entry_id", "case_id", "body", "replaced_at", "replaced_by", "audience"),
    ),
    "assessment": (
        *("id", "case_id", "seat_id", "author_id", "done_on", "treasury_cents", "order_book"),
        *("headcount", "staff", "moral_strand", "technical_strand", "created_at"),
    ),
    "assessment_debt": ("id", "assessment_id", "creditor", "amount_cents", "is_overdue"),
    "case_action": (
        *("id", "case_id", "seat_id", "objective", "owner_id", "due_on", "status", "done_at"),
        "created_at",
    ),
    "need": (
        *("id", "case_id", "seat_id", "author_id", "subject", "audience", "description"),
        *("budget_euros", "created_at"),
    ),
    "referral": (
        *("id", "case_id", "need_id", "kind", "state", "subject", "sender_seat_id"),
        *("sender_member_id", "receiver_seat_id", "receiver_unit_id", "receiver_member_id"),
        *("basis_id", "frozen", "client_key", "sent_at", "seen_at", "answer_by", "expires_at"),
        *("answered_at", "ended_at", "decline_code", "decline_text", "reader_seats", "created_at"),
    ),
    "referral_sheet": (
        *("referral_id", "sections", "content", "frozen_at", "folded_names", "siren", "seats"),
    ),
    "referral_step": ("id", "referral_id", "before", "after", "at", "seat_id", "member_id"),
    "journal_event": (
        *("id", "at", "principal", "user_id", "seat_id", "action", "object_type", "object_id"),
        *("case_id", "details"),
    ),
    "notice": ("id", "key", "seat_id", "subject_id", "text", "path", "read_at", "created_at"),
    "outbox": (
        *("id", "kind", "dedupe_key", "payload", "principal", "user_id", "seat_id", "subject_id"),
        *("available_at", "status", "attempts", "started_at", "sent_at", "created_at"),
    ),
}

#: What the triggers of these tables do on an insert, which the loader writes itself: they do not
#: run while it loads (``session_replication_role``), and the arrays are checked afterwards.
REPLACED_TRIGGERS = frozenset(
    {
        ("company", "known_to_first_seat"),
        ("company", "company_grams"),
        ("person", "known_to_first_seat"),
        ("company_use", "company_used"),
        ("case_file", "read_by_lead"),
        ("participation", "participation_changed"),
        ("participation", "participation_rests_on_basis"),
        ("timeline_entry", "case_moved"),
        ("referral", "referral_readers"),
        ("referral", "referral_unread"),
        ("referral_sheet", "sheet_seats"),
        ("journal_event", "referral_read"),
    }
)
#: Tables that triggers keep: emptied with the others, their indexes made after they are filled.
KEPT_TABLES = ("case_reader", "boxed_referral", "declined_need")
#: What writes them anew looks their rows up by these, which stay.
NEEDED_INDEXES = ("ix_case_reader_case_id", "ix_timeline_entry_case_id_happened_at")
#: Triggers of later migrations: what writes, in bulk, what they would have kept row by row (each
#: statement runs once).
REPLAYED_TRIGGERS: dict[tuple[str, str], str] = {
    ("case_file", "case_readers_written"): "SELECT rebuild_case_readers()",
    ("referral", "referral_boxed"): "SELECT rebuild_boxed_referrals()",
    ("referral", "need_declined"): "SELECT rebuild_declined_needs()",
    ("case_file", "case_counted"): "SELECT rebuild_territory()",
    ("need", "part_counted"): "SELECT rebuild_territory()",
    ("referral", "part_counted"): "SELECT rebuild_territory()",
}
