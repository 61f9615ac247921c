-- What pages look for, in the order they show it (docs/performance.md).
CREATE INDEX ix_participation_case_id ON participation (case_id);
-- No « WHERE status = … »: a generic plan does not know the status that is asked for.
CREATE INDEX ix_case_file_paused ON case_file (lead_member_id, status, paused_until);
CREATE INDEX ix_case_action_to_do ON case_action (owner_id, status, due_on);
CREATE INDEX ix_referral_moved ON referral (sender_seat_id, GREATEST(answered_at, ended_at) DESC);
CREATE INDEX ix_notice_unread ON notice (seat_id, created_at DESC) WHERE read_at IS NULL;
DROP INDEX ix_case_action_owner_id_due_on;
