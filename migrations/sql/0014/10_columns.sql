-- For whom a row of *Aujourd'hui* waits, beside it (docs/decisions/0021). Kept by triggers: nobody else
-- writes them, and what they say decides of nothing but where to look.
-- Whoever writes is waited for once, in the order in which they lock; who reads these two is not. A
-- lead that changes meanwhile comes before or after, never in between.
LOCK TABLE case_file, referral IN SHARE ROW EXCLUSIVE MODE;
ALTER TABLE boxed_referral ADD COLUMN moved_at timestamptz;
ALTER TABLE access_request_match ADD COLUMN lead_seat_id uuid;
ALTER TABLE rights_request ADD COLUMN lead_seat_id uuid, ADD COLUMN lead_member_id uuid;
ALTER TABLE action_reply ADD COLUMN asked_by uuid, ADD COLUMN lead_member_id uuid;

-- Who leads the case of a new row. The case is locked, as any line of its timeline locks it: whoever
-- changes its lead at the same time comes before, or finds the row.
CREATE FUNCTION lead_kept() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public
  AS $$ DECLARE led record;
  BEGIN
    SELECT lead_seat_id, lead_member_id INTO led FROM case_file WHERE id = NEW.case_id
      FOR NO KEY UPDATE;
    IF TG_TABLE_NAME <> 'action_reply' THEN
      NEW.lead_seat_id := led.lead_seat_id;
    END IF;
    IF TG_TABLE_NAME <> 'access_request_match' THEN
      NEW.lead_member_id := led.lead_member_id;
    END IF;
    IF TG_TABLE_NAME = 'action_reply' THEN
      NEW.asked_by := (SELECT asked_by FROM case_action WHERE id = NEW.action_id);
    END IF;
    RETURN NEW;
  END $$;
CREATE FUNCTION lead_passed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public
  AS $$ BEGIN
    UPDATE access_request_match SET lead_seat_id = NEW.lead_seat_id WHERE case_id = NEW.id;
    UPDATE rights_request SET lead_seat_id = NEW.lead_seat_id, lead_member_id = NEW.lead_member_id
      WHERE case_id = NEW.id;
    UPDATE action_reply SET lead_member_id = NEW.lead_member_id WHERE case_id = NEW.id;
    RETURN NULL;
  END $$;
REVOKE ALL ON FUNCTION lead_kept(), lead_passed() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lead_kept(), lead_passed()
  TO relais_web, relais_worker, relais_definer;
ALTER FUNCTION lead_kept() OWNER TO relais_definer;
ALTER FUNCTION lead_passed() OWNER TO relais_definer;
