"""The bare SQL of each action: the rows a page shows, read as plainly as a good hand would.

The bare page runs it as a superuser, whom no policy binds, on the product's tables and indexes. It
reads the rows that the product's page shows, as many and in the same order (a run compares their
identifiers), without totals, choices of filters nor rights. ``%(seat)s`` is the acting seat,
``%(me)s`` its member, ``%(user)s`` their account.
"""

CASE_COLUMNS = """
  f.id, f.reference, f.phase, f.status, f.outcome, f.opened_at,
  coalesce(c.name, p.given_name || ' ' || p.family_name) AS title, c.siren, t.name AS town,
  o.name AS lead, u.full_name AS member"""
CASE_TABLES = """
FROM case_file f LEFT JOIN company c ON c.id = f.company_id LEFT JOIN person p ON p.id = f.person_id
  LEFT JOIN ref_commune t ON t.code = c.commune_code
  JOIN seat s ON s.id = f.lead_seat_id JOIN organisation o ON o.id = s.organisation_id
  LEFT JOIN membership m ON m.id = f.lead_member_id LEFT JOIN user_account u ON u.id = m.user_id"""
MINE = "f.reader_seats @> ARRAY[%(seat)s::uuid]"
#: A case moves for each of its readers by what they may read: nothing else says when.
MOVED = "case_reader v ON v.case_id = f.id AND v.seat_id = %(seat)s"


def _paged(ids: str, order: str) -> str:
    """The identifiers of a page first, then what it shows of these cases alone."""
    return f"""WITH page AS MATERIALIZED ({ids})
SELECT {CASE_COLUMNS}, v.moved_at {CASE_TABLES} JOIN {MOVED}
WHERE f.id = ANY (ARRAY(SELECT id FROM page))
ORDER BY {order} DESC, f.id DESC"""


LIST = _paged(
    f"""SELECT f.id FROM case_file f WHERE {MINE} AND f.status <> 'closed'
ORDER BY f.opened_at DESC, f.id DESC LIMIT 25""",
    "f.opened_at",
)
LIST_PAGE = _paged(
    """SELECT v.case_id AS id FROM case_reader v WHERE v.seat_id = %(seat)s
ORDER BY v.moved_at DESC, v.case_id DESC LIMIT 25 OFFSET %(offset)s""",
    "v.moved_at",
)
SEARCH = _paged(
    f"""WITH mine AS MATERIALIZED (SELECT f.id, f.company_id, v.moved_at
  FROM case_file f JOIN {MOVED} WHERE {MINE})
SELECT mine.id FROM mine JOIN company k ON k.id = mine.company_id
WHERE k.folded_name LIKE '%%' || %(word)s || '%%'
ORDER BY mine.moved_at DESC, mine.id DESC LIMIT 25""",
    "v.moved_at",
)
COMPANIES = """SELECT c.id, c.name, c.siren, c.is_closed, t.name AS town FROM (
  SELECT k.id, (SELECT count(*) FROM unnest(%(grams)s::text[]) g WHERE g = ANY (k.name_grams)) AS n
  FROM company k WHERE k.known_seats @> ARRAY[%(seat)s::uuid] AND k.name_grams && %(grams)s::text[]
  ) s JOIN company c ON c.id = s.id LEFT JOIN ref_commune t ON t.code = c.commune_code
WHERE 2 * s.n >= cardinality(%(grams)s::text[]) ORDER BY s.n DESC, c.folded_name LIMIT 25"""

