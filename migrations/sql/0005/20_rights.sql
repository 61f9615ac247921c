-- Requests of the person. The link asks in the name and for the address of its own agreement; it
-- reads what this person asked on this case. The lead of the moment answers; the recovery side
-- reads none of it.
CREATE FUNCTION app_link_asks(p_case uuid, p_name text, p_mail text) RETURNS boolean
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public
  AS $$ SELECT EXISTS (SELECT FROM legal_basis b
        WHERE b.id = app_link_object('consent') AND b.case_id = app_link_case()
          AND b.case_id = p_case AND b.given_by = p_name AND b.sent_to = p_mail) $$;
CREATE FUNCTION app_link_requests() RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER
  SET search_path = pg_catalog, public
  AS $$ SELECT q.id FROM legal_basis b JOIN rights_request q ON q.case_id = b.case_id
        WHERE b.id = app_link_object('consent') AND b.case_id = app_link_case()
          AND is_same_person(q.asked_by, q.answer_to, b.given_by, b.sent_to) $$;

-- Cases whose requests this member answers: they follow the case for the lead, or manage its seat.
CREATE FUNCTION app_answers_rights() RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER
  SET search_path = pg_catalog, public
  AS $$ SELECT f.id FROM case_file f
          LEFT JOIN membership m ON m.id = f.lead_member_id AND m.ended_at IS NULL
        WHERE f.lead_seat_id = app_seat() AND app_side() = 'aid'
          AND (app_role() = 'manager' OR m.user_id = app_user()) $$;

-- How many other seats of a case keep texts for themselves: told to its lead, for the copy it
-- gives. What touches health is not counted, nor what the platform writes by itself.
CREATE FUNCTION own_texts_elsewhere(p_case uuid) RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER
  SET search_path = pg_catalog, public
  AS $$ SELECT count(DISTINCT t.seat_id) FROM case_file f JOIN (
          SELECT case_id, seat_id FROM timeline_entry WHERE audience = 'own'
            AND kind IN ('note', 'call', 'visit', 'meeting', 'letter', 'decision')
          UNION SELECT case_id, seat_id FROM assessment WHERE audience = 'own'
          UNION SELECT case_id, seat_id FROM case_action WHERE audience = 'own'
          UNION SELECT case_id, seat_id FROM need WHERE audience = 'own' AND subject <> 'health'
        ) t ON t.case_id = f.id AND t.seat_id <> f.lead_seat_id
        WHERE f.id = p_case AND f.lead_seat_id = app_seat() $$;

DO $$ DECLARE f text; BEGIN
  FOREACH f IN ARRAY ARRAY['app_link_asks(uuid, text, text)', 'app_link_requests()',
      'app_answers_rights()', 'own_texts_elsewhere(uuid)'] LOOP
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
    EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO relais_web, relais_definer', f);
    EXECUTE format('ALTER FUNCTION %s OWNER TO relais_definer', f);
  END LOOP;
END $$;

CREATE POLICY readers ON rights_request FOR SELECT TO relais_web
  USING (id IN (SELECT app_link_requests()) OR ((SELECT app_side()) = 'aid'
    AND case_id IN (SELECT id FROM case_file
      WHERE lead_seat_id = (SELECT app_seat()) OR received_seat_id = (SELECT app_seat()))));
CREATE POLICY asked ON rights_request FOR INSERT TO relais_web
  WITH CHECK (channel = 'link' AND received_by IS NULL AND received_seat_id IS NULL
    AND state = 'received' AND extended_at IS NULL AND app_link_asks(case_id, asked_by, answer_to));
CREATE POLICY noted ON rights_request FOR INSERT TO relais_web
  WITH CHECK ((SELECT app_side()) = 'aid' AND received_seat_id = (SELECT app_seat())
    AND received_by IN (SELECT id FROM membership WHERE user_id = (SELECT app_user())
      AND seat_id = (SELECT app_seat()) AND ended_at IS NULL)
    AND state = 'received' AND extended_at IS NULL AND case_id IN (SELECT id FROM case_file));
-- What was answered stays answered.
CREATE POLICY answered ON rights_request FOR UPDATE TO relais_web
  USING (state IN ('received', 'extended') AND case_id IN (SELECT app_answers_rights()))
  WITH CHECK (case_id IN (SELECT app_answers_rights()) AND (answered_seat_id IS NULL
    OR answered_seat_id = (SELECT app_seat()) AND answered_by IN (SELECT id FROM membership
      WHERE user_id = (SELECT app_user()) AND seat_id = (SELECT app_seat()))));
REVOKE UPDATE, DELETE ON rights_request FROM relais_web;
GRANT UPDATE (state, due_on, extended_at, extension_reason, refusal, answer, answered_at,
  answered_by, answered_seat_id) ON rights_request TO relais_web;

-- A copy belongs to the seat that made it, and tells what that seat reads: a later lead makes its
-- own. Once given, its bearer reads it; what was left out is no longer in it.
CREATE POLICY readers ON rights_copy FOR SELECT TO relais_web
  USING (id = (SELECT app_link_object('copy')) AND status = 'given'
    OR seat_id = (SELECT app_seat()) AND case_id IN (SELECT app_answers_rights()));
CREATE POLICY made ON rights_copy FOR INSERT TO relais_web
  WITH CHECK (seat_id = (SELECT app_seat()) AND status = 'waiting' AND pdf IS NULL AND data IS NULL
    AND request_id IN (SELECT q.id FROM rights_request q WHERE q.case_id = rights_copy.case_id)
    AND case_id IN (SELECT app_answers_rights()));
CREATE POLICY changed ON rights_copy FOR UPDATE TO relais_web
  USING (status <> 'given' AND seat_id = (SELECT app_seat())
    AND case_id IN (SELECT app_answers_rights()))
  WITH CHECK (seat_id = (SELECT app_seat()) AND case_id IN (SELECT app_answers_rights()));
REVOKE UPDATE, DELETE ON rights_copy FROM relais_web;
GRANT UPDATE (status, content, left_out, given_at) ON rights_copy TO relais_web;
