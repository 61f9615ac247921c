-- The same for the tables of 0004 and 0005.
ALTER POLICY told ON outside_access
  USING (EXISTS (SELECT FROM case_file c
      WHERE c.id = case_id AND c.lead_seat_id = (SELECT app_seat()) OFFSET 0)
    OR (seat_id = (SELECT app_seat()) AND ((SELECT app_role()) = 'manager'
      OR member_id IN (SELECT id FROM membership WHERE user_id = (SELECT app_user())))));
ALTER POLICY own_name ON outside_access
  WITH CHECK (seat_id = (SELECT app_seat())
    AND EXISTS (SELECT FROM case_file c WHERE c.id = case_id OFFSET 0)
    AND member_id IN (SELECT id FROM membership WHERE user_id = (SELECT app_user())
      AND seat_id = (SELECT app_seat()) AND ended_at IS NULL));
ALTER POLICY heard ON action_reply
  USING (EXISTS (SELECT FROM case_action a WHERE a.id = action_id OFFSET 0));
ALTER POLICY readers ON rights_request
  USING (id IN (SELECT app_link_requests()) OR ((SELECT app_side()) = 'aid'
    AND EXISTS (SELECT FROM case_file c WHERE c.id = case_id
      AND (c.lead_seat_id = (SELECT app_seat()) OR received_seat_id = (SELECT app_seat()))
      OFFSET 0)));
ALTER POLICY noted ON rights_request
  WITH CHECK ((SELECT app_side()) = 'aid' AND received_seat_id = (SELECT app_seat())
    AND received_by IN (SELECT id FROM membership WHERE user_id = (SELECT app_user())
      AND seat_id = (SELECT app_seat()) AND ended_at IS NULL)
    AND state = 'received' AND extended_at IS NULL
    AND EXISTS (SELECT FROM case_file c WHERE c.id = case_id OFFSET 0));
