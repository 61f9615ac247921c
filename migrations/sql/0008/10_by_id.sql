-- Policies look the case up by its identifier. « case_id IN (SELECT id FROM case_file) » is planned
-- as a hash of all the cases a seat reads, made anew for each statement: a page about one case would
-- cost more with every case of the seat. « EXISTS (… WHERE id = case_id OFFSET 0) » costs one look-up
-- a row: without the OFFSET the planner might hash all the same, where it believes that many rows
-- will be read (a table never analysed is enough).

ALTER POLICY readers ON participation
  USING (EXISTS (SELECT FROM case_file c WHERE c.id = case_id OFFSET 0));
ALTER POLICY opened ON participation
  WITH CHECK (role = 'lead' AND seat_id = (SELECT app_seat()) AND EXISTS (SELECT FROM case_file c
    WHERE c.id = case_id AND c.lead_seat_id = (SELECT app_seat()) OFFSET 0));
ALTER POLICY own_or_led ON participation
  USING (ended_at IS NULL AND (seat_id = (SELECT app_seat()) OR EXISTS (SELECT FROM case_file c
    WHERE c.id = case_id AND c.lead_seat_id = (SELECT app_seat()) OFFSET 0)));

ALTER POLICY readers ON legal_basis
  USING (id = (SELECT app_link_object('consent'))
    OR (EXISTS (SELECT FROM case_file c WHERE c.id = case_id OFFSET 0)
      AND (recorded_seat_id = (SELECT app_seat()) OR seat_ids @> ARRAY[(SELECT app_seat())]
        OR ('health' <> ALL (sections)
          AND (EXISTS (SELECT FROM case_file c
                 WHERE c.id = case_id AND c.lead_seat_id = (SELECT app_seat()) OFFSET 0)
            OR EXISTS (SELECT FROM participation p
                 WHERE p.basis_id = legal_basis.id AND p.ended_at IS NULL OFFSET 0))))));
ALTER POLICY recorded ON legal_basis
  WITH CHECK (recorded_seat_id = (SELECT app_seat())
    AND EXISTS (SELECT FROM case_file c WHERE c.id = case_id OFFSET 0)
    AND (kind = 'consent' OR (SELECT app_role()) = 'manager'));
ALTER POLICY confirmed_or_withdrawn ON legal_basis
  USING (EXISTS (SELECT FROM case_file c WHERE c.id = case_id OFFSET 0)
    OR id = (SELECT app_link_object('consent')));

ALTER POLICY readers ON case_change
  USING (EXISTS (SELECT FROM case_file c WHERE c.id = case_id OFFSET 0));
ALTER POLICY led ON case_change
  WITH CHECK (EXISTS (SELECT FROM case_file c
    WHERE c.id = case_id AND c.lead_seat_id = (SELECT app_seat()) OFFSET 0));

ALTER POLICY heard ON timeline_entry
  USING (EXISTS (SELECT FROM case_file c WHERE c.id = case_id OFFSET 0) AND (audience = 'all'
    OR (audience = 'aid' AND (SELECT app_side()) = 'aid') OR seat_id = (SELECT app_seat())));
ALTER POLICY written ON timeline_entry
  WITH CHECK (seat_id = (SELECT app_seat())
    AND EXISTS (SELECT FROM case_file c WHERE c.id = case_id OFFSET 0));
ALTER POLICY corrected ON timeline_entry
  USING (seat_id = (SELECT app_seat()) AND EXISTS (SELECT FROM case_file c WHERE c.id = case_id OFFSET 0));

ALTER POLICY heard ON entry_revision
  USING (EXISTS (SELECT FROM timeline_entry e WHERE e.id = entry_id OFFSET 0));
ALTER POLICY written ON entry_revision
  WITH CHECK (EXISTS (SELECT FROM timeline_entry e
    WHERE e.id = entry_id AND e.seat_id = (SELECT app_seat()) OFFSET 0));

-- Figures are read by the lead and by the seats whose agreement covers them.
CREATE FUNCTION app_reads_figures_of(p_case uuid) RETURNS boolean LANGUAGE sql STABLE
  SECURITY DEFINER SET search_path = pg_catalog, public
  AS $$ SELECT EXISTS (SELECT FROM participation
        WHERE case_id = p_case AND seat_id = app_seat() AND ended_at IS NULL
          AND (role = 'lead' OR was_lead OR 'figures' = ANY (sections))) $$;
