-- What 0012 keeps for the box, and when what was sent was last answered or ended: its sender is told.
CREATE OR REPLACE FUNCTION write_boxed_referrals(p_referrals uuid[]) RETURNS void LANGUAGE plpgsql
  SECURITY DEFINER SET search_path = pg_catalog, public
  AS $$ BEGIN
    DELETE FROM boxed_referral b USING referral r
      WHERE b.referral_id = ANY (p_referrals) AND r.id = b.referral_id
        AND (b.seat_id <> ALL (r.reader_seats)
          OR (b.is_received AND (r.state = 'draft' OR r.kind = 'signpost')));
    INSERT INTO boxed_referral AS b (referral_id, is_received, seat_id, organisation_id, state,
        subject, kind, sent_at, due_at, moved_at)
      SELECT r.id, e.is_received, e.seat_id, s.organisation_id, r.state, r.subject, r.kind,
          coalesce(r.sent_at, r.created_at), r.due_at,
          CASE WHEN NOT e.is_received THEN greatest(r.answered_at, r.ended_at) END
        FROM referral r CROSS JOIN LATERAL (VALUES
            (false, r.sender_seat_id, r.receiver_seat_id),
            (true, r.receiver_seat_id, r.sender_seat_id)) e (is_received, seat_id, other_seat_id)
          JOIN seat s ON s.id = e.other_seat_id
        WHERE r.id = ANY (p_referrals) AND e.seat_id = ANY (r.reader_seats)
          AND (NOT e.is_received OR (r.state <> 'draft' AND r.kind <> 'signpost'))
      ON CONFLICT (referral_id, is_received) DO UPDATE SET seat_id = excluded.seat_id,
        organisation_id = excluded.organisation_id, state = excluded.state,
        subject = excluded.subject, kind = excluded.kind, sent_at = excluded.sent_at,
        due_at = excluded.due_at, moved_at = excluded.moved_at;
  END $$;
-- For as long as the owner makes the triggers.
GRANT EXECUTE ON FUNCTION referral_boxed(), lead_kept(), lead_passed() TO relais_owner;

UPDATE boxed_referral b SET moved_at = greatest(r.answered_at, r.ended_at)
  FROM referral r WHERE r.id = b.referral_id AND NOT b.is_received
    AND greatest(r.answered_at, r.ended_at) IS NOT NULL;
UPDATE access_request_match m SET lead_seat_id = f.lead_seat_id
  FROM case_file f WHERE f.id = m.case_id;
UPDATE rights_request q SET lead_seat_id = f.lead_seat_id, lead_member_id = f.lead_member_id
  FROM case_file f WHERE f.id = q.case_id;
UPDATE action_reply p SET asked_by = a.asked_by, lead_member_id = f.lead_member_id
  FROM case_action a JOIN case_file f ON f.id = a.case_id WHERE a.id = p.action_id;
