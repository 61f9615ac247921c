-- One row for each seat in whose box a referral lies, its sender's and once sent its receiver's: what
-- the box sorts and filters. Derived from referral; nobody writes it but the functions below
-- (docs/decisions/0017).
CREATE TABLE boxed_referral (
  referral_id uuid NOT NULL,
  is_received boolean NOT NULL,
  seat_id uuid NOT NULL,
  organisation_id uuid NOT NULL,
  state varchar NOT NULL,
  subject varchar NOT NULL,
  kind varchar NOT NULL,
  sent_at timestamptz NOT NULL,
  due_at timestamptz,
  CONSTRAINT pk_boxed_referral PRIMARY KEY (referral_id, is_received),
  CONSTRAINT fk_boxed_referral_referral_id FOREIGN KEY (referral_id) REFERENCES referral (id)
    ON DELETE CASCADE
);
REVOKE ALL ON boxed_referral FROM relais_web, relais_worker, relais_definer, relais_backup;
GRANT SELECT ON boxed_referral TO relais_web, relais_backup;
GRANT SELECT, INSERT, UPDATE, DELETE ON boxed_referral TO relais_worker, relais_definer;
ALTER TABLE boxed_referral ENABLE ROW LEVEL SECURITY;
ALTER TABLE boxed_referral FORCE ROW LEVEL SECURITY;
CREATE POLICY worker ON boxed_referral TO relais_worker USING (true);
CREATE POLICY definer ON boxed_referral TO relais_definer USING (true);
CREATE POLICY backup ON boxed_referral FOR SELECT TO relais_backup USING (true);
CREATE POLICY readers ON boxed_referral FOR SELECT TO relais_web
  USING (seat_id = (SELECT app_seat()));

-- What a seat does not read lies not in its box. A draft and a signpost lie in their sender's alone:
-- their receiver is told nothing, even where it leads the case.
CREATE FUNCTION write_boxed_referrals(p_referrals uuid[]) RETURNS void LANGUAGE plpgsql
  SECURITY DEFINER SET search_path = pg_catalog, public
  AS $$ BEGIN
    DELETE FROM boxed_referral b USING referral r
      WHERE b.referral_id = ANY (p_referrals) AND r.id = b.referral_id
        AND (b.seat_id <> ALL (r.reader_seats)
          OR (b.is_received AND (r.state = 'draft' OR r.kind = 'signpost')));
    INSERT INTO boxed_referral AS b (referral_id, is_received, seat_id, organisation_id, state,
        subject, kind, sent_at, due_at)
      SELECT r.id, e.is_received, e.seat_id, s.organisation_id, r.state, r.subject, r.kind,
          coalesce(r.sent_at, r.created_at), r.due_at
        FROM referral r CROSS JOIN LATERAL (VALUES
            (false, r.sender_seat_id, r.receiver_seat_id),
            (true, r.receiver_seat_id, r.sender_seat_id)) e (is_received, seat_id, other_seat_id)
          JOIN seat s ON s.id = e.other_seat_id
        WHERE r.id = ANY (p_referrals) AND e.seat_id = ANY (r.reader_seats)
          AND (NOT e.is_received OR (r.state <> 'draft' AND r.kind <> 'signpost'))
      ON CONFLICT (referral_id, is_received) DO UPDATE SET seat_id = excluded.seat_id,
        organisation_id = excluded.organisation_id, state = excluded.state,
        subject = excluded.subject, kind = excluded.kind, sent_at = excluded.sent_at,
        due_at = excluded.due_at;
  END $$;
-- Everything from the truth, ten thousand referrals at a time: a migration, a loader, a repair.
CREATE FUNCTION rebuild_boxed_referrals() RETURNS void LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public
  AS $$ DECLARE batch uuid[]; last uuid := '00000000-0000-0000-0000-000000000000';
  BEGIN
    DELETE FROM boxed_referral;
    LOOP
      batch := ARRAY(SELECT id FROM referral WHERE id > last ORDER BY id LIMIT 10000);
      EXIT WHEN batch = '{}';
      PERFORM write_boxed_referrals(batch);
      last := batch[cardinality(batch)];
    END LOOP;
  END $$;
CREATE FUNCTION referral_boxed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public
  AS $$ BEGIN PERFORM write_boxed_referrals(ARRAY[NEW.id]); RETURN NULL; END $$;
CREATE TRIGGER referral_boxed AFTER INSERT ON referral
  FOR EACH ROW EXECUTE FUNCTION referral_boxed();
CREATE TRIGGER referral_boxed_again AFTER UPDATE ON referral FOR EACH ROW
  WHEN ((OLD.state, OLD.subject, OLD.kind, OLD.sent_at, OLD.due_at, OLD.reader_seats)
    IS DISTINCT FROM (NEW.state, NEW.subject, NEW.kind, NEW.sent_at, NEW.due_at,
      NEW.reader_seats))
  EXECUTE FUNCTION referral_boxed();

REVOKE ALL ON FUNCTION write_boxed_referrals(uuid[]), rebuild_boxed_referrals(), referral_boxed()
  FROM PUBLIC;
GRANT EXECUTE ON FUNCTION write_boxed_referrals(uuid[]) TO relais_definer;
GRANT EXECUTE ON FUNCTION rebuild_boxed_referrals() TO relais_worker, relais_definer;
GRANT EXECUTE ON FUNCTION referral_boxed() TO relais_web, relais_worker, relais_definer;
ALTER FUNCTION write_boxed_referrals(uuid[]) OWNER TO relais_definer;
ALTER FUNCTION rebuild_boxed_referrals() OWNER TO relais_definer;
ALTER FUNCTION referral_boxed() OWNER TO relais_definer;

-- Only the box read these.
DROP INDEX ix_referral_receiver_seat_id_due_at;
DROP INDEX ix_referral_sender_seat_id_sent_at;
DROP INDEX ix_referral_sender_seat_id_state;
-- What waits is counted by whoever leads the case: what was handled is not read again.
CREATE INDEX ix_access_request_match_waiting ON access_request_match (case_id)
  WHERE handled_at IS NULL;
