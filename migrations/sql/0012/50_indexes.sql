-- Made once everything is filled.
CREATE INDEX ix_declined_need_seat_id ON declined_need (seat_id, created_at, need_id)
  INCLUDE (case_id, subject);

-- Orders of the box: those that wait by the time they are due, the newest first, the newest first of
-- a state, of a partner. Each holds what the filters ask, so that they and the counts read no row.
CREATE INDEX ix_boxed_referral_due
  ON boxed_referral (seat_id, is_received, due_at, sent_at DESC, referral_id)
  INCLUDE (state, subject, kind, organisation_id) WHERE due_at IS NOT NULL;
CREATE INDEX ix_boxed_referral_sent
  ON boxed_referral (seat_id, is_received, sent_at DESC, referral_id)
  INCLUDE (due_at, state, subject, kind, organisation_id);
CREATE INDEX ix_boxed_referral_state
  ON boxed_referral (seat_id, is_received, state, sent_at DESC, referral_id)
  INCLUDE (due_at, subject, kind, organisation_id);
CREATE INDEX ix_boxed_referral_organisation
  ON boxed_referral (seat_id, is_received, organisation_id, sent_at DESC, referral_id)
  INCLUDE (due_at, state, subject, kind);
CREATE INDEX ix_referral_sheet_searched ON referral_sheet USING gin (seats, search_keys)
  WITH (fastupdate = off);
