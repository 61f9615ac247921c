-- Tokens are made where mails are, in the workers: no web request makes a link, nor revives one.
DROP POLICY made_by_seat ON link;
DROP POLICY revoked_by_seat ON link;
REVOKE INSERT, UPDATE ON link FROM relais_web;
REVOKE UPDATE (used_at, revoked_at) ON link FROM relais_web;

-- Where a link stands, live or not, for whoever holds its token.
CREATE FUNCTION link_standing(p_hash text, p_purpose text, p_at timestamptz)
  RETURNS TABLE (object_id uuid, standing text) LANGUAGE sql STABLE SECURITY DEFINER
  SET search_path = pg_catalog, public
  AS $$ SELECT l.object_id, CASE
          WHEN l.used_at IS NOT NULL THEN 'used'
          WHEN l.revoked_at IS NOT NULL AND EXISTS (SELECT FROM link n
            WHERE n.purpose = l.purpose AND n.object_id = l.object_id AND n.created_at > l.created_at
              AND n.used_at IS NULL AND n.revoked_at IS NULL AND n.expires_at > p_at)
            THEN 'replaced'
          WHEN l.revoked_at IS NOT NULL THEN 'revoked'
          WHEN l.expires_at <= p_at THEN 'expired'
          ELSE 'live' END
        FROM link l WHERE l.token_hash = p_hash AND l.purpose = p_purpose $$;
CREATE FUNCTION app_link_purpose() RETURNS text LANGUAGE sql STABLE SECURITY DEFINER
  SET search_path = pg_catalog, public
  AS $$ SELECT purpose FROM link WHERE id = app_link() $$;

-- The one referral that the bearer of an answer link speaks of, and the seat it answers for. Never
-- a signpost, never health: those are read after signing in, or not at all.
CREATE FUNCTION app_answered() RETURNS uuid LANGUAGE sql STABLE SECURITY DEFINER
  SET search_path = pg_catalog, public
  AS $$ SELECT id FROM referral WHERE id = app_link_object('answer') AND state <> 'draft'
          AND kind IN ('joint', 'handover') AND subject <> 'health' $$;
CREATE FUNCTION app_answering_seat() RETURNS uuid LANGUAGE sql STABLE SECURITY DEFINER
  SET search_path = pg_catalog, public
  AS $$ SELECT receiver_seat_id FROM referral WHERE id = app_answered() $$;

-- It reads the referral, its steps, its sheet while it is open (policies of 0002), the directory of
-- organisations, and not its people.
CREATE POLICY answered_by_link ON referral FOR SELECT TO relais_web
  USING (id = (SELECT app_answered()));
CREATE FUNCTION app_reads_people() RETURNS boolean LANGUAGE sql STABLE
  AS $$ SELECT app_principal() = 'member'
     OR (app_principal() = 'link' AND app_link_purpose() <> 'answer') $$;
ALTER POLICY directory ON user_account USING ((SELECT app_reads_people()));
ALTER POLICY directory ON membership USING ((SELECT app_reads_people()));
ALTER POLICY directory ON absence USING ((SELECT app_reads_people()));
ALTER POLICY directory ON correspondent USING ((SELECT app_reads_people()));

-- It writes an answer, signed, and may take that very answer back: nothing else of the row moves.
CREATE POLICY answered_by_link_change ON referral FOR UPDATE TO relais_web
  USING (id = (SELECT app_answered()));
CREATE FUNCTION answered_by_link() RETURNS trigger LANGUAGE plpgsql
  SET search_path = pg_catalog, public
  AS $$ DECLARE
    written text[] := ARRAY['state', 'answered_at', 'ended_at', 'decline_code', 'decline_text',
      'can_entrepreneur_read', 'proposed_seat_id', 'end_note'];
    answers text[] := ARRAY['accepted', 'declined', 'redirected'];
    is_answer boolean := OLD.state IN ('sent', 'seen') AND NEW.state = ANY (answers)
      AND NEW.answered_at IS NOT NULL;
    is_undo boolean := OLD.state = ANY (answers) AND NEW.state IN ('sent', 'seen')
      AND EXISTS (SELECT FROM referral_step s WHERE s.referral_id = OLD.id AND s.after = OLD.state
        AND s.before = NEW.state AND s.link_id = app_link() AND s.undone_at IS NULL);
  BEGIN
    -- Not for the functions that act on a link's behalf: those check for themselves.
    IF current_user = 'relais_web' AND app_principal() = 'link' AND (NOT (is_answer OR is_undo)
        OR to_jsonb(NEW) - written <> to_jsonb(OLD) - written) THEN
      RAISE EXCEPTION 'a link writes its answer and nothing else' USING ERRCODE = '42501';
    END IF;
    RETURN NEW;
  END $$;
