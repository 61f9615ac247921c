-- Durations are told to everybody: joint controllers know one another's. An organisation's manager,
-- on the helping side (which leads cases), goes down from the default; the administration likewise.
CREATE POLICY directory ON retention_reduction FOR SELECT TO relais_web
  USING ((SELECT app_reads_directory()));
CREATE POLICY managed ON retention_reduction FOR ALL TO relais_web
  USING (app_manages(organisation_id) AND ((SELECT app_side()) = 'aid'
    OR (SELECT app_role()) = 'platform_admin'))
  WITH CHECK (app_manages(organisation_id) AND decided_by = (SELECT app_user())
    AND ((SELECT app_side()) = 'aid' OR (SELECT app_role()) = 'platform_admin'));
CREATE FUNCTION retention_goes_down() RETURNS trigger LANGUAGE plpgsql
  SET search_path = pg_catalog, public
  AS $$ BEGIN
    IF NOT EXISTS (SELECT FROM ref_retention r WHERE r.code = NEW.kind
        AND NEW.months BETWEEN r.least_months AND r.months) THEN
      RAISE EXCEPTION 'a duration goes down from the default, to its floor'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'retention_goes_down';
    END IF;
    RETURN NEW;
  END $$;
CREATE TRIGGER retention_goes_down BEFORE INSERT OR UPDATE ON retention_reduction
  FOR EACH ROW EXECUTE FUNCTION retention_goes_down();

-- Only the journal may be kept longer, only by the administration, with a reason that stays.
CREATE POLICY told ON retention_extension FOR SELECT TO relais_web
  USING ((SELECT app_reads_directory()));
CREATE POLICY decided ON retention_extension FOR INSERT TO relais_web
  WITH CHECK ((SELECT app_role()) = 'platform_admin' AND decided_by = (SELECT app_user()));
REVOKE UPDATE, DELETE ON retention_extension FROM relais_web, relais_worker;
CREATE FUNCTION extension_is_allowed() RETURNS trigger LANGUAGE plpgsql
  SET search_path = pg_catalog, public
  AS $$ BEGIN
    IF NOT EXISTS (SELECT FROM ref_retention r WHERE r.code = NEW.kind AND r.code = 'journal'
        AND NEW.months BETWEEN r.months AND r.longest_months) THEN
      RAISE EXCEPTION 'only the journal is kept longer, up to its limit'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'extension_is_allowed';
    END IF;
    RETURN NEW;
  END $$;
CREATE TRIGGER extension_is_allowed BEFORE INSERT OR UPDATE ON retention_extension
  FOR EACH ROW EXECUTE FUNCTION extension_is_allowed();

-- What remains and what is kept apart: no page reads it, figures go through their functions.
REVOKE ALL ON case_remains, agreement_proof, journal_checkpoint FROM relais_web;

-- The log is for auditors: the lines of their organisation, and those of the platform.
CREATE POLICY read_as_auditor ON erasure FOR SELECT TO relais_web
  USING ((SELECT app_role()) = 'auditor'
    AND (organisation_id IS NULL OR organisation_id = (SELECT app_organisation())));
REVOKE INSERT, UPDATE, DELETE ON erasure FROM relais_web;
REVOKE DELETE ON erasure FROM relais_worker;

-- An anonymised case is read by nobody, whatever its participations say.
CREATE POLICY anonymised ON case_file AS RESTRICTIVE TO relais_web
  USING (anonymised_at IS NULL) WITH CHECK (anonymised_at IS NULL);
-- Nor are its referrals. Runs after referral_readers, which fills the array (order of names).
CREATE FUNCTION referral_unread() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public
  AS $$ BEGIN
    IF EXISTS (SELECT FROM case_file WHERE id = NEW.case_id AND anonymised_at IS NOT NULL) THEN
      NEW.reader_seats := '{}';
    END IF;
    RETURN NEW;
  END $$;
CREATE TRIGGER referral_unread BEFORE INSERT OR UPDATE ON referral
  FOR EACH ROW EXECUTE FUNCTION referral_unread();
