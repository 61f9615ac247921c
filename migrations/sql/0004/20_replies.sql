-- An action answered by one link (domain.md §4). Its bearer reads that action, the names of who asks,
-- and what was answered; of the case, nothing.
CREATE POLICY asked ON case_action FOR SELECT TO relais_web
  USING (id = (SELECT app_link_object('action')));
GRANT UPDATE (asked_by, asked_at) ON case_action TO relais_web;

CREATE FUNCTION action_facts()
  RETURNS TABLE (organisation text, side text, asker text, case_is_open boolean)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public
  AS $$ SELECT o.name, s.side, u.full_name, f.status <> 'closed'
        FROM case_action a JOIN case_file f ON f.id = a.case_id
          JOIN seat s ON s.id = a.seat_id JOIN organisation o ON o.id = s.organisation_id
          LEFT JOIN membership m ON m.id = a.asked_by LEFT JOIN user_account u ON u.id = m.user_id
        WHERE a.id = app_link_object('action') $$;

-- Answered by the bearer of the link only: nobody signed in writes an answer for them.
CREATE POLICY heard ON action_reply FOR SELECT TO relais_web
  USING (action_id IN (SELECT id FROM case_action));
CREATE POLICY answered ON action_reply FOR INSERT TO relais_web
  WITH CHECK (action_id = (SELECT app_link_object('action')) AND link_id = (SELECT app_link())
    AND case_id = (SELECT a.case_id FROM case_action a WHERE a.id = action_id));
REVOKE UPDATE, DELETE ON action_reply FROM relais_web;

-- What is done is done, whoever says so; the action itself is not the bearer's to change.
CREATE FUNCTION action_replied() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public
  AS $$ BEGIN
    UPDATE case_action SET status = 'done', done_at = NEW.answered_at
      WHERE id = NEW.action_id AND status IN ('todo', 'doing');
    RETURN NULL;
  END $$;
CREATE TRIGGER action_replied AFTER INSERT ON action_reply
  FOR EACH ROW WHEN (NEW.answer = 'done') EXECUTE FUNCTION action_replied();

-- One line of the timeline: about this action, in its audience, for the seat that asked.
CREATE POLICY answered ON timeline_entry FOR INSERT TO relais_web
  WITH CHECK (kind = 'action' AND author_id IS NULL AND object_id IN (SELECT a.id FROM case_action a
    WHERE a.id = (SELECT app_link_object('action')) AND a.case_id = timeline_entry.case_id
      AND a.seat_id = timeline_entry.seat_id AND a.audience = timeline_entry.audience));
