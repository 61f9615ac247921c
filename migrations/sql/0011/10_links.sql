-- Only whoever makes an account, or gives it a password, reads the people of the directory by a
-- link. The other pages of links name organisations, and functions tell them the rest.
CREATE OR REPLACE FUNCTION app_reads_people() RETURNS boolean LANGUAGE sql STABLE
  AS $$ SELECT app_principal() = 'member'
     OR (app_principal() = 'link' AND app_link_purpose() IN ('invitation', 'password_reset')) $$;

-- A seat leaves the case, or its agreement is withdrawn: the links by which its actions are answered
-- end the same second (trust.md §4).
CREATE FUNCTION action_links_end() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public
  AS $$ BEGIN
    UPDATE link SET revoked_at = NEW.ended_at WHERE purpose = 'action' AND revoked_at IS NULL
      AND object_id IN (SELECT id FROM case_action
        WHERE case_id = NEW.case_id AND seat_id = NEW.seat_id);
    RETURN NULL;
  END $$;
CREATE TRIGGER action_links_end AFTER UPDATE OF ended_at ON participation
  FOR EACH ROW WHEN (OLD.ended_at IS NULL AND NEW.ended_at IS NOT NULL)
  EXECUTE FUNCTION action_links_end();
REVOKE ALL ON FUNCTION action_links_end() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION action_links_end() TO relais_web, relais_worker, relais_definer;
ALTER FUNCTION action_links_end() OWNER TO relais_definer;

-- That somebody opened an action tells that it exists: its reading is for those who hear it, for
-- whoever read it and for their auditors.
CREATE POLICY heard_action ON journal_event AS RESTRICTIVE FOR SELECT TO relais_web
  USING (object_type <> 'case_action' OR user_id = (SELECT app_user())
    OR (SELECT app_role()) = 'auditor'
    OR EXISTS (SELECT FROM case_action a WHERE a.id = object_id));