CREATE FUNCTION case_anonymised() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public
  AS $$ BEGIN
    UPDATE referral SET reader_seats = '{}' WHERE case_id = NEW.id;
    RETURN NULL;
  END $$;
CREATE TRIGGER case_anonymised AFTER UPDATE OF anonymised_at ON case_file FOR EACH ROW
  WHEN (OLD.anonymised_at IS NULL AND NEW.anonymised_at IS NOT NULL)
  EXECUTE FUNCTION case_anonymised();

-- The journal at the end of its time. Nobody may delete an event but this function, and it deletes
-- only the oldest sealed ones, without a gap, past their time by the server's own clock; with them
-- it writes the checkpoint and the event that says the same. Its lock is the sealer's.
CREATE FUNCTION journal_months() RETURNS integer LANGUAGE sql STABLE SECURITY DEFINER
  SET search_path = pg_catalog, public
  AS $$ SELECT coalesce(
      (SELECT months FROM retention_extension WHERE kind = 'journal'
       ORDER BY decided_at DESC, id DESC LIMIT 1),
      (SELECT months FROM ref_retention WHERE code = 'journal')) $$;
-- From where to where events are due: seals after the last checkpoint, p_limit at most.
CREATE FUNCTION journal_due(p_limit integer)
  RETURNS TABLE (begun bigint, stop bigint, before timestamptz) LANGUAGE sql STABLE
  SECURITY DEFINER SET search_path = pg_catalog, public
  AS $$ WITH since AS (
      SELECT coalesce(max(position), 0) AS begun FROM journal_checkpoint
    ), past AS (
      SELECT clock_timestamp() - make_interval(months => journal_months()) AS before
    ), page AS (
      SELECT s.position, e.at FROM journal_seal s LEFT JOIN journal_event e ON e.id = s.event_id
      WHERE s.position > (SELECT begun FROM since) ORDER BY s.position LIMIT p_limit
    )
    SELECT since.begun, coalesce((SELECT min(position) - 1 FROM page
        WHERE page.at IS NULL OR page.at >= past.before),
      (SELECT max(position) FROM page), since.begun), past.before
    FROM since, past WHERE past.before IS NOT NULL $$;
CREATE FUNCTION erase_journal(p_limit integer) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public
  AS $$ DECLARE due record; gone bigint; made uuid := gen_random_uuid(); mark text;
    instant timestamptz := clock_timestamp();
  BEGIN
    IF NOT pg_try_advisory_xact_lock(7305002) THEN RETURN 0; END IF;
    SELECT * INTO due FROM journal_due(p_limit);
    IF due.stop IS NULL OR due.stop <= due.begun THEN RETURN 0; END IF;
    SELECT hash INTO mark FROM journal_seal WHERE position = due.stop;
    DELETE FROM journal_event e USING journal_seal s
      WHERE s.event_id = e.id AND s.position > due.begun AND s.position <= due.stop;
    GET DIAGNOSTICS gone = ROW_COUNT;
    IF gone <> due.stop - due.begun THEN
      RAISE EXCEPTION 'an event or a seal is missing before position %', due.stop;
    END IF;
    INSERT INTO journal_checkpoint (id, position, hash, erased_before, erased, erased_at)
      VALUES (made, due.stop, mark, due.before, gone, instant);
    INSERT INTO journal_event (id, at, principal, action, object_type, object_id, details)
      VALUES (gen_random_uuid(), instant, 'system', 'journal.erased', 'journal_checkpoint', made,
        jsonb_build_object('position', due.stop, 'hash', mark, 'erased', gone, 'erased_before',
          to_char(due.before AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"')));
    RETURN gone;
  END $$;
REVOKE ALL ON FUNCTION journal_months(), journal_due(integer), erase_journal(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION journal_months(), journal_due(integer), erase_journal(integer)
  TO relais_worker;
REVOKE INSERT, UPDATE, DELETE ON journal_checkpoint FROM relais_worker;
