"""What the loader did not let the database check, checked afterwards."""

from collections.abc import Iterator

import psycopg
from psycopg.sql import SQL, Identifier

from bench.database.columns import COLUMNS

FOREIGN_KEYS = """
SELECT c.conrelid::regclass::text, a.attname, c.confrelid::regclass::text, b.attname
FROM pg_constraint c
JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
JOIN pg_attribute b ON b.attrelid = c.confrelid AND b.attnum = c.confkey[1]
WHERE c.contype = 'f' AND cardinality(c.conkey) = 1 AND c.conrelid::regclass::text = ANY (%s)
ORDER BY 1, 2
"""
ORPHANS = """
SELECT count(*) FROM {child} c WHERE c.{column} IS NOT NULL
  AND NOT EXISTS (SELECT FROM {parent} p WHERE p.{key} = c.{column})
"""
#: As the product's own functions compute them: ``refresh_case_seats``, ``refresh_company_seats``,
#: ``refresh_person_seats``, ``referral_readers``, ``case_movements``; each counts the rows that say
#: something else.
ARRAYS = {
    "case_file.reader_seats": """
SELECT count(*) FROM case_file c LEFT JOIN (
  SELECT case_id, array_agg(DISTINCT seat_id ORDER BY seat_id) AS seats
  FROM participation WHERE ended_at IS NULL GROUP BY case_id) p ON p.case_id = c.id
WHERE (SELECT array_agg(s ORDER BY s) FROM unnest(c.reader_seats) s) IS DISTINCT FROM p.seats
""",
    "company.known_seats": """
SELECT count(*) FROM company c LEFT JOIN (
  SELECT id, array_agg(DISTINCT seat_id ORDER BY seat_id) AS seats FROM (
    SELECT id, first_seat_id AS seat_id FROM company
    UNION ALL SELECT company_id, seat_id FROM company_use
    UNION ALL SELECT f.company_id, p.seat_id FROM participation p
      JOIN case_file f ON f.id = p.case_id WHERE p.ended_at IS NULL) s GROUP BY id) k
  ON k.id = c.id
WHERE (SELECT array_agg(s ORDER BY s) FROM unnest(c.known_seats) s) IS DISTINCT FROM k.seats
""",
    "company.search_grams": """
SELECT count(*) FROM company c LEFT JOIN ref_commune r ON r.code = c.commune_code
WHERE NOT (c.search_grams @> c.name_grams AND c.search_grams @> coalesce(r.name_grams, '{}')
  AND c.search_grams <@ (c.name_grams || r.name_grams))
""",
    "person.known_seats": """
SELECT count(*) FROM person t LEFT JOIN (
  SELECT id, array_agg(DISTINCT seat_id ORDER BY seat_id) AS seats FROM (
    SELECT id, first_seat_id AS seat_id FROM person
    UNION ALL SELECT f.person_id, p.seat_id FROM participation p
      JOIN case_file f ON f.id = p.case_id WHERE p.ended_at IS NULL) s GROUP BY id) k
  ON k.id = t.id
WHERE (SELECT array_agg(s ORDER BY s) FROM unnest(t.known_seats) s) IS DISTINCT FROM k.seats
""",
    "referral.reader_seats": """
SELECT count(*) FROM referral r JOIN case_file f ON f.id = r.case_id
WHERE (SELECT array_agg(DISTINCT s ORDER BY s) FROM unnest(r.reader_seats) s) IS DISTINCT FROM
  (SELECT array_agg(DISTINCT s ORDER BY s) FROM unnest(
     ARRAY[r.sender_seat_id, f.lead_seat_id, r.receiver_seat_id]) s)
""",
    "case_file.moved_at": """
SELECT count(*) FROM case_file c LEFT JOIN (
  SELECT case_id, max(at) AS at FROM case_change GROUP BY case_id) h ON h.case_id = c.id
WHERE c.moved_at IS DISTINCT FROM greatest(c.opened_at, h.at)
""",
    "case_reader": """
SELECT count(*) FROM (
  SELECT f.id, p.seat_id, f.status, greatest(f.moved_at, max(e.created_at)) AS moved_at
  FROM participation p JOIN case_file f ON f.id = p.case_id JOIN seat s ON s.id = p.seat_id
    LEFT JOIN timeline_entry e ON e.case_id = f.id AND CASE e.audience WHEN 'all' THEN true
      WHEN 'aid' THEN s.side = 'aid' OR e.seat_id = s.id ELSE e.seat_id = s.id END
  WHERE p.ended_at IS NULL GROUP BY f.id, p.seat_id) f
  FULL JOIN case_reader r ON r.case_id = f.id AND r.seat_id = f.seat_id
WHERE f.id IS NULL OR r.moved_at IS DISTINCT FROM f.moved_at OR r.status <> f.status
""",
    "boxed_referral": """
SELECT count(*) FROM (
  SELECT id, false AS is_received, sender_seat_id AS seat_id, state, due_at,
      greatest(answered_at, ended_at) AS moved_at FROM referral
    WHERE sender_seat_id = ANY (reader_seats)
  UNION ALL SELECT id, true, receiver_seat_id, state, due_at, NULL FROM referral
    WHERE receiver_seat_id = ANY (reader_seats) AND state <> 'draft' AND kind <> 'signpost') r
  FULL JOIN boxed_referral b ON b.referral_id = r.id AND b.is_received = r.is_received
WHERE (r.seat_id, r.state, r.due_at, r.moved_at)
  IS DISTINCT FROM (b.seat_id, b.state, b.due_at, b.moved_at)
""",
    "declined_need": """
SELECT count(*) FROM declined_need d JOIN case_file f ON f.id = d.case_id
WHERE f.closed_at IS NOT NULL OR EXISTS (SELECT FROM referral r WHERE r.need_id = d.need_id
  AND d.seat_id = ANY (r.reader_seats)
  AND r.state NOT IN ('draft', 'revoked', 'declined', 'redirected', 'expired'))
""",
    "referral_sheet.seats": """
SELECT count(*) FROM referral_sheet s JOIN referral r ON r.id = s.referral_id
WHERE s.seats <> ARRAY[r.sender_seat_id, r.receiver_seat_id]
""",
    "territory_cell.figure": """
SELECT count(*) FROM territory_cell c FULL JOIN (
  SELECT place, measure, cell, month, count(*) AS figure FROM territory_facts() GROUP BY 1, 2, 3, 4
) f USING (place, measure, cell, month) WHERE c.figure IS DISTINCT FROM f.figure
""",
    "participation.basis_id": """
SELECT count(*) FROM participation p WHERE p.ended_at IS NULL AND p.basis_id IS NOT NULL
  AND NOT basis_covers(p.basis_id, p.case_id, p.seat_id, p.sections, p.started_at)
""",
}