CASE = f"""SELECT {CASE_COLUMNS}, f.moved_at, p.email, p.phone {CASE_TABLES}
WHERE f.id = %(case)s AND {MINE}"""
CASE_PARTS = """SELECT a.role, a.started_at, o.name, u.full_name FROM participation a
JOIN seat s ON s.id = a.seat_id JOIN organisation o ON o.id = s.organisation_id
LEFT JOIN membership m ON m.id = a.member_id LEFT JOIN user_account u ON u.id = m.user_id
WHERE a.case_id = %(case)s AND a.ended_at IS NULL ORDER BY a.started_at"""
#: The page shows the last eight lines of a timeline, and reads one more to know that others follow.
CASE_ENTRIES = """SELECT e.id, e.kind, e.audience, e.body, e.happened_at, o.name, u.full_name
FROM timeline_entry e JOIN seat s ON s.id = e.seat_id
JOIN organisation o ON o.id = s.organisation_id
LEFT JOIN membership m ON m.id = e.author_id LEFT JOIN user_account u ON u.id = m.user_id
WHERE e.case_id = %(case)s AND (e.audience <> 'own' OR e.seat_id = %(seat)s)
ORDER BY e.happened_at DESC, e.id DESC LIMIT 9"""
CASE_ACTIONS = """SELECT a.id, a.objective, a.due_on, a.status, u.full_name FROM case_action a
LEFT JOIN membership m ON m.id = a.owner_id LEFT JOIN user_account u ON u.id = m.user_id
WHERE a.case_id = %(case)s ORDER BY a.due_on"""
CASE_NEEDS = """SELECT n.id, n.subject, n.description, r.id AS referral, r.state, o.name
FROM need n LEFT JOIN referral r ON r.need_id = n.id LEFT JOIN seat s ON s.id = r.receiver_seat_id
LEFT JOIN organisation o ON o.id = s.organisation_id WHERE n.case_id = %(case)s
ORDER BY n.created_at, r.sent_at"""
READ_CASE = """INSERT INTO journal_event
(id, at, principal, user_id, seat_id, action, object_type, object_id, case_id, details)
VALUES (gen_random_uuid(), clock_timestamp(), 'member', %(user)s, %(seat)s, 'case.read',
  'case_file', %(case)s, %(case)s, '{}')"""

# As many lines as the product shows at most, which mixes them in its parts: eight of each.
TODAY_ACTIONS = """SELECT a.objective, a.due_on, f.id, f.reference, c.name FROM case_action a
JOIN case_file f ON f.id = a.case_id LEFT JOIN company c ON c.id = f.company_id
WHERE a.owner_id = %(me)s AND a.status IN ('todo', 'doing') AND a.due_on <= current_date + 14
ORDER BY a.due_on LIMIT 8"""
REFERRAL_COLUMNS = """r.id, r.state, r.kind, r.subject, r.sent_at, r.answer_by,
  h.content #>> '{identity,0,1}' AS title, o.name"""
REFERRAL_TABLES = """FROM referral r JOIN seat s ON s.id = r.sender_seat_id
JOIN organisation o ON o.id = s.organisation_id
LEFT JOIN referral_sheet h ON h.referral_id = r.id"""
TODAY_REFERRALS = f"""SELECT {REFERRAL_COLUMNS} {REFERRAL_TABLES}
WHERE r.receiver_seat_id = %(seat)s AND r.state IN ('sent', 'seen') ORDER BY r.answer_by LIMIT 16"""
TODAY_NEWS = f"""SELECT {REFERRAL_COLUMNS} {REFERRAL_TABLES}
WHERE r.sender_seat_id = %(seat)s AND r.sent_at > now() - interval '40 days'
AND (r.answered_at > now() - interval '7 days' OR r.ended_at > now() - interval '7 days')
ORDER BY r.answered_at DESC LIMIT 5"""
TODAY_NOTICES = """SELECT id, text, path, created_at FROM notice
WHERE seat_id = %(seat)s AND read_at IS NULL ORDER BY created_at DESC LIMIT 5"""
BOX = f"""SELECT {REFERRAL_COLUMNS} {REFERRAL_TABLES}
WHERE r.receiver_seat_id = %(seat)s AND r.kind <> 'signpost' AND r.state <> 'draft'
ORDER BY r.due_at NULLS LAST, r.sent_at DESC, r.id LIMIT 25"""

TERRITORY = """WITH here AS (SELECT f.id, f.phase, f.status, f.outcome, f.closed_at FROM case_file f
  JOIN company c ON c.id = f.company_id JOIN ref_commune t ON t.code = c.commune_code
  WHERE t.region_code = %(region)s)
SELECT 'phase', phase, count(*) FROM here WHERE status <> 'closed' GROUP BY phase
UNION ALL SELECT 'outcome', outcome, count(*) FROM here
  WHERE closed_at > now() - interval '1 year' GROUP BY outcome
UNION ALL SELECT 'subject', n.subject, count(*) FROM need n JOIN here ON here.id = n.case_id
  WHERE n.created_at > now() - interval '1 year' GROUP BY n.subject
UNION ALL SELECT 'referral', r.state, count(*) FROM referral r JOIN here ON here.id = r.case_id
  WHERE r.sent_at > now() - interval '1 year' GROUP BY r.state"""
