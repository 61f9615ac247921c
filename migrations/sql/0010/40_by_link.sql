-- A generated column is not known yet when a row is about to change: it is no writing of anybody's.
CREATE OR REPLACE FUNCTION answered_by_link() RETURNS trigger LANGUAGE plpgsql
  SET search_path = pg_catalog, public
  AS $$ DECLARE
    written text[] := ARRAY['state', 'answered_at', 'ended_at', 'decline_code', 'decline_text',
      'can_entrepreneur_read', 'proposed_seat_id', 'end_note', 'due_at'];
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
