"""One story told a hundred thousand times: rows that make the database plan as in a large one."""

import uuid

import psycopg
from psycopg.sql import SQL, Literal

from partners.people.models import Membership
from tests.factories.world import World

NUMBER = 100_000
#: One case in fifty is read by the seat that looks; the others by as many seats as a country has.
ONE_IN, SEATS = 50, 400

#: A row of the world, and what each copy says of its own: ``n`` counts, ``k`` tells the seat.
SEAT = "CASE WHEN n % {one_in} = 0 THEN {mine} ELSE md5('seat' || n % {seats})::uuid END"
AT = "now() - n * interval '1 minute'"
#: As many states as referrals end in: the planner weighs a state that is asked by their number.
STATE = (
    "(ARRAY['accepted', 'first_contact', 'in_progress', 'completed', 'given_up', 'declined',"
    " 'redirected', 'expired', 'revoked'])[1 + n / 100 % 9]"
)
#: One referral in thirty of those that the seat received.
WAITS = "n % 3000 = 0"
#: One in ten of what the member asked or has to do, in twenty of what was asked of the seat.
TO_DO, ASKED = "n % 500 = 0", "n % 1000 = 0"
ME = "CASE WHEN n % {one_in} = 0 THEN {member} END"
COPIES: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("company", "company_id", {"id": "{key}", "siren": "NULL", "known_seats": "ARRAY[{seat}]"}),
    (
        "case_file",
        "case_id",
        {
            "id": "{key}",
            "reference": "'D-' || n",
            "company_id": "{company}",
            "person_id": "NULL",
            "lead_seat_id": "{seat}",
            "lead_member_id": "{me}",
            "reader_seats": "ARRAY[{seat}]",
            "moved_at": AT,
        },
    ),
    (
        "case_reader",
        "",
        {"seat_id": "{seat}", "case_id": "{case}", "moved_at": AT, "folded_title": "'nom ' || n"},
    ),
    ("participation", "", {"id": "{key}", "case_id": "{case}", "seat_id": "{seat}"}),
    ("timeline_entry", "", {"id": "{key}", "case_id": "{case}", "seat_id": "{seat}"}),
    ("need", "need_id", {"id": "{key}", "case_id": "{case}", "seat_id": "{seat}"}),
    (
        "referral",
        "",
        {
            "id": "{key}",
            "case_id": "{case}",
            "need_id": "{need}",
            "sender_seat_id": "{seat}",
            "reader_seats": "ARRAY[{seat}]",
            "client_key": "'clé ' || n",
            "state": "'completed'",
            "sent_at": AT,
            "answered_at": AT,
        },
    ),
    (
        "referral_sheet",
        "",
        {"referral_id": "{referral}", "folded_names": "'nom ' || n", "seats": "ARRAY[{seat}]"},
    ),
    (
        "boxed_referral",
        "",
        {
            "referral_id": "{referral}",
            "is_received": "n % 100 = 0",
            "seat_id": "{seat}",
            "state": "CASE WHEN {waits} THEN 'sent' ELSE " + STATE + " END",
            "sent_at": AT,
            "due_at": "CASE WHEN {waits} THEN " + AT + " END",
            "moved_at": "CASE WHEN n % 100 <> 0 THEN " + AT + " END",
        },
    ),
    (
        "case_action",
        "",
        {
            "id": "{key}",
            "case_id": "{case}",
            "seat_id": "{seat}",
            "owner_id": "{me}",
            "due_on": "current_date + 10 - n % 400",
            "status": f"CASE WHEN {TO_DO} THEN 'todo' ELSE 'done' END",
            "asked_by": "{me}",
            "asked_at": AT,
        },
    ),
    (
        "action_reply",
        "",
        {
            "id": "{key}",
            "action_id": "{action}",
            "case_id": "{case}",
            "answer": "'help'",
            "proposed_on": "NULL",
            "answered_at": "now() - n * interval '10 minutes'",
            "asked_by": "{me}",
            "lead_member_id": "{me}",
        },
    ),
    (
        "access_request",
        "",
        {
            "id": "{key}",
            "seat_id": f"CASE WHEN {ASKED} THEN proto.seat_id"
            " ELSE md5('seat' || n % {seats})::uuid END",
        },
    ),
    (
        "access_request_match",
        "",
        {
            "request_id": "{request}",
            "case_id": "{case}",
            "lead_seat_id": "{seat}",
            "handled_at": f"CASE WHEN {ASKED} THEN NULL ELSE now() END",
        },
    ),
    (
        "rights_request",
        "",
        {
            "id": "{key}",
            "case_id": "{case}",
            "lead_seat_id": "{seat}",
            "lead_member_id": "{me}",
            "state": f"CASE WHEN {ASKED} THEN 'received' ELSE 'answered' END",
            "answered_at": f"CASE WHEN {ASKED} THEN NULL ELSE now() END",
        },
    ),
    (
        "notice",
        "",
        {
            "id": "{key}",
            "key": "'message ' || n",
            "seat_id": "{seat}",
            "read_at": f"CASE WHEN {TO_DO} THEN NULL ELSE now() END",
            "created_at": AT,
        },
    ),
    ("declined_need", "", {"need_id": "{need}", "case_id": "{case}", "seat_id": "{seat}"}),
    ("journal_event", "", {"id": "{key}", "case_id": "{case}", "seat_id": "{seat}"}),
)
TABLES = (*(table for table, _, _ in COPIES), "territory_fact")


def multiply(connection: psycopg.Connection, world: World) -> None:
    """Copy a row of each table, as a superuser and without triggers; count the figures of
    territories; look at the statistics."""
    connection.execute("SET session_replication_role = replica")
    for table, _, own in COPIES:
        connection.execute(_copy(connection, table, own, world.adviser))
    connection.execute("SELECT rebuild_territory()")
    connection.execute("VACUUM ANALYZE")


def _copy(
    connection: psycopg.Connection, table: str, own: dict[str, str], member: Membership
) -> SQL:
    columns = [
        row[0]
        for row in connection.execute(
            "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0"
            " AND NOT attisdropped AND attgenerated = ''",
            [table],
        )
    ]
    names = {
        "seat": SEAT.format(one_in=ONE_IN, mine=_literal(member.seat_id), seats=SEATS),
        "me": ME.format(one_in=ONE_IN, member=_literal(member.id)),
        "key": _key(table),
        "company": _key("company"),
        "case": _key("case_file"),
        "need": _key("need"),
        "referral": _key("referral"),
        "action": _key("case_action"),
        "request": _key("access_request"),
        "seats": str(SEATS),
        "waits": WAITS,
    }
    values = [own[one].format(**names) if one in own else f'proto."{one}"' for one in columns]
    return SQL(  # type: ignore[return-value]
        f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(values)}"
        f" FROM (SELECT * FROM {table} LIMIT 1) proto, generate_series(1, {NUMBER}) n"
    )


def _key(table: str) -> str:
    return f"md5('{table}' || n)::uuid"


def _literal(value: uuid.UUID) -> str:
    return f"{Literal(str(value)).as_string(None)}::uuid"