class NotWhole(RuntimeError):
    """What was loaded is not what the product would have written."""


def check_database(connection: psycopg.Connection) -> None:
    """Raise ``NotWhole`` when a reference leads nowhere or a kept array lies."""
    wrong = [*_orphans(connection), *_arrays(connection), *_refreshed(connection)]
    if wrong:
        raise NotWhole("; ".join(wrong))


def _orphans(connection: psycopg.Connection) -> Iterator[str]:
    for child, column, parent, key in connection.execute(FOREIGN_KEYS, [list(COLUMNS)]).fetchall():
        names = {"child": child, "column": column, "parent": parent, "key": key}
        statement = SQL(ORPHANS).format(**{k: Identifier(v) for k, v in names.items()})
        if count := _one(connection, statement):
            yield f"{count} rows of {child}.{column} lead nowhere"


def _arrays(connection: psycopg.Connection) -> Iterator[str]:
    for name, statement in ARRAYS.items():
        if count := _one(connection, SQL(statement)):
            yield f"{count} rows of {name} are not what the product computes"


def _refreshed(connection: psycopg.Connection) -> Iterator[str]:
    """The product's function, run on the last hundred cases and undone, changes no array."""
    last = "SELECT id FROM case_file ORDER BY id DESC LIMIT 100"
    ordered = "(SELECT array_agg(s ORDER BY s) FROM unnest(reader_seats) s)"
    seats = f"SELECT id, {ordered} FROM case_file WHERE id IN ({last}) ORDER BY id"
    with connection.transaction(force_rollback=True):
        before = connection.execute(seats.encode()).fetchall()
        connection.execute(f"SELECT refresh_case_seats(id) FROM ({last}) c".encode())
        after = connection.execute(seats.encode()).fetchall()
    if before != after:
        yield "refresh_case_seats changes reader_seats"


def _one(connection: psycopg.Connection, statement: object) -> int:
    row = connection.execute(statement).fetchone()  # type: ignore[call-overload]
    assert row is not None
    return int(row[0])
