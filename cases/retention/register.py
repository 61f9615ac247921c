"""What becomes of each table, and of each word of a case. A contract test holds that none is left.

A table ends with a kind of record, is kept for a reason, or hangs from a case: then its words are
cleared or its rows deleted when the case is anonymised.
"""

from cases.retention.enums import Kind


class Kept(str):
    """Why a table is kept without end."""


REFERENCE = Kept("public reference data")
DIRECTORY = Kept("describes an organisation, not a person; its manager changes or closes it")
COUNTED = Kept("holds codes and dates only; figures count it")
BY_ITSELF = Kept("one row per process, written over")

TABLES: dict[str, Kind | Kept] = {
    **dict.fromkeys(
        (
            *("ref_region", "ref_department", "ref_commune", "ref_commune_postcode", "ref_naf"),
            *("ref_legal_form", "ref_headcount_band", "ref_load", "ref_retention"),
        ),
        REFERENCE,
    ),
    **dict.fromkeys(
        (
            *("organisation", "seat", "unit", "unit_territory", "opening_period", "service"),
            *("routing_rule",),
        ),
        DIRECTORY,
    ),
    "user_account": Kind.FORMER_MEMBER,
    "user_secret": Kind.FORMER_MEMBER,
    "recovery_code": Kind.FORMER_MEMBER,
    "saved_view": Kind.FORMER_MEMBER,
    "membership": Kept("says who wrote what stands; the function is cleared with the account"),
    "correspondent": Kept("names a member for a service; removed by the manager or on leaving"),
    "absence": Kind.ABSENCE,
    "invitation": Kind.INVITATION,
    "member_session": Kind.SESSION,
    "pledge": Kind.PLEDGE,
    "throttle": Kind.THROTTLE,
    "link": Kind.LINK,
    "notice": Kind.NOTICE,
    "outbox": Kind.OUTBOX,
    "pulse": BY_ITSELF,
    "job_run": Kind.JOB_RUN,
    "journal_event": Kind.JOURNAL,
    "journal_seal": Kept("hashes only: without them the chain would not verify"),
    "journal_checkpoint": Kept("says how far the journal was erased; the chain rests on it"),
    "company": Kind.COMPANY,
    "company_use": Kind.COMPANY,
    "company_person": Kind.PERSON,
    "person": Kind.PERSON,
    **dict.fromkeys(
        (
            *("case_file", "case_change", "participation", "timeline_entry", "entry_revision"),
            *("assessment", "assessment_debt", "case_action", "need", "referral"),
            *("referral_step", "access_request_match", "action_reply", "outside_access"),
            *("rights_request", "rights_copy"),
        ),
        Kind.CASE,
    ),
    "legal_basis": Kind.AGREEMENT,
    "agreement_proof": Kind.AGREEMENT,
    "referral_sheet": Kind.REFERRAL_SHEET,
    "access_request": Kind.ACCESS_REQUEST,
    "printout": Kind.PRINTOUT,
    **dict.fromkeys(("case_reader", "boxed_referral", "declined_need"), Kind.CASE),
    **dict.fromkeys(("case_remains", "territory_cell", "territory_delta"), COUNTED),
    "territory_fact": Kept("codes and months, and whose: follows its case, nameless with it"),
    "territory_recount": Kept("a case to count again, gone in two runs of its job"),
    "retention_reduction": Kept("a decision of an organisation, in force"),
    "retention_extension": Kept("the written reason of a longer journal: the need is documented"),
    "erasure": Kept("replayed after a restore: kept as long as a backup may be"),
}

#: Tables of a case whose rows go with it.
DELETED = frozenset(
    {
        *("entry_revision", "assessment", "assessment_debt", "case_action", "referral_sheet"),
        *("access_request_match", "printout", "action_reply", "outside_access"),
        *("rights_request", "rights_copy", "case_reader", "boxed_referral"),
        "declined_need",
    }
)
#: Words of the tables of a case that stay: codes, and what keeps them apart.
CODES: dict[str, frozenset[str]] = {
    "case_file": frozenset({"reference"}),
    "case_change": frozenset({"before", "after"}),
    "participation": frozenset({"sections", "end_reason"}),
    "legal_basis": frozenset({"sections"}),
    "referral": frozenset({"client_key", "frozen"}),
    "case_remains": frozenset({"department", "region", "naf_section", "headcount_band"}),
}
#: Erased by a job of their own; here for the page and the register.
ELSEWHERE = {Kind.PRINTOUT: "referrals.forget_printouts", Kind.JOB_RUN: "each job, at its end"}
