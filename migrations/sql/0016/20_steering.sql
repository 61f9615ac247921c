-- case_file.moved_at tells what every reader sees, and nothing else: a change of lead is seen by all
-- as well, whoever makes it (an answer, an undo, an agreement withdrawn).
CREATE OR REPLACE FUNCTION lead_moved() RETURNS trigger LANGUAGE plpgsql
  SET search_path = pg_catalog, public
  AS $$ BEGIN
    NEW.moved_at := greatest(NEW.moved_at, clock_timestamp());
    RETURN NEW;
  END $$;
REVOKE ALL ON FUNCTION lead_moved() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lead_moved() TO relais_web, relais_worker, relais_definer;
CREATE OR REPLACE TRIGGER lead_moved BEFORE UPDATE OF lead_seat_id ON case_file FOR EACH ROW
  WHEN (OLD.lead_seat_id <> NEW.lead_seat_id) EXECUTE FUNCTION lead_moved();

-- A case that is only said to have moved earlier touches no row of its readers.
CREATE OR REPLACE TRIGGER case_steered AFTER UPDATE ON case_file FOR EACH ROW
  WHEN (NEW.moved_at > OLD.moved_at OR (OLD.phase, OLD.status, OLD.lead_seat_id, OLD.lead_member_id)
    IS DISTINCT FROM (NEW.phase, NEW.status, NEW.lead_seat_id, NEW.lead_member_id))
  EXECUTE FUNCTION case_steered();
