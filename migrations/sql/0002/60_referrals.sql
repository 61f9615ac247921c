-- Who reads a referral: its sender, the case's lead, and once sent its receiver. A signpost tells
-- the partner nothing. Receivers of one need do not see one another. Health is between its sender
-- and its receiver: not even the lead reads it.
CREATE FUNCTION referral_readers() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public
  AS $$ DECLARE lead uuid;
  BEGIN
    SELECT lead_seat_id INTO lead FROM case_file WHERE id = NEW.case_id;
    NEW.reader_seats := array_remove(ARRAY[NEW.sender_seat_id,
      CASE WHEN NEW.subject <> 'health' THEN lead END,
      CASE WHEN NEW.state <> 'draft' AND NEW.kind <> 'signpost'
           THEN NEW.receiver_seat_id END], NULL);
    IF NEW.kind IN ('joint', 'handover') AND NEW.state IN ('sent', 'seen') AND NOT
       basis_covers(NEW.basis_id, NEW.case_id, NEW.receiver_seat_id, '{}', NEW.sent_at) THEN
      RAISE EXCEPTION 'the legal basis does not cover this referral'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'referral_rests_on_basis';
    END IF;
    RETURN NEW;
  END $$;
CREATE TRIGGER referral_readers BEFORE INSERT OR UPDATE ON referral
  FOR EACH ROW EXECUTE FUNCTION referral_readers();
CREATE FUNCTION lead_changed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public
  AS $$ BEGIN
    UPDATE referral SET reader_seats = array_remove(ARRAY[sender_seat_id,
        CASE WHEN subject <> 'health' THEN NEW.lead_seat_id END,
        CASE WHEN state <> 'draft' AND kind <> 'signpost' THEN receiver_seat_id END], NULL)
      WHERE case_id = NEW.id AND state NOT IN ('sent', 'seen');
    UPDATE referral SET reader_seats = reader_seats
      WHERE case_id = NEW.id AND state IN ('sent', 'seen');
    RETURN NULL;
  END $$;
CREATE TRIGGER lead_changed AFTER UPDATE OF lead_seat_id ON case_file
  FOR EACH ROW WHEN (OLD.lead_seat_id <> NEW.lead_seat_id) EXECUTE FUNCTION lead_changed();

-- Accepting lets the receiver in; only the receiver, only on a referral it accepted. Health never
-- enters the shared file: its receiver keeps the sheet and nothing else.
CREATE FUNCTION join_case(p_referral uuid, p_at timestamptz) RETURNS void LANGUAGE plpgsql
  SECURITY DEFINER SET search_path = pg_catalog, public
  AS $$ DECLARE r referral; scope text[];
  BEGIN
    SELECT * INTO r FROM referral WHERE id = p_referral AND receiver_seat_id = app_seat()
      AND state = 'accepted' AND kind IN ('joint', 'handover') AND subject <> 'health';
    IF r.id IS NULL THEN
      RAISE EXCEPTION 'not an accepted referral of this seat' USING ERRCODE = '42501';
    END IF;
    SELECT sections INTO scope FROM referral_sheet WHERE referral_id = r.id;
    IF r.kind = 'handover' THEN
      UPDATE participation SET role = 'partner', was_lead = true
        WHERE case_id = r.case_id AND role = 'lead' AND ended_at IS NULL
          AND seat_id <> r.receiver_seat_id;
    END IF;
    UPDATE participation SET role = CASE r.kind WHEN 'handover' THEN 'lead' ELSE role END,
        member_id = coalesce(r.receiver_member_id, member_id)
      WHERE case_id = r.case_id AND seat_id = r.receiver_seat_id AND ended_at IS NULL;
    IF NOT FOUND THEN
      INSERT INTO participation (id, case_id, seat_id, role, member_id, basis_id, referral_id,
          sections, started_at, end_reason)
        VALUES (gen_random_uuid(), r.case_id, r.receiver_seat_id,
          CASE r.kind WHEN 'handover' THEN 'lead' ELSE 'partner' END, r.receiver_member_id,
          r.basis_id, r.id, coalesce(scope, '{}'), p_at, '');
    END IF;
    IF r.kind = 'handover' THEN
      UPDATE case_file SET lead_seat_id = r.receiver_seat_id,
        lead_member_id = r.receiver_member_id WHERE id = r.case_id;
      INSERT INTO case_change (id, case_id, kind, before, after, reason, at, member_id)
        VALUES (gen_random_uuid(), r.case_id, 'lead', r.sender_seat_id::text,
          r.receiver_seat_id::text, 'handover', p_at, r.receiver_member_id);
    END IF;
  END $$;

