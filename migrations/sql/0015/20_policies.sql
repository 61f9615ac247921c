ALTER POLICY answered ON timeline_entry
  WITH CHECK (kind = 'action' AND author_id IS NULL
    AND app_answers_action(object_id, case_id, seat_id, audience));

ALTER POLICY told_by_link ON timeline_entry
  WITH CHECK (author_id IS NULL AND audience = 'aid'
    AND kind IN ('participant_joined', 'participant_left')
    AND seat_id = (SELECT app_answering_seat()) AND case_id = (SELECT app_accepted_case()));