EXPORT = f"""SELECT {CASE_COLUMNS}, v.moved_at {CASE_TABLES} JOIN {MOVED} WHERE {MINE}
ORDER BY v.moved_at DESC, v.case_id DESC LIMIT 10000"""

NOTE = """INSERT INTO timeline_entry
(id, case_id, kind, audience, seat_id, author_id, body, happened_at, created_at)
VALUES (gen_random_uuid(), %(case)s, 'note', 'aid', %(seat)s, %(me)s, %(body)s,
  clock_timestamp(), clock_timestamp())"""
WRITE_JOURNAL = READ_CASE.replace("'case.read'", "'entry.written'")
SEND_BASIS = """INSERT INTO legal_basis (id, case_id, kind, mode, given_by, about, given_at,
  seat_ids, sections, reason, recorded_by, recorded_seat_id, withdrawn_by, created_at)
VALUES (%(basis)s, %(case)s, 'consent', 'writing', 'x', '', clock_timestamp(),
  ARRAY[%(receiver)s::uuid], '{identity,situation}', '', %(me)s, %(seat)s, '', clock_timestamp())"""
SEND_REFERRAL = """INSERT INTO referral (id, case_id, need_id, kind, state, subject, sender_seat_id,
  sender_member_id, receiver_seat_id, basis_id, message, frozen, client_key, sent_at, decline_text,
  can_entrepreneur_read, end_note, created_at)
VALUES (%(referral)s::uuid, %(case)s, %(need)s, 'joint', 'sent', 'other', %(seat)s, %(me)s,
  %(receiver)s, %(basis)s, '', '{}', %(referral)s::uuid::text, clock_timestamp(), '', false, '',
  clock_timestamp())"""
SEND_SHEET = """INSERT INTO referral_sheet (referral_id, sections, content, frozen_at)
VALUES (%(referral)s, '{identity,situation}', '{"identity": [["Entreprise", "x"]]}',
  clock_timestamp())"""
SEND_STEP = """INSERT INTO referral_step
(id, referral_id, before, after, at, seat_id, member_id, note)
VALUES (gen_random_uuid(), %(referral)s, 'draft', 'sent', clock_timestamp(), %(seat)s,
  %(me)s, '')"""

CASE_PAGE = (CASE, CASE_PARTS, CASE_ENTRIES, CASE_ACTIONS, CASE_NEEDS)

#: By action (``bench.measure.actions``): what is read, then what is written and committed.
READS: dict[str, tuple[str, ...]] = {
    "today": (TODAY_ACTIONS, TODAY_REFERRALS, TODAY_NEWS, TODAY_NOTICES),
    "list": (LIST,),
    "page_1": (LIST_PAGE,),
    "page_10": (LIST_PAGE,),
    "page_last": (LIST_PAGE,),
    "search_rare": (SEARCH,),
    "search_common": (SEARCH,),
    "companies": (COMPANIES,),
    "open": CASE_PAGE,
    "open_closed": CASE_PAGE,
    "open_long": CASE_PAGE,
    "box": (BOX,),
    "territory": (TERRITORY,),
    "export": (EXPORT,),
}
WRITES: dict[str, tuple[str, ...]] = {
    "open": (READ_CASE,),
    "open_closed": (READ_CASE,),
    "open_long": (READ_CASE,),
    "note": (NOTE, WRITE_JOURNAL),
    "send": (SEND_BASIS, SEND_REFERRAL, SEND_SHEET, SEND_STEP, WRITE_JOURNAL),
}

SESSION = (
    "SELECT m.id, m.user_id, m.seat_id FROM member_session s JOIN membership m"
    " ON m.id = s.membership_id WHERE s.token_hash = %(hash)s AND s.ends_at > now()"
    " AND s.revoked_at IS NULL"
)
