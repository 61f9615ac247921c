-- A line in the timeline moves its case up the list. The row of the case is locked when the
-- transaction commits and no sooner: whoever writes meanwhile waits for a commit, never for a web
-- process (docs/decisions/0018). A case that moved later already is not locked at all.
CREATE OR REPLACE FUNCTION case_moved() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public
  AS $$ BEGIN
    UPDATE case_file SET moved_at = NEW.created_at
      WHERE id = NEW.case_id AND moved_at < NEW.created_at;
    RETURN NULL;
  END $$;
-- For as long as the owner makes the trigger.
GRANT EXECUTE ON FUNCTION case_moved() TO relais_owner;
