CREATE OR REPLACE TRIGGER referral_boxed_again AFTER UPDATE ON referral FOR EACH ROW
  WHEN ((OLD.state, OLD.subject, OLD.kind, OLD.sent_at, OLD.due_at, OLD.reader_seats,
      OLD.answered_at, OLD.ended_at)
    IS DISTINCT FROM (NEW.state, NEW.subject, NEW.kind, NEW.sent_at, NEW.due_at,
      NEW.reader_seats, NEW.answered_at, NEW.ended_at))
  EXECUTE FUNCTION referral_boxed();

CREATE TRIGGER lead_kept BEFORE INSERT ON access_request_match
  FOR EACH ROW EXECUTE FUNCTION lead_kept();
CREATE TRIGGER lead_kept BEFORE INSERT ON rights_request
  FOR EACH ROW EXECUTE FUNCTION lead_kept();
CREATE TRIGGER lead_kept BEFORE INSERT ON action_reply
  FOR EACH ROW EXECUTE FUNCTION lead_kept();
CREATE TRIGGER lead_passed AFTER UPDATE ON case_file FOR EACH ROW
  WHEN ((OLD.lead_seat_id, OLD.lead_member_id)
    IS DISTINCT FROM (NEW.lead_seat_id, NEW.lead_member_id))
  EXECUTE FUNCTION lead_passed();