CREATE TRIGGER answered_by_link BEFORE UPDATE ON referral
  FOR EACH ROW EXECUTE FUNCTION answered_by_link();

CREATE POLICY made_by_link ON referral_step FOR INSERT TO relais_web
  WITH CHECK (referral_id = (SELECT app_answered()) AND seat_id = (SELECT app_answering_seat())
    AND member_id IS NULL AND signed_name <> '' AND signed_function <> ''
    AND after IN ('accepted', 'declined', 'redirected'));
-- No member signs as the bearer of a link, no bearer as another.
CREATE POLICY own_link ON referral_step AS RESTRICTIVE FOR INSERT TO relais_web
  WITH CHECK (link_id IS NOT DISTINCT FROM (SELECT app_link()));
CREATE POLICY undone_by_link ON referral_step FOR UPDATE TO relais_web
  USING (referral_id = (SELECT app_answered()) AND link_id = (SELECT app_link()));

CREATE POLICY told_by_link ON timeline_entry FOR INSERT TO relais_web
  WITH CHECK (seat_id = (SELECT app_answering_seat()) AND author_id IS NULL AND audience = 'aid'
    AND kind IN ('participant_joined', 'participant_left') AND case_id IN
    (SELECT case_id FROM referral WHERE id = (SELECT app_answered()) AND state = 'accepted'));

-- The journal and the outbox know the seat for which a link acts.
ALTER POLICY own_name ON journal_event
  WITH CHECK (principal = (SELECT app_principal())
    AND user_id IS NOT DISTINCT FROM (SELECT app_user())
    AND seat_id IS NOT DISTINCT FROM coalesce((SELECT app_member_seat()),
      (SELECT app_answering_seat()))
    AND link_id IS NOT DISTINCT FROM (SELECT app_link()));
ALTER POLICY own_name ON outbox
  WITH CHECK (principal = (SELECT app_principal())
    AND user_id IS NOT DISTINCT FROM (SELECT app_user())
    AND seat_id IS NOT DISTINCT FROM coalesce((SELECT app_member_seat()),
      (SELECT app_answering_seat())));
CREATE POLICY asked_by_link ON outbox FOR SELECT TO relais_web
  USING (principal = 'link' AND subject_id = (SELECT app_answered())
    AND seat_id = (SELECT app_answering_seat()));
CREATE POLICY take_back_by_link ON outbox FOR UPDATE TO relais_web
  USING (principal = 'link' AND subject_id = (SELECT app_answered())
    AND seat_id = (SELECT app_answering_seat()) AND status = 'pending')
  WITH CHECK (status IN ('pending', 'cancelled'));

-- What a link speaks of is over: the link is, the same second. Undoing a revocation gives back the
-- link that it took.
CREATE FUNCTION answer_links_end() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public
  AS $$ BEGIN
    IF TG_TABLE_NAME = 'case_file' THEN
      UPDATE link SET revoked_at = NEW.closed_at WHERE purpose = 'answer' AND revoked_at IS NULL
        AND object_id IN (SELECT id FROM referral WHERE case_id = NEW.id);
    ELSIF TG_TABLE_NAME = 'legal_basis' THEN
      UPDATE link SET revoked_at = NEW.withdrawn_at WHERE purpose = 'answer'
        AND revoked_at IS NULL AND object_id IN (SELECT id FROM referral WHERE basis_id = NEW.id);
    ELSIF NEW.state IN ('draft', 'revoked', 'expired') THEN
      UPDATE link SET revoked_at = coalesce(NEW.ended_at, now())
        WHERE purpose = 'answer' AND object_id = NEW.id AND revoked_at IS NULL;
    ELSIF OLD.state = 'revoked' THEN
      UPDATE link SET revoked_at = NULL
        WHERE purpose = 'answer' AND object_id = NEW.id AND revoked_at = OLD.ended_at;
    END IF;
    RETURN NULL;
  END $$;
CREATE TRIGGER answer_links_end AFTER UPDATE OF state ON referral
  FOR EACH ROW WHEN (OLD.state <> NEW.state) EXECUTE FUNCTION answer_links_end();
CREATE TRIGGER answer_links_end AFTER UPDATE OF status ON case_file
  FOR EACH ROW WHEN (OLD.status <> NEW.status AND NEW.status = 'closed')
  EXECUTE FUNCTION answer_links_end();