-- Undoing an acceptance takes the access back at once, and gives the lead back.
CREATE FUNCTION unjoin_case(p_referral uuid, p_at timestamptz) RETURNS void LANGUAGE plpgsql
  SECURITY DEFINER SET search_path = pg_catalog, public
  AS $$ DECLARE r referral;
  BEGIN
    SELECT * INTO r FROM referral WHERE id = p_referral AND receiver_seat_id = app_seat()
      AND state IN ('sent', 'seen');
    IF r.id IS NULL THEN
      RAISE EXCEPTION 'not a referral of this seat' USING ERRCODE = '42501';
    END IF;
    IF r.kind = 'handover' THEN
      UPDATE participation SET role = 'lead', was_lead = false
        WHERE case_id = r.case_id AND was_lead AND ended_at IS NULL
          AND seat_id = r.sender_seat_id;
      UPDATE case_file c SET lead_seat_id = p.seat_id, lead_member_id = p.member_id
        FROM participation p WHERE c.id = r.case_id AND p.case_id = c.id
          AND p.seat_id = r.sender_seat_id AND p.ended_at IS NULL;
      UPDATE participation SET role = 'partner'
        WHERE case_id = r.case_id AND seat_id = r.receiver_seat_id AND ended_at IS NULL
          AND referral_id IS DISTINCT FROM r.id;
    END IF;
    UPDATE participation SET ended_at = p_at, end_reason = 'undone'
      WHERE referral_id = r.id AND ended_at IS NULL;
  END $$;

-- "Seen" derives from the first reading that the receiver left in the journal (trust.md §3).
CREATE FUNCTION referral_read() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public
  AS $$ BEGIN
    UPDATE referral SET state = 'seen', seen_at = NEW.at
      WHERE id = NEW.object_id AND state = 'sent' AND receiver_seat_id = NEW.seat_id;
    IF FOUND THEN
      INSERT INTO referral_step (id, referral_id, before, after, at, seat_id, member_id, note)
        VALUES (gen_random_uuid(), NEW.object_id, 'sent', 'seen', NEW.at, NEW.seat_id,
          (SELECT id FROM membership WHERE user_id = NEW.user_id AND seat_id = NEW.seat_id
             AND ended_at IS NULL), '');
    END IF;
    RETURN NULL;
  END $$;
CREATE TRIGGER referral_read AFTER INSERT ON journal_event
  FOR EACH ROW WHEN (NEW.action = 'referral.read') EXECUTE FUNCTION referral_read();

-- What every sender may know of a possible receiver: how much it carries, how fast it answers.
-- Averages of fewer than three answers are not given.
CREATE FUNCTION routing_figures(p_seats uuid[], p_since timestamptz)
  RETURNS TABLE (seat_id uuid, open_count bigint, answer_hours float)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public
  AS $$ SELECT r.receiver_seat_id,
          count(*) FILTER (WHERE r.state IN
            ('sent', 'seen', 'accepted', 'first_contact', 'in_progress')),
          CASE WHEN count(r.answered_at) >= 3
               THEN avg(extract(epoch FROM r.answered_at - r.sent_at) / 3600)::float END
        FROM referral r
        WHERE r.receiver_seat_id = ANY (p_seats) AND r.kind IN ('joint', 'handover')
          AND r.sent_at >= p_since AND app_seat() IS NOT NULL
        GROUP BY r.receiver_seat_id $$;

-- An access request falls, or not, upon an open case: its author learns nothing either way.
CREATE FUNCTION match_access_request(p_request uuid) RETURNS void LANGUAGE sql SECURITY DEFINER
  SET search_path = pg_catalog, public
  AS $$ INSERT INTO access_request_match (request_id, case_id)
        SELECT a.id, f.id FROM access_request a JOIN company c ON c.siren = a.siren
          JOIN case_file f ON f.company_id = c.id
        WHERE a.id = p_request AND a.seat_id = app_seat() AND f.status <> 'closed'
          AND NOT app_seat() = ANY (f.reader_seats)
        ORDER BY f.opened_at LIMIT 1
        ON CONFLICT DO NOTHING $$;

CREATE POLICY heard ON need FOR SELECT TO relais_web
  USING (case_id IN (SELECT id FROM case_file) AND (audience = 'all'
    OR (audience = 'aid' AND (SELECT app_side()) = 'aid') OR seat_id = (SELECT app_seat())));
