-- The lead reads who did what in its case, but nothing of what it does not read itself: a text, an
-- action or an assessment that another seat keeps for itself was told by its own event.
ALTER POLICY read_as_lead ON journal_event
  USING (EXISTS (SELECT FROM case_file c
      WHERE c.id = case_id AND c.lead_seat_id = (SELECT app_seat()) OFFSET 0)
    AND CASE object_type
      WHEN 'referral' THEN EXISTS (SELECT FROM referral r WHERE r.id = object_id OFFSET 0)
      WHEN 'legal_basis' THEN EXISTS (SELECT FROM legal_basis b WHERE b.id = object_id OFFSET 0)
      WHEN 'need' THEN EXISTS (SELECT FROM need n WHERE n.id = object_id OFFSET 0)
      WHEN 'timeline_entry' THEN EXISTS (SELECT FROM timeline_entry e
        WHERE e.id = object_id OFFSET 0)
      WHEN 'case_action' THEN EXISTS (SELECT FROM case_action a WHERE a.id = object_id OFFSET 0)
      WHEN 'assessment' THEN EXISTS (SELECT FROM assessment s WHERE s.id = object_id OFFSET 0)
      ELSE true END);
