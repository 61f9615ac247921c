-- Participations are the truth; case_file.reader_seats is kept from them.
CREATE FUNCTION read_by_lead() RETURNS trigger LANGUAGE plpgsql
  AS $$ BEGIN NEW.reader_seats := ARRAY[NEW.lead_seat_id]; RETURN NEW; END $$;
CREATE TRIGGER read_by_lead BEFORE INSERT ON case_file
  FOR EACH ROW EXECUTE FUNCTION read_by_lead();

CREATE FUNCTION refresh_case_seats(p_case uuid) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public
  AS $$ DECLARE f record;
  BEGIN
    UPDATE case_file c SET reader_seats = (
        SELECT coalesce(array_agg(DISTINCT p.seat_id), '{}') FROM participation p
        WHERE p.case_id = c.id AND p.ended_at IS NULL)
      WHERE c.id = p_case RETURNING c.company_id, c.person_id INTO f;
    IF f.company_id IS NOT NULL THEN PERFORM refresh_company_seats(f.company_id); END IF;
    IF f.person_id IS NOT NULL THEN PERFORM refresh_person_seats(f.person_id); END IF;
  END $$;
CREATE FUNCTION participation_changed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public
  AS $$ BEGIN
    PERFORM refresh_case_seats(CASE WHEN TG_OP = 'DELETE' THEN OLD.case_id ELSE NEW.case_id END);
    RETURN NULL;
  END $$;
CREATE TRIGGER participation_changed
  AFTER INSERT OR DELETE OR UPDATE OF seat_id, ended_at, case_id ON participation
  FOR EACH ROW EXECUTE FUNCTION participation_changed();
CREATE FUNCTION person_attached() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public
  AS $$ BEGIN PERFORM refresh_case_seats(NEW.id); RETURN NULL; END $$;
CREATE TRIGGER person_attached AFTER UPDATE OF person_id, company_id ON case_file
  FOR EACH ROW EXECUTE FUNCTION person_attached();

-- The scope of a basis must cover the sharing that rests on it (trust.md §4).
CREATE FUNCTION basis_covers(p_basis uuid, p_case uuid, p_seat uuid, p_sections text[],
                             p_at timestamptz)
  RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public
  AS $$ SELECT EXISTS (SELECT FROM legal_basis b
        WHERE b.id = p_basis AND b.case_id = p_case AND b.withdrawn_at IS NULL
          AND (b.valid_until IS NULL OR b.valid_until > p_at)
          AND p_seat = ANY (b.seat_ids) AND p_sections <@ b.sections) $$;
CREATE FUNCTION participation_rests_on_basis() RETURNS trigger LANGUAGE plpgsql
  AS $$ BEGIN
    IF NEW.ended_at IS NULL AND NEW.basis_id IS NOT NULL AND NOT NEW.was_lead AND NOT
       basis_covers(NEW.basis_id, NEW.case_id, NEW.seat_id, NEW.sections, NEW.started_at) THEN
      RAISE EXCEPTION 'the legal basis does not cover this participation'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'participation_rests_on_basis';
    END IF;
    RETURN NEW;
  END $$;
CREATE TRIGGER participation_rests_on_basis BEFORE INSERT OR UPDATE OF basis_id, seat_id, sections
  ON participation FOR EACH ROW EXECUTE FUNCTION participation_rests_on_basis();

-- A line in the timeline moves its case up the list.
CREATE FUNCTION case_moved() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public
  AS $$ BEGIN
    UPDATE case_file SET moved_at = greatest(moved_at, NEW.created_at) WHERE id = NEW.case_id;
    RETURN NULL;
  END $$;
CREATE TRIGGER case_moved AFTER INSERT ON timeline_entry
  FOR EACH ROW EXECUTE FUNCTION case_moved();

-- Is a case open for this company, or for this person without one? 'free', 'visible' (to this
-- seat), 'blind' (to others only). The recovery side opens no case and is told nothing.
CREATE FUNCTION open_case_answer(p_company uuid, p_person uuid DEFAULT NULL) RETURNS text
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public
  AS $$ SELECT coalesce(max(CASE WHEN app_seat() = ANY (reader_seats) THEN 'visible'
                                 ELSE 'blind' END), 'free')
        FROM case_file
        WHERE (company_id = p_company
               OR (p_company IS NULL AND company_id IS NULL AND person_id = p_person))
          AND status <> 'closed' AND app_seat() IS NOT NULL AND app_side() = 'aid' $$;

