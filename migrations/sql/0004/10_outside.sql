-- Access outside one's usual territory (domain.md §14): who gave which reason. Read by the lead seat
-- of the case, by the managers of the member's own seat, and by whoever gave it.
CREATE POLICY told ON outside_access FOR SELECT TO relais_web
  USING (case_id IN (SELECT id FROM case_file WHERE lead_seat_id = (SELECT app_seat()))
    OR (seat_id = (SELECT app_seat()) AND ((SELECT app_role()) = 'manager'
      OR member_id IN (SELECT id FROM membership WHERE user_id = (SELECT app_user())))));
-- For oneself, on one's own seat, on a case one reads.
CREATE POLICY own_name ON outside_access FOR INSERT TO relais_web
  WITH CHECK (seat_id = (SELECT app_seat()) AND case_id IN (SELECT id FROM case_file)
    AND member_id IN (SELECT id FROM membership WHERE user_id = (SELECT app_user())
      AND seat_id = (SELECT app_seat()) AND ended_at IS NULL));
REVOKE UPDATE, DELETE ON outside_access FROM relais_web;

-- A reason without its journal event does not exist: the event is written first, in the same
-- transaction.
CREATE FUNCTION outside_access_journalled() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public
  AS $$ BEGIN
    IF NOT EXISTS (SELECT FROM journal_event e JOIN membership m ON m.id = NEW.member_id
        WHERE e.object_id = NEW.id AND e.action = 'case.opened_outside_territory'
          AND e.case_id = NEW.case_id AND e.user_id = m.user_id) THEN
      RAISE EXCEPTION 'an access outside the territory is journalled'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'outside_access_journalled';
    END IF;
    RETURN NULL;
  END $$;
CREATE TRIGGER outside_access_journalled AFTER INSERT ON outside_access
  FOR EACH ROW EXECUTE FUNCTION outside_access_journalled();

-- What ties a member to a case they read: they follow it, opened it, sent or took one of its
-- referrals, or said why. One statement, asked only for a case outside their territory; it reads
-- under the policies of whoever asks.
CREATE FUNCTION ties_to_case(p_case uuid, p_member uuid)
  RETURNS TABLE (follows boolean, opened boolean, referred boolean, said_why_at timestamptz)
  LANGUAGE sql STABLE SET search_path = pg_catalog, public
  AS $$ SELECT
    EXISTS (SELECT FROM participation p
      WHERE p.case_id = p_case AND p.member_id = p_member AND p.ended_at IS NULL),
    EXISTS (SELECT FROM timeline_entry t
      WHERE t.case_id = p_case AND t.author_id = p_member AND t.kind = 'case_opened'),
    EXISTS (SELECT FROM referral r
      WHERE r.case_id = p_case AND p_member IN (r.sender_member_id, r.receiver_member_id)),
    (SELECT max(a.given_at) FROM outside_access a
      WHERE a.case_id = p_case AND a.member_id = p_member) $$;
