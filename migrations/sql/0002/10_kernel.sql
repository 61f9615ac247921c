-- The settings of a transaction, read by every policy. Empty or absent means nobody.
CREATE FUNCTION app_setting(name text) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
  AS $$ SELECT nullif(current_setting('app.' || name, true), '') $$;
CREATE FUNCTION app_principal() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
  AS $$ SELECT app_setting('principal') $$;
CREATE FUNCTION app_user() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
  AS $$ SELECT app_setting('user')::uuid $$;
CREATE FUNCTION app_member_seat() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
  AS $$ SELECT CASE WHEN app_principal() = 'member' THEN app_setting('seat')::uuid END $$;
CREATE FUNCTION app_seat() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
  AS $$ SELECT CASE WHEN app_principal() = 'member' THEN app_setting('case_seat')::uuid END $$;
CREATE FUNCTION app_link() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
  AS $$ SELECT CASE WHEN app_principal() = 'link' THEN app_setting('link')::uuid END $$;

-- What the current member is, asked of the directory and not of the settings.
CREATE FUNCTION app_side() RETURNS text LANGUAGE sql STABLE SECURITY DEFINER
  SET search_path = pg_catalog, public
  AS $$ SELECT side FROM seat WHERE id = app_member_seat() $$;
CREATE FUNCTION app_organisation() RETURNS uuid LANGUAGE sql STABLE SECURITY DEFINER
  SET search_path = pg_catalog, public
  AS $$ SELECT organisation_id FROM seat WHERE id = app_member_seat() $$;
CREATE FUNCTION app_role() RETURNS text LANGUAGE sql STABLE SECURITY DEFINER
  SET search_path = pg_catalog, public
  AS $$ SELECT role FROM membership
        WHERE user_id = app_user() AND seat_id = app_member_seat() AND ended_at IS NULL $$;

-- Links: found by hash, before anybody acts; afterwards a link knows its one object.
CREATE FUNCTION find_link(p_hash text, p_purpose text, p_at timestamptz)
  RETURNS TABLE (id uuid, object_id uuid) LANGUAGE sql STABLE SECURITY DEFINER
  SET search_path = pg_catalog, public
  AS $$ SELECT l.id, l.object_id FROM link l
        WHERE l.token_hash = p_hash AND l.purpose = p_purpose AND l.used_at IS NULL
          AND l.revoked_at IS NULL AND l.expires_at > p_at $$;
CREATE FUNCTION app_link_object(p_purpose text) RETURNS uuid LANGUAGE sql STABLE SECURITY DEFINER
  SET search_path = pg_catalog, public
  AS $$ SELECT object_id FROM link
        WHERE id = app_link() AND purpose = p_purpose AND used_at IS NULL AND revoked_at IS NULL $$;

CREATE POLICY made_by_seat ON link FOR INSERT TO relais_web
  WITH CHECK (seat_id IS NOT DISTINCT FROM (SELECT app_member_seat()));
CREATE POLICY seen_by_seat ON link FOR SELECT TO relais_web
  USING (seat_id = (SELECT app_member_seat()) OR id = (SELECT app_link()));
CREATE POLICY revoked_by_seat ON link FOR UPDATE TO relais_web
  USING (seat_id = (SELECT app_member_seat()) OR id = (SELECT app_link()));
REVOKE UPDATE, DELETE ON link FROM relais_web;
GRANT UPDATE (used_at, revoked_at) ON link TO relais_web;

-- Journal: written by whoever acts, in their own name; never changed.
CREATE POLICY own_name ON journal_event FOR INSERT TO relais_web
  WITH CHECK (principal = (SELECT app_principal())
    AND user_id IS NOT DISTINCT FROM (SELECT app_user())
    AND seat_id IS NOT DISTINCT FROM (SELECT app_member_seat())
    AND link_id IS NOT DISTINCT FROM (SELECT app_link()));
CREATE POLICY read_own ON journal_event FOR SELECT TO relais_web
  USING (user_id = (SELECT app_user()));