-- Cases of this seat whose company, person or reference answers a search: seat and text together,
-- since a text condition under a policy would lose its index. Three grams in five are enough.
CREATE FUNCTION search_cases(p_grams text[], p_text text, p_digits text) RETURNS SETOF uuid
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public
  AS $$ SELECT f.id FROM case_file f
          LEFT JOIN company c ON c.id = f.company_id LEFT JOIN person t ON t.id = f.person_id
        WHERE f.reader_seats @> ARRAY[app_seat()] AND app_seat() IS NOT NULL AND (
          upper(f.reference) LIKE '%' || upper(p_text) || '%'
          OR (length(p_digits) >= 3 AND c.siren LIKE p_digits || '%')
          OR (p_grams <> '{}' AND c.name_grams && p_grams
              AND 5 * (SELECT count(*) FROM unnest(p_grams) g WHERE g = ANY (c.name_grams))
                  >= 3 * cardinality(p_grams))
          OR (p_text <> '' AND t.folded_name LIKE '%' || lower(p_text) || '%')) $$;

-- What the bearer of a consent link reads: of the case, its name and who asks; nothing else.
CREATE FUNCTION consent_facts() RETURNS TABLE (title text, lead text, recorded text)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public
  AS $$ SELECT coalesce(c.name, concat_ws(' ', t.given_name, t.family_name)), lo.name, ro.name
        FROM legal_basis b JOIN case_file f ON f.id = b.case_id
          LEFT JOIN company c ON c.id = f.company_id LEFT JOIN person t ON t.id = f.person_id
          JOIN seat ls ON ls.id = f.lead_seat_id JOIN organisation lo ON lo.id = ls.organisation_id
          JOIN seat rs ON rs.id = b.recorded_seat_id
          JOIN organisation ro ON ro.id = rs.organisation_id
        WHERE b.id = app_link_object('consent') $$;

-- A member leaves: a colleague of the same seat takes over. Only for whoever manages the seat.
CREATE FUNCTION hand_over_cases(p_from uuid, p_to uuid) RETURNS integer LANGUAGE plpgsql
  SECURITY DEFINER SET search_path = pg_catalog, public
  AS $$ DECLARE left_seat uuid; moved integer;
  BEGIN
    SELECT seat_id INTO left_seat FROM membership WHERE id = p_from;
    IF NOT (app_manages_seat(left_seat)
            OR (session_user = 'relais_worker' AND app_principal() = 'system')) THEN
      RAISE EXCEPTION 'not a manager of this seat' USING ERRCODE = '42501';
    END IF;
    IF p_to IS NOT NULL AND NOT EXISTS (SELECT FROM membership
        WHERE id = p_to AND seat_id = left_seat AND ended_at IS NULL) THEN
      RAISE EXCEPTION 'the successor sits elsewhere' USING ERRCODE = 'check_violation';
    END IF;
    UPDATE participation SET member_id = p_to
      WHERE member_id = p_from AND seat_id = left_seat AND ended_at IS NULL;
    UPDATE case_action SET owner_id = p_to
      WHERE owner_id = p_from AND seat_id = left_seat AND status IN ('todo', 'doing');
    UPDATE referral SET receiver_member_id = p_to
      WHERE receiver_member_id = p_from AND receiver_seat_id = left_seat AND state IN
        ('sent', 'seen', 'accepted', 'first_contact', 'in_progress');
    UPDATE case_file SET lead_member_id = p_to
      WHERE lead_member_id = p_from AND lead_seat_id = left_seat AND status <> 'closed';
    GET DIAGNOSTICS moved = ROW_COUNT;
    RETURN moved;
  END $$;

