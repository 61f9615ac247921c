-- The entrepreneur's page reads by link what concerns them, through functions that ask the link
-- itself: one case, that of its agreement, once the agreement is in force. Before, the address may
-- have been mistyped on the phone: the link then shows its agreement and nothing else.
CREATE FUNCTION app_link_case() RETURNS uuid LANGUAGE sql STABLE SECURITY DEFINER
  SET search_path = pg_catalog, public
  AS $$ SELECT case_id FROM legal_basis
        WHERE id = app_link_object('consent') AND kind = 'consent' AND valid_until IS NULL
          AND withdrawn_at IS NULL $$;

-- Two names, two addresses: one person? The address may be missing (an agreement in writing).
CREATE FUNCTION is_same_person(p_name text, p_mail text, o_name text, o_mail text) RETURNS boolean
  LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, public
  AS $$ SELECT btrim(p_name) <> ''
          AND lower(regexp_replace(btrim(p_name), '\s+', ' ', 'g'))
            = lower(regexp_replace(btrim(o_name), '\s+', ' ', 'g'))
          AND (p_mail = '' OR o_mail = '' OR lower(p_mail) = lower(o_mail)) $$;

-- Other agreements that this person gave on this case and that still hold. Health is told by its
-- own link alone.
CREATE FUNCTION app_link_agreements() RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER
  SET search_path = pg_catalog, public
  AS $$ SELECT o.id FROM legal_basis b JOIN legal_basis o ON o.case_id = b.case_id
        WHERE b.id = app_link_object('consent') AND b.case_id = app_link_case() AND o.id <> b.id
          AND o.kind = 'consent' AND o.withdrawn_at IS NULL AND 'health' <> ALL (o.sections)
          AND is_same_person(o.given_by, o.sent_to, b.given_by, b.sent_to) $$;

-- Who takes part, since when and why. Whose agreement it is, but not the name of another person.
CREATE FUNCTION space_helpers()
  RETURNS TABLE (seat_id uuid, role text, was_lead boolean, sections text[],
    started_at timestamptz, kind text, permission text, given_at timestamptz, is_mine boolean)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public
  AS $$ SELECT p.seat_id, p.role, p.was_lead, p.sections, p.started_at, l.kind, l.permission,
          l.given_at, coalesce(l.id = b.id OR l.id IN (SELECT app_link_agreements()), false)
        FROM legal_basis b JOIN participation p ON p.case_id = b.case_id
          LEFT JOIN legal_basis l ON l.id = p.basis_id
        WHERE b.id = app_link_object('consent') AND b.case_id = app_link_case()
          AND p.ended_at IS NULL
        ORDER BY p.role <> 'lead', p.started_at $$;

-- Whom to call: the lead, by the phone of the unit of whoever follows the case, else its own.
CREATE FUNCTION space_contact() RETURNS TABLE (organisation text, phone text, email text)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public
  AS $$ SELECT o.name, coalesce(nullif(u.phone, ''), o.phone), coalesce(nullif(u.email, ''), o.email)
        FROM legal_basis b JOIN case_file f ON f.id = b.case_id
          JOIN seat s ON s.id = f.lead_seat_id JOIN organisation o ON o.id = s.organisation_id
          LEFT JOIN membership m ON m.id = f.lead_member_id LEFT JOIN unit u ON u.id = m.unit_id
        WHERE b.id = app_link_object('consent') $$;

-- Who opened what, day by day, by seat and function, never by name. Only the readings of this list:
-- what a later feature keeps confidential (a mediation, a procedure) is not told by default, nor is
-- anything on health. The bearer sees the readings made by their own link.
CREATE FUNCTION space_openings(p_offset integer, p_limit integer)
  RETURNS TABLE (day date, seat_id uuid, role text, action text, times bigint, total bigint)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public
  AS $$ SELECT (e.at AT TIME ZONE 'Europe/Paris')::date, e.seat_id, m.role, e.action, count(*),
          count(*) OVER ()
        FROM journal_event e LEFT JOIN LATERAL (
          SELECT role FROM membership WHERE user_id = e.user_id AND seat_id = e.seat_id
          ORDER BY ended_at DESC NULLS FIRST LIMIT 1) m ON true
        WHERE e.case_id = app_link_case()
          AND (e.principal = 'member' AND e.action IN ('case.read', 'case.history.read',
              'assessment.read', 'sharing.read', 'referral.read', 'sheet.printed',
              'sheet.downloaded', 'rights_request.read')
            OR e.link_id = app_link() AND e.action = 'space.read')
          AND NOT (e.object_type = 'referral' AND EXISTS (
            SELECT FROM referral r WHERE r.id = e.object_id AND r.subject = 'health'))
        GROUP BY 1, 2, 3, 4 ORDER BY 1 DESC, max(e.at) DESC
        OFFSET greatest(p_offset, 0) LIMIT least(p_limit, 100) $$;

-- What partners wrote for the entrepreneur when they declined, and chose that it be read.
CREATE FUNCTION space_messages() RETURNS TABLE (organisation text, said text, at timestamptz)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public
  AS $$ SELECT o.name, r.decline_text, r.answered_at
        FROM referral r JOIN seat s ON s.id = r.receiver_seat_id
          JOIN organisation o ON o.id = s.organisation_id
        WHERE r.case_id = app_link_case() AND r.state = 'declined' AND r.can_entrepreneur_read
          AND r.subject <> 'health' AND r.decline_text <> ''
        ORDER BY r.answered_at DESC LIMIT 5 $$;

DO $$ DECLARE f text; BEGIN
  FOREACH f IN ARRAY ARRAY['app_link_case()', 'app_link_agreements()', 'space_helpers()',
      'space_contact()', 'space_messages()', 'space_openings(integer, integer)',
      'is_same_person(text, text, text, text)'] LOOP
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
    EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO relais_web, relais_definer', f);
    IF f NOT LIKE 'is_%' THEN EXECUTE format('ALTER FUNCTION %s OWNER TO relais_definer', f); END IF;
  END LOOP;
END $$;

CREATE POLICY of_same_person ON legal_basis FOR SELECT TO relais_web
  USING (id IN (SELECT app_link_agreements()));
-- Withdrawn and nothing else: each agreement is confirmed by its own link.
CREATE POLICY withdrawn_by_same_person ON legal_basis FOR UPDATE TO relais_web
  USING (id IN (SELECT app_link_agreements())) WITH CHECK (withdrawn_at IS NOT NULL);