REVOKE ALL ON FUNCTION app_reads_figures_of(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app_reads_figures_of(uuid)
  TO relais_web, relais_worker, relais_definer;
ALTER FUNCTION app_reads_figures_of(uuid) OWNER TO relais_definer;
ALTER POLICY heard ON assessment
  USING (EXISTS (SELECT FROM case_file c WHERE c.id = case_id OFFSET 0) AND app_reads_figures_of(case_id)
    AND (audience = 'all' OR (audience = 'aid' AND (SELECT app_side()) = 'aid')
         OR seat_id = (SELECT app_seat())));
ALTER POLICY written ON assessment
  WITH CHECK (seat_id = (SELECT app_seat())
    AND EXISTS (SELECT FROM case_file c WHERE c.id = case_id OFFSET 0));
ALTER POLICY heard ON assessment_debt
  USING (EXISTS (SELECT FROM assessment a WHERE a.id = assessment_id OFFSET 0));
ALTER POLICY written ON assessment_debt
  WITH CHECK (EXISTS (SELECT FROM assessment a
    WHERE a.id = assessment_id AND a.seat_id = (SELECT app_seat()) OFFSET 0));
DROP FUNCTION app_reads_figures();

ALTER POLICY heard ON case_action
  USING (EXISTS (SELECT FROM case_file c WHERE c.id = case_id OFFSET 0) AND (audience = 'all'
    OR (audience = 'aid' AND (SELECT app_side()) = 'aid') OR seat_id = (SELECT app_seat())));
ALTER POLICY written ON case_action
  WITH CHECK (seat_id = (SELECT app_seat())
    AND EXISTS (SELECT FROM case_file c WHERE c.id = case_id OFFSET 0));
ALTER POLICY heard_change ON case_action
  USING (EXISTS (SELECT FROM case_file c WHERE c.id = case_id OFFSET 0) AND (audience = 'all'
    OR (audience = 'aid' AND (SELECT app_side()) = 'aid') OR seat_id = (SELECT app_seat())));

ALTER POLICY heard ON need
  USING (EXISTS (SELECT FROM case_file c WHERE c.id = case_id OFFSET 0) AND (audience = 'all'
    OR (audience = 'aid' AND (SELECT app_side()) = 'aid') OR seat_id = (SELECT app_seat())));
ALTER POLICY written ON need
  WITH CHECK (seat_id = (SELECT app_seat())
    AND EXISTS (SELECT FROM case_file c WHERE c.id = case_id OFFSET 0));
ALTER POLICY corrected ON need
  USING (seat_id = (SELECT app_seat()) AND EXISTS (SELECT FROM case_file c WHERE c.id = case_id OFFSET 0));

ALTER POLICY sent ON referral
  WITH CHECK (sender_seat_id = (SELECT app_seat())
    AND EXISTS (SELECT FROM case_file c WHERE c.id = case_id OFFSET 0)
    AND EXISTS (SELECT FROM need n WHERE n.id = need_id OFFSET 0)
    AND (kind <> 'handover'
      OR EXISTS (SELECT FROM seat s WHERE s.id = receiver_seat_id AND s.side = 'aid' OFFSET 0)));
ALTER POLICY readers ON referral_sheet
  USING (EXISTS (SELECT FROM referral r WHERE r.id = referral_id
    AND (r.receiver_seat_id <> (SELECT app_seat())
      OR r.state NOT IN ('draft', 'declined', 'redirected', 'expired', 'revoked')) OFFSET 0));
ALTER POLICY frozen ON referral_sheet
  WITH CHECK (EXISTS (SELECT FROM referral r
    WHERE r.id = referral_id AND r.sender_seat_id = (SELECT app_seat()) OFFSET 0));
ALTER POLICY readers ON referral_step
  USING (EXISTS (SELECT FROM referral r WHERE r.id = referral_id OFFSET 0));
ALTER POLICY made ON referral_step
  WITH CHECK (seat_id = (SELECT app_seat())
    AND EXISTS (SELECT FROM referral r WHERE r.id = referral_id OFFSET 0));
ALTER POLICY undone ON referral_step
  USING (seat_id = (SELECT app_seat())
    AND EXISTS (SELECT FROM referral r WHERE r.id = referral_id OFFSET 0));
ALTER POLICY led ON access_request_match
  USING (EXISTS (SELECT FROM case_file c
    WHERE c.id = case_id AND c.lead_seat_id = (SELECT app_seat()) OFFSET 0));
ALTER POLICY handled ON access_request_match
  USING (EXISTS (SELECT FROM case_file c
    WHERE c.id = case_id AND c.lead_seat_id = (SELECT app_seat()) OFFSET 0));
ALTER POLICY own_or_matched ON access_request
  USING (seat_id = (SELECT app_seat())
    OR EXISTS (SELECT FROM access_request_match m WHERE m.request_id = access_request.id OFFSET 0));
ALTER POLICY own_new ON printout
  WITH CHECK (user_id = (SELECT app_user()) AND seat_id = (SELECT app_seat())
    AND EXISTS (SELECT FROM referral r WHERE r.id = referral_id OFFSET 0));

ALTER POLICY opened ON case_file
  WITH CHECK (lead_seat_id = (SELECT app_seat()) AND (SELECT app_side()) = 'aid'
    AND (company_id IS NULL OR EXISTS (SELECT FROM company c WHERE c.id = company_id OFFSET 0))
    AND (person_id IS NULL OR EXISTS (SELECT FROM person p WHERE p.id = person_id OFFSET 0)));
ALTER POLICY own_new ON company_use
  WITH CHECK (seat_id = (SELECT app_seat())
    AND EXISTS (SELECT FROM company c WHERE c.id = company_id OFFSET 0));
ALTER POLICY known ON company_person
  USING (EXISTS (SELECT FROM company c WHERE c.id = company_id OFFSET 0)
    AND EXISTS (SELECT FROM person p WHERE p.id = person_id OFFSET 0));
ALTER POLICY own_new ON company_person
  WITH CHECK (seat_id = (SELECT app_seat())
    AND EXISTS (SELECT FROM company c WHERE c.id = company_id OFFSET 0)
    AND EXISTS (SELECT FROM person p WHERE p.id = person_id OFFSET 0));

ALTER POLICY read_as_lead ON journal_event
  USING (EXISTS (SELECT FROM case_file c
      WHERE c.id = case_id AND c.lead_seat_id = (SELECT app_seat()) OFFSET 0)
    AND (object_type <> 'referral' OR EXISTS (SELECT FROM referral r WHERE r.id = object_id OFFSET 0))
    AND (object_type <> 'legal_basis'
      OR EXISTS (SELECT FROM legal_basis b WHERE b.id = object_id OFFSET 0))
    AND (object_type <> 'need' OR EXISTS (SELECT FROM need n WHERE n.id = object_id OFFSET 0)));