CREATE TRIGGER answer_links_end AFTER UPDATE OF withdrawn_at ON legal_basis
  FOR EACH ROW WHEN (OLD.withdrawn_at IS NULL AND NEW.withdrawn_at IS NOT NULL)
  EXECUTE FUNCTION answer_links_end();

-- When the last link of a referral left, for whoever sent it or leads its case.
CREATE FUNCTION last_answer_link(p_referral uuid) RETURNS timestamptz LANGUAGE sql STABLE
  SECURITY DEFINER SET search_path = pg_catalog, public
  AS $$ SELECT max(l.created_at) FROM link l JOIN referral r ON r.id = l.object_id
        WHERE l.purpose = 'answer' AND r.id = p_referral AND r.receiver_seat_id <> app_seat()
          AND r.reader_seats @> ARRAY[app_seat()] $$;

REVOKE ALL ON FUNCTION link_standing, app_link_purpose, app_answered, app_answering_seat,
  app_reads_people, answered_by_link, answer_links_end, last_answer_link FROM PUBLIC;
GRANT EXECUTE ON FUNCTION link_standing, app_link_purpose, app_answered, app_answering_seat,
  app_reads_people, answered_by_link, answer_links_end, last_answer_link
  TO relais_web, relais_worker, relais_definer;
ALTER FUNCTION link_standing OWNER TO relais_definer;
ALTER FUNCTION app_link_purpose OWNER TO relais_definer;
ALTER FUNCTION app_answered OWNER TO relais_definer;
ALTER FUNCTION app_answering_seat OWNER TO relais_definer;
ALTER FUNCTION answer_links_end OWNER TO relais_definer;
ALTER FUNCTION last_answer_link OWNER TO relais_definer;

-- Functions of 0002, which the definer owns: the bearer of an answer link is let through.
SET ROLE relais_definer;

-- Accepting lets the receiver in; only the receiver, only on a referral it accepted. Health never
-- enters the shared file: its receiver keeps the sheet and nothing else.
CREATE OR REPLACE FUNCTION join_case(p_referral uuid, p_at timestamptz) RETURNS void LANGUAGE plpgsql
  SECURITY DEFINER SET search_path = pg_catalog, public
  AS $$ DECLARE r referral; scope text[];
  BEGIN
    SELECT * INTO r FROM referral WHERE id = p_referral
      AND (receiver_seat_id = app_seat() OR id = app_answered())
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
CREATE OR REPLACE FUNCTION unjoin_case(p_referral uuid, p_at timestamptz) RETURNS void LANGUAGE plpgsql
  SECURITY DEFINER SET search_path = pg_catalog, public
  AS $$ DECLARE r referral;
  BEGIN
    SELECT * INTO r FROM referral WHERE id = p_referral
      AND (receiver_seat_id = app_seat() OR id = app_answered())
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
CREATE OR REPLACE FUNCTION referral_read() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public
  AS $$ BEGIN
    UPDATE referral SET state = 'seen', seen_at = NEW.at
      WHERE id = NEW.object_id AND state = 'sent' AND receiver_seat_id = NEW.seat_id;
    IF FOUND THEN
      INSERT INTO referral_step
          (id, referral_id, before, after, at, seat_id, link_id, member_id, note)
        VALUES (gen_random_uuid(), NEW.object_id, 'sent', 'seen', NEW.at, NEW.seat_id,
          NEW.link_id,
          (SELECT id FROM membership WHERE user_id = NEW.user_id AND seat_id = NEW.seat_id
             AND ended_at IS NULL), '');
    END IF;
    RETURN NULL;
  END $$;

-- What every sender may know of a possible receiver: how much it carries, how fast it answers.
-- Averages of fewer than three answers are not given.
CREATE OR REPLACE FUNCTION routing_figures(p_seats uuid[], p_since timestamptz)
  RETURNS TABLE (seat_id uuid, open_count bigint, answer_hours float)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public
  AS $$ SELECT r.receiver_seat_id,
          count(*) FILTER (WHERE r.state IN
            ('sent', 'seen', 'accepted', 'first_contact', 'in_progress')),
          CASE WHEN count(r.answered_at) >= 3
               THEN avg(extract(epoch FROM r.answered_at - r.sent_at) / 3600)::float END
        FROM referral r
        WHERE r.receiver_seat_id = ANY (p_seats) AND r.kind IN ('joint', 'handover')
          AND r.sent_at >= p_since
          AND (app_seat() IS NOT NULL OR app_answered() IS NOT NULL)
        GROUP BY r.receiver_seat_id $$;

SET ROLE relais_owner;