-- Withdrawing an agreement closes what rests on it, the same second, whoever withdraws.
CREATE FUNCTION basis_withdrawn() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public
  AS $$ BEGIN
    UPDATE participation SET role = 'lead', was_lead = false
      WHERE case_id = NEW.case_id AND was_lead AND ended_at IS NULL AND EXISTS (
        SELECT FROM participation l WHERE l.case_id = NEW.case_id AND l.role = 'lead'
          AND l.basis_id = NEW.id AND l.ended_at IS NULL);
    UPDATE participation SET ended_at = NEW.withdrawn_at, end_reason = 'consent_withdrawn'
      WHERE basis_id = NEW.id AND ended_at IS NULL
        AND (role <> 'lead' OR EXISTS (SELECT FROM participation o
             WHERE o.case_id = NEW.case_id AND o.role = 'lead' AND o.id <> participation.id
               AND o.ended_at IS NULL));
    UPDATE case_file c SET lead_seat_id = p.seat_id, lead_member_id = p.member_id
      FROM participation p WHERE c.id = NEW.case_id AND p.case_id = c.id AND p.role = 'lead'
        AND p.ended_at IS NULL AND c.lead_seat_id <> p.seat_id;
    INSERT INTO referral_step (id, referral_id, before, after, at, note)
      SELECT gen_random_uuid(), r.id, r.state, 'revoked', NEW.withdrawn_at, 'consent_withdrawn'
      FROM referral r WHERE r.basis_id = NEW.id
        AND r.state IN ('sent', 'seen', 'accepted', 'first_contact', 'in_progress');
    UPDATE referral SET state = 'revoked', ended_at = NEW.withdrawn_at
      WHERE basis_id = NEW.id
        AND state IN ('sent', 'seen', 'accepted', 'first_contact', 'in_progress');
    UPDATE referral SET state = 'revoked', ended_at = NEW.withdrawn_at, sent_at = NEW.withdrawn_at
      WHERE basis_id = NEW.id AND state = 'draft';
    -- Handed to a worker that has not begun it yet counts as waiting: it may still go back.
    UPDATE outbox SET status = 'cancelled' WHERE basis_id = NEW.id
      AND (status = 'pending' OR (status = 'sending' AND started_at IS NULL));
    UPDATE link SET revoked_at = NEW.withdrawn_at
      WHERE object_id = NEW.id AND purpose = 'consent' AND revoked_at IS NULL;
    RETURN NULL;
  END $$;
CREATE TRIGGER basis_withdrawn AFTER UPDATE OF withdrawn_at ON legal_basis
  FOR EACH ROW WHEN (OLD.withdrawn_at IS NULL AND NEW.withdrawn_at IS NOT NULL)
  EXECUTE FUNCTION basis_withdrawn();

CREATE POLICY readers ON case_file FOR SELECT TO relais_web
  USING (reader_seats @> ARRAY[(SELECT app_seat())]);
CREATE POLICY opened ON case_file FOR INSERT TO relais_web
  WITH CHECK (lead_seat_id = (SELECT app_seat()) AND (SELECT app_side()) = 'aid'
    AND (company_id IS NULL OR company_id IN (SELECT id FROM company))
    AND (person_id IS NULL OR person_id IN (SELECT id FROM person)));
CREATE POLICY led ON case_file FOR UPDATE TO relais_web
  USING (lead_seat_id = (SELECT app_seat()) AND reader_seats @> ARRAY[(SELECT app_seat())]);
REVOKE UPDATE, DELETE ON case_file FROM relais_web;
GRANT UPDATE (person_id, lead_member_id, phase, status, paused_until, paused_reason, closed_at,
  outcome, moved_at, version, second_reason) ON case_file TO relais_web;

CREATE POLICY readers ON participation FOR SELECT TO relais_web
  USING (case_id IN (SELECT id FROM case_file));
CREATE POLICY opened ON participation FOR INSERT TO relais_web
  WITH CHECK (role = 'lead' AND seat_id = (SELECT app_seat()) AND case_id IN
    (SELECT id FROM case_file WHERE lead_seat_id = (SELECT app_seat())));
-- What has ended is not reopened: coming back rests on another agreement.
CREATE POLICY own_or_led ON participation FOR UPDATE TO relais_web
  USING (ended_at IS NULL AND (seat_id = (SELECT app_seat()) OR case_id IN
    (SELECT id FROM case_file WHERE lead_seat_id = (SELECT app_seat()))))
  WITH CHECK (true);
REVOKE UPDATE, DELETE ON participation FROM relais_web;
GRANT UPDATE (member_id, ended_at, end_reason) ON participation TO relais_web;

-- A basis names seats: whoever recorded it, whom it names and the lead read it; the others once it
-- let somebody in, so that receivers of one need do not see one another. Health stays between its two.
CREATE POLICY readers ON legal_basis FOR SELECT TO relais_web
  USING (id = (SELECT app_link_object('consent')) OR (case_id IN (SELECT id FROM case_file)
    AND (recorded_seat_id = (SELECT app_seat()) OR seat_ids @> ARRAY[(SELECT app_seat())]
      OR ('health' <> ALL (sections)
        AND (case_id IN (SELECT id FROM case_file WHERE lead_seat_id = (SELECT app_seat()))
          OR id IN (SELECT basis_id FROM participation WHERE ended_at IS NULL))))));
CREATE POLICY recorded ON legal_basis FOR INSERT TO relais_web
  WITH CHECK (recorded_seat_id = (SELECT app_seat()) AND case_id IN (SELECT id FROM case_file)
    AND (kind = 'consent' OR (SELECT app_role()) = 'manager'));
CREATE POLICY confirmed_or_withdrawn ON legal_basis FOR UPDATE TO relais_web
  USING (case_id IN (SELECT id FROM case_file) OR id = (SELECT app_link_object('consent')));
