-- « Tous ont décliné »: one row for each need that all declined, as far as one seat knows, and that
-- seat, which leads the case or wrote the need. The seat judges by the referrals it reads: those that
-- others sent for the same need count for whoever leads.
CREATE TABLE declined_need (
  need_id uuid NOT NULL,
  seat_id uuid NOT NULL,
  case_id uuid NOT NULL,
  subject varchar NOT NULL,
  created_at timestamptz NOT NULL,
  CONSTRAINT pk_declined_need PRIMARY KEY (need_id, seat_id),
  CONSTRAINT fk_declined_need_need_id FOREIGN KEY (need_id) REFERENCES need (id) ON DELETE CASCADE
);

REVOKE ALL ON declined_need FROM relais_web, relais_worker, relais_definer, relais_backup;
GRANT SELECT ON declined_need TO relais_web, relais_backup;
GRANT SELECT, INSERT, UPDATE, DELETE ON declined_need TO relais_worker, relais_definer;
ALTER TABLE declined_need ENABLE ROW LEVEL SECURITY;
ALTER TABLE declined_need FORCE ROW LEVEL SECURITY;
CREATE POLICY worker ON declined_need TO relais_worker USING (true);
CREATE POLICY definer ON declined_need TO relais_definer USING (true);
CREATE POLICY backup ON declined_need FOR SELECT TO relais_backup USING (true);
CREATE POLICY readers ON declined_need FOR SELECT TO relais_web
  USING (seat_id = (SELECT app_seat()));

-- A draft and what was taken back count for nothing: whoever took it back will send again.
CREATE FUNCTION counts_for_need(p_state text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
  AS $$ SELECT CASE WHEN p_state IN ('draft', 'revoked') THEN 'nothing'
    WHEN p_state IN ('declined', 'redirected', 'expired') THEN 'refused' ELSE 'alive' END $$;
-- Write anew the rows of these needs. Their cases are locked first, as any line of a timeline locks
-- them: of two receivers who decline at once, the second sees what the first answered.
CREATE FUNCTION write_declined_needs(p_needs uuid[]) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public
  AS $$ BEGIN
    PERFORM FROM case_file WHERE id IN (SELECT case_id FROM need WHERE id = ANY (p_needs))
      ORDER BY id FOR NO KEY UPDATE;
    DELETE FROM declined_need WHERE need_id = ANY (p_needs);
    INSERT INTO declined_need (need_id, seat_id, case_id, subject, created_at)
      SELECT n.id, k.id, n.case_id, n.subject, n.created_at
        FROM need n JOIN case_file f ON f.id = n.case_id
          JOIN seat k ON k.id IN (f.lead_seat_id, n.seat_id)
          JOIN referral r ON r.need_id = n.id AND k.id = ANY (r.reader_seats)
        WHERE n.id = ANY (p_needs) AND f.closed_at IS NULL AND k.id = ANY (f.reader_seats)
          AND (n.audience = 'all' OR (n.audience = 'aid' AND k.side = 'aid') OR n.seat_id = k.id)
        GROUP BY n.id, k.id
        HAVING bool_or(counts_for_need(r.state) = 'refused')
          AND NOT bool_or(counts_for_need(r.state) = 'alive');
  END $$;
CREATE FUNCTION rebuild_declined_needs() RETURNS void LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public
  AS $$ DECLARE batch uuid[]; last uuid := '00000000-0000-0000-0000-000000000000';
  BEGIN
    DELETE FROM declined_need;
    LOOP
      batch := ARRAY(SELECT n.id FROM need n JOIN case_file f ON f.id = n.case_id
        WHERE n.id > last AND f.closed_at IS NULL ORDER BY n.id LIMIT 10000);
      EXIT WHEN batch = '{}';
      PERFORM write_declined_needs(batch);
      last := batch[cardinality(batch)];
    END LOOP;
  END $$;

CREATE FUNCTION need_declined() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public
  AS $$ BEGIN
    IF TG_TABLE_NAME = 'referral' THEN
      PERFORM write_declined_needs(ARRAY[NEW.need_id]);
    ELSIF TG_TABLE_NAME = 'need' THEN
      PERFORM write_declined_needs(ARRAY[NEW.id]);
    ELSE
      PERFORM write_declined_needs(ARRAY(SELECT id FROM need WHERE case_id = NEW.id));
    END IF;
    RETURN NULL;
  END $$;
CREATE TRIGGER need_declined AFTER INSERT ON referral FOR EACH ROW
  WHEN (counts_for_need(NEW.state) <> 'nothing') EXECUTE FUNCTION need_declined();
CREATE TRIGGER need_declined_again AFTER UPDATE ON referral FOR EACH ROW
  WHEN (counts_for_need(OLD.state) <> counts_for_need(NEW.state)
    OR (counts_for_need(NEW.state) <> 'nothing'
      AND OLD.reader_seats IS DISTINCT FROM NEW.reader_seats))
  EXECUTE FUNCTION need_declined();
CREATE TRIGGER need_declined AFTER UPDATE OF subject, audience ON need
  FOR EACH ROW EXECUTE FUNCTION need_declined();
CREATE TRIGGER need_declined AFTER UPDATE ON case_file FOR EACH ROW
  WHEN ((OLD.closed_at, OLD.lead_seat_id, OLD.reader_seats)
    IS DISTINCT FROM (NEW.closed_at, NEW.lead_seat_id, NEW.reader_seats))
  EXECUTE FUNCTION need_declined();

REVOKE ALL ON FUNCTION write_declined_needs(uuid[]), rebuild_declined_needs(), need_declined(),
  counts_for_need(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION write_declined_needs(uuid[]) TO relais_definer;
GRANT EXECUTE ON FUNCTION rebuild_declined_needs() TO relais_worker, relais_definer;
GRANT EXECUTE ON FUNCTION need_declined(), counts_for_need(text)
  TO relais_web, relais_worker, relais_definer;
ALTER FUNCTION write_declined_needs(uuid[]) OWNER TO relais_definer;
ALTER FUNCTION rebuild_declined_needs() OWNER TO relais_definer;
ALTER FUNCTION need_declined() OWNER TO relais_definer;
