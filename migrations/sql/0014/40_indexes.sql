-- Each source of *Aujourd'hui* in its order, for whom it waits: no more is read than is shown. The
-- states are written in the statements as they are here, so that a generic plan finds the index.
CREATE INDEX ix_boxed_referral_moved ON boxed_referral (seat_id, moved_at DESC, referral_id)
  INCLUDE (is_received, state) WHERE moved_at IS NOT NULL;
CREATE INDEX ix_case_action_due ON case_action (owner_id, due_on, id)
  WHERE status IN ('todo', 'doing');
CREATE INDEX ix_rights_request_due ON rights_request (lead_seat_id, due_on, id)
  WHERE state IN ('received', 'extended');
CREATE INDEX ix_rights_request_due_to_member ON rights_request (lead_member_id, due_on, id)
  WHERE state IN ('received', 'extended');
CREATE INDEX ix_access_request_match_led ON access_request_match (lead_seat_id, request_id)
  WHERE handled_at IS NULL;
CREATE INDEX ix_action_reply_asked_by ON action_reply (asked_by, answered_at);
CREATE INDEX ix_action_reply_lead_member_id ON action_reply (lead_member_id, answered_at);
-- Whoever changes the lead of a case.
CREATE INDEX ix_action_reply_case_id ON action_reply (case_id);

-- Only *Aujourd'hui*, and the count of the box, read these.
DROP INDEX ix_referral_moved;
DROP INDEX ix_case_action_to_do;
DROP INDEX ix_access_request_match_waiting;