-- The lead reads who opened what, but nothing of what it does not read itself: a sealed referral
-- (health) or agreement would be told by its own journal.
CREATE POLICY read_as_lead ON journal_event FOR SELECT TO relais_web
  USING (case_id IN (SELECT id FROM case_file WHERE lead_seat_id = (SELECT app_seat()))
    AND (object_type <> 'referral' OR object_id IN (SELECT id FROM referral))
    AND (object_type <> 'legal_basis' OR object_id IN (SELECT id FROM legal_basis))
    AND (object_type <> 'need' OR object_id IN (SELECT id FROM need)));
CREATE POLICY read_as_auditor ON journal_event FOR SELECT TO relais_web
  USING ((SELECT app_role()) = 'auditor' AND seat_id IN
    (SELECT id FROM seat WHERE organisation_id = (SELECT app_organisation())));
REVOKE UPDATE, DELETE ON journal_event, journal_seal FROM relais_web, relais_worker;
REVOKE ALL ON journal_seal FROM relais_web;

-- Outbox: asked for in one's own name; its author may take it back while it waits.
CREATE POLICY own_name ON outbox FOR INSERT TO relais_web
  WITH CHECK (principal = (SELECT app_principal())
    AND user_id IS NOT DISTINCT FROM (SELECT app_user())
    AND seat_id IS NOT DISTINCT FROM (SELECT app_member_seat()));
CREATE POLICY own_rows ON outbox FOR SELECT TO relais_web USING (user_id = (SELECT app_user()));
CREATE POLICY take_back ON outbox FOR UPDATE TO relais_web
  USING (user_id = (SELECT app_user()) AND status = 'pending')
  WITH CHECK (status IN ('pending', 'cancelled'));
REVOKE UPDATE, DELETE ON outbox FROM relais_web;
GRANT UPDATE (status) ON outbox TO relais_web;

-- Notices: read by the seat they speak to.
CREATE POLICY own_seat ON notice FOR SELECT TO relais_web
  USING (seat_id = (SELECT app_seat()) AND (user_id IS NULL OR user_id = (SELECT app_user())));
CREATE POLICY mark_read ON notice FOR UPDATE TO relais_web
  USING (seat_id = (SELECT app_seat()) AND (user_id IS NULL OR user_id = (SELECT app_user())));
REVOKE INSERT, UPDATE, DELETE ON notice FROM relais_web;
GRANT UPDATE (read_at) ON notice TO relais_web;

-- Saved views: one's own, whatever the seat; they hold what was asked of a list, never its rows.
CREATE POLICY own ON saved_view TO relais_web
  USING (user_id = (SELECT app_user())) WITH CHECK (user_id = (SELECT app_user()));

-- Health: what /readyz may say of the outbox, the processes and the periodic jobs. Counts and ages,
-- of effects a minute late at least: everybody reads that page, and one effect more at the very
-- moment of a request would tell what it fell upon (an open case, an account).
REVOKE ALL ON pulse, job_run FROM relais_web;
CREATE FUNCTION health_facts(p_at timestamptz) RETURNS jsonb LANGUAGE sql STABLE SECURITY DEFINER
  SET search_path = pg_catalog, public
  AS $$ SELECT jsonb_build_object(
    'pulses', (SELECT coalesce(jsonb_object_agg(name, extract(epoch FROM p_at - at)), '{}')
      FROM pulse),
    'jobs', (SELECT coalesce(jsonb_object_agg(name, extract(epoch FROM p_at - last)), '{}')
      FROM (SELECT name, max(ended_at) AS last FROM job_run WHERE error = '' GROUP BY name) run
      WHERE last IS NOT NULL),
    'waiting', (SELECT count(*) FROM outbox WHERE status IN ('pending', 'sending')
      AND available_at <= p_at - interval '1 minute'),
    'oldest_due', (SELECT extract(epoch FROM p_at - min(available_at)) FROM outbox
      WHERE status IN ('pending', 'sending') AND available_at <= p_at - interval '1 minute'),
    'dead', (SELECT count(*) FROM outbox WHERE status IN ('dead', 'uncertain') AND status = 'dead'),
    'uncertain', (SELECT count(*) FROM outbox
      WHERE status IN ('dead', 'uncertain') AND status = 'uncertain'),
    'revision', (SELECT version_num FROM alembic_version)) $$;