REVOKE UPDATE, DELETE ON legal_basis FROM relais_web;
GRANT UPDATE (confirmed_at, valid_until, withdrawn_at, withdrawn_by) ON legal_basis TO relais_web;

CREATE POLICY readers ON case_change FOR SELECT TO relais_web
  USING (case_id IN (SELECT id FROM case_file));
CREATE POLICY led ON case_change FOR INSERT TO relais_web
  WITH CHECK (case_id IN (SELECT id FROM case_file WHERE lead_seat_id = (SELECT app_seat())));
REVOKE UPDATE, DELETE ON case_change FROM relais_web;

-- The creditor firewall: who reads a text depends on its audience (domain.md §9).
CREATE FUNCTION app_hears(p_audience text, p_seat uuid) RETURNS boolean LANGUAGE sql STABLE
  AS $$ SELECT p_audience = 'all' OR (p_audience = 'aid' AND app_side() = 'aid')
     OR p_seat = app_seat() $$;

CREATE POLICY heard ON timeline_entry FOR SELECT TO relais_web
  USING (case_id IN (SELECT id FROM case_file) AND (audience = 'all'
    OR (audience = 'aid' AND (SELECT app_side()) = 'aid') OR seat_id = (SELECT app_seat())));
CREATE POLICY written ON timeline_entry FOR INSERT TO relais_web
  WITH CHECK (seat_id = (SELECT app_seat()) AND case_id IN (SELECT id FROM case_file));
CREATE POLICY corrected ON timeline_entry FOR UPDATE TO relais_web
  USING (seat_id = (SELECT app_seat()) AND case_id IN (SELECT id FROM case_file));
REVOKE UPDATE, DELETE ON timeline_entry FROM relais_web;
GRANT UPDATE (body, corrected_at) ON timeline_entry TO relais_web;

CREATE POLICY heard ON entry_revision FOR SELECT TO relais_web
  USING (entry_id IN (SELECT id FROM timeline_entry));
CREATE POLICY written ON entry_revision FOR INSERT TO relais_web
  WITH CHECK (entry_id IN (SELECT id FROM timeline_entry WHERE seat_id = (SELECT app_seat())));
REVOKE UPDATE, DELETE ON entry_revision FROM relais_web;

-- Figures are read by the lead and by the seats whose agreement covers them.
CREATE FUNCTION app_reads_figures() RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER
  SET search_path = pg_catalog, public
  AS $$ SELECT case_id FROM participation
        WHERE seat_id = app_seat() AND ended_at IS NULL
          AND (role = 'lead' OR was_lead OR 'figures' = ANY (sections)) $$;
CREATE POLICY heard ON assessment FOR SELECT TO relais_web
  USING (case_id IN (SELECT app_reads_figures()) AND case_id IN (SELECT id FROM case_file)
    AND (audience = 'all' OR (audience = 'aid' AND (SELECT app_side()) = 'aid')
         OR seat_id = (SELECT app_seat())));
CREATE POLICY written ON assessment FOR INSERT TO relais_web
  WITH CHECK (seat_id = (SELECT app_seat()) AND case_id IN (SELECT id FROM case_file));
REVOKE UPDATE, DELETE ON assessment FROM relais_web;
CREATE POLICY heard ON assessment_debt FOR SELECT TO relais_web
  USING (assessment_id IN (SELECT id FROM assessment));
CREATE POLICY written ON assessment_debt FOR INSERT TO relais_web
  WITH CHECK (assessment_id IN (SELECT id FROM assessment WHERE seat_id = (SELECT app_seat())));
REVOKE UPDATE, DELETE ON assessment_debt FROM relais_web;

CREATE POLICY heard ON case_action FOR SELECT TO relais_web
  USING (case_id IN (SELECT id FROM case_file) AND (audience = 'all'
    OR (audience = 'aid' AND (SELECT app_side()) = 'aid') OR seat_id = (SELECT app_seat())));
CREATE POLICY written ON case_action FOR INSERT TO relais_web
  WITH CHECK (seat_id = (SELECT app_seat()) AND case_id IN (SELECT id FROM case_file));
CREATE POLICY heard_change ON case_action FOR UPDATE TO relais_web
  USING (case_id IN (SELECT id FROM case_file) AND (audience = 'all'
    OR (audience = 'aid' AND (SELECT app_side()) = 'aid') OR seat_id = (SELECT app_seat())));
REVOKE UPDATE, DELETE ON case_action FROM relais_web;
GRANT UPDATE (objective, owner_id, owner_name, due_on, status, done_at)
  ON case_action TO relais_web;