CREATE POLICY written ON need FOR INSERT TO relais_web
  WITH CHECK (seat_id = (SELECT app_seat()) AND case_id IN (SELECT id FROM case_file));
CREATE POLICY corrected ON need FOR UPDATE TO relais_web
  USING (seat_id = (SELECT app_seat()) AND case_id IN (SELECT id FROM case_file));
REVOKE UPDATE, DELETE ON need FROM relais_web;
GRANT UPDATE (subject, audience, description, budget_euros) ON need TO relais_web;

CREATE POLICY readers ON referral FOR SELECT TO relais_web
  USING (reader_seats @> ARRAY[(SELECT app_seat())]);
CREATE POLICY sent ON referral FOR INSERT TO relais_web
  WITH CHECK (sender_seat_id = (SELECT app_seat()) AND case_id IN (SELECT id FROM case_file)
    AND need_id IN (SELECT id FROM need)
    AND (kind <> 'handover' OR receiver_seat_id IN (SELECT id FROM seat WHERE side = 'aid')));
CREATE POLICY readers_change ON referral FOR UPDATE TO relais_web
  USING (reader_seats @> ARRAY[(SELECT app_seat())]);
REVOKE UPDATE, DELETE ON referral FROM relais_web;
GRANT UPDATE (state, receiver_member_id, receiver_unit_id, basis_id, message, frozen, sent_at,
  seen_at, answer_by, expires_at, answered_at, ended_at, decline_code, decline_text,
  can_entrepreneur_read, proposed_seat_id, end_note) ON referral TO relais_web;

CREATE POLICY readers ON referral_sheet FOR SELECT TO relais_web
  USING (referral_id IN (SELECT id FROM referral WHERE receiver_seat_id <> (SELECT app_seat())
    OR state NOT IN ('draft', 'declined', 'redirected', 'expired', 'revoked')));
CREATE POLICY frozen ON referral_sheet FOR INSERT TO relais_web
  WITH CHECK (referral_id IN
    (SELECT id FROM referral WHERE sender_seat_id = (SELECT app_seat())));
REVOKE UPDATE, DELETE ON referral_sheet FROM relais_web;

CREATE POLICY readers ON referral_step FOR SELECT TO relais_web
  USING (referral_id IN (SELECT id FROM referral));
CREATE POLICY made ON referral_step FOR INSERT TO relais_web
  WITH CHECK (seat_id = (SELECT app_seat()) AND referral_id IN (SELECT id FROM referral));
CREATE POLICY undone ON referral_step FOR UPDATE TO relais_web
  USING (seat_id = (SELECT app_seat()) AND referral_id IN (SELECT id FROM referral));
REVOKE UPDATE, DELETE ON referral_step FROM relais_web;
GRANT UPDATE (undone_at) ON referral_step TO relais_web;

CREATE POLICY led ON access_request_match FOR SELECT TO relais_web
  USING (case_id IN (SELECT id FROM case_file WHERE lead_seat_id = (SELECT app_seat())));
CREATE POLICY handled ON access_request_match FOR UPDATE TO relais_web
  USING (case_id IN (SELECT id FROM case_file WHERE lead_seat_id = (SELECT app_seat())));
REVOKE INSERT, UPDATE, DELETE ON access_request_match FROM relais_web;
GRANT UPDATE (handled_at, handled_by) ON access_request_match TO relais_web;
CREATE POLICY own_or_matched ON access_request FOR SELECT TO relais_web
  USING (seat_id = (SELECT app_seat()) OR id IN (SELECT request_id FROM access_request_match));
CREATE POLICY asked ON access_request FOR INSERT TO relais_web
  WITH CHECK (seat_id = (SELECT app_seat()));
REVOKE UPDATE, DELETE ON access_request FROM relais_web;

CREATE POLICY own ON printout FOR SELECT TO relais_web
  USING (user_id = (SELECT app_user()) AND seat_id = (SELECT app_seat()));
CREATE POLICY own_new ON printout FOR INSERT TO relais_web
  WITH CHECK (user_id = (SELECT app_user()) AND seat_id = (SELECT app_seat())
    AND referral_id IN (SELECT id FROM referral));
CREATE POLICY own_change ON printout FOR UPDATE TO relais_web
  USING (user_id = (SELECT app_user()) AND seat_id = (SELECT app_seat()));
REVOKE UPDATE, DELETE ON printout FROM relais_web;
GRANT UPDATE (status, progress, content) ON printout TO relais_web;
