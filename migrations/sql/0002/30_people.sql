-- Names, seats and absences are the directory; secrets, sessions and throttles are crossed only by
-- the functions below, each with its own check.
CREATE POLICY directory ON user_account FOR SELECT TO relais_web
  USING ((SELECT app_reads_directory()));
CREATE POLICY own ON user_account FOR UPDATE TO relais_web
  USING (id = (SELECT app_user())) WITH CHECK (id = (SELECT app_user()));
REVOKE INSERT, UPDATE, DELETE ON user_account FROM relais_web;
GRANT UPDATE (full_name, folded_name, phone) ON user_account TO relais_web;

-- The recovery side never runs the aid side's people: it could let itself into the aid's cases.
CREATE FUNCTION app_manages_seat(p_seat uuid) RETURNS boolean LANGUAGE sql STABLE
  AS $$ SELECT EXISTS (SELECT FROM seat s WHERE s.id = p_seat AND app_manages(s.organisation_id)
     AND (s.side = 'recovery' OR app_side() = 'aid')) $$;
-- A manager moves people inside the organisation; only an invitation brings someone in.
CREATE FUNCTION app_may_seat(p_user uuid, p_seat uuid, p_role text) RETURNS boolean
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public
  AS $$ SELECT (p_role <> 'platform_admin' OR app_role() = 'platform_admin')
    AND EXISTS (SELECT FROM seat s JOIN seat other ON other.organisation_id = s.organisation_id
      JOIN membership m ON m.seat_id = other.id AND m.user_id = p_user
      WHERE s.id = p_seat AND app_manages_seat(s.id)) $$;

CREATE POLICY directory ON membership FOR SELECT TO relais_web
  USING ((SELECT app_reads_directory()));
CREATE POLICY managed ON membership FOR UPDATE TO relais_web USING (app_manages_seat(seat_id))
  WITH CHECK (app_may_seat(user_id, seat_id, role));
CREATE POLICY managed_new ON membership FOR INSERT TO relais_web
  WITH CHECK (app_may_seat(user_id, seat_id, role));
REVOKE UPDATE, DELETE ON membership FROM relais_web;
GRANT UPDATE (unit_id, role, job_title, ended_at) ON membership TO relais_web;

CREATE POLICY directory ON absence FOR SELECT TO relais_web
  USING ((SELECT app_reads_directory()));
CREATE POLICY own_or_managed ON absence FOR ALL TO relais_web
  USING (EXISTS (SELECT FROM membership m WHERE m.id = membership_id
    AND (m.user_id = (SELECT app_user()) OR app_manages_seat(m.seat_id))))
  WITH CHECK (EXISTS (SELECT FROM membership m WHERE m.id = membership_id
    AND (m.user_id = (SELECT app_user()) OR app_manages_seat(m.seat_id))));

CREATE POLICY directory ON correspondent FOR SELECT TO relais_web
  USING ((SELECT app_reads_directory()));
-- Correspondents sit on the helping side of the organisation that offers the service.
CREATE POLICY managed ON correspondent FOR ALL TO relais_web
  USING ((SELECT app_side()) = 'aid' AND EXISTS (SELECT FROM service s WHERE s.id = service_id
    AND app_manages(s.organisation_id)))
  WITH CHECK ((SELECT app_side()) = 'aid' AND EXISTS (SELECT FROM service s
    JOIN seat t ON t.organisation_id = s.organisation_id AND t.side = 'aid'
    JOIN membership m ON m.seat_id = t.id
    WHERE s.id = service_id AND m.id = membership_id AND app_manages(s.organisation_id)));

CREATE POLICY managed ON invitation FOR SELECT TO relais_web
  USING (app_manages_seat(seat_id) OR id = (SELECT app_link_object('invitation')));
CREATE POLICY managed_new ON invitation FOR INSERT TO relais_web
  WITH CHECK (app_manages_seat(seat_id)
    AND (role <> 'platform_admin' OR (SELECT app_role()) = 'platform_admin'));
CREATE POLICY managed_change ON invitation FOR UPDATE TO relais_web
  USING (app_manages_seat(seat_id));
REVOKE UPDATE, DELETE ON invitation FROM relais_web;
GRANT UPDATE (revoked_at) ON invitation TO relais_web;

CREATE POLICY own ON pledge FOR SELECT TO relais_web USING (user_id = (SELECT app_user()));
CREATE POLICY own_new ON pledge FOR INSERT TO relais_web
  WITH CHECK (user_id = (SELECT app_user()));
REVOKE UPDATE, DELETE ON pledge FROM relais_web;

CREATE POLICY own ON member_session FOR SELECT TO relais_web USING (user_id = (SELECT app_user()));
CREATE POLICY own_change ON member_session FOR UPDATE TO relais_web
  USING (user_id = (SELECT app_user())) WITH CHECK (user_id = (SELECT app_user()));
REVOKE INSERT, UPDATE, DELETE ON member_session FROM relais_web;
GRANT UPDATE (revoked_at) ON member_session TO relais_web;

CREATE POLICY own ON user_secret FOR SELECT TO relais_web USING (user_id = (SELECT app_user()));
CREATE POLICY own_change ON user_secret FOR UPDATE TO relais_web
  USING (user_id = (SELECT app_user())) WITH CHECK (user_id = (SELECT app_user()));
REVOKE INSERT, UPDATE, DELETE ON user_secret FROM relais_web;
GRANT UPDATE (password_hash, password_changed_at, totp_counter) ON user_secret TO relais_web;
CREATE POLICY own ON recovery_code FOR ALL TO relais_web
  USING (user_id = (SELECT app_user())) WITH CHECK (user_id = (SELECT app_user()));
REVOKE UPDATE ON recovery_code FROM relais_web;
REVOKE ALL ON throttle FROM relais_web;

-- The session of a request: who, on which seat, for which territory, in one statement. Idle after
-- 30 minutes; the instant of the last request is kept to the minute.
CREATE FUNCTION unit_departments(p_unit uuid) RETURNS text[] LANGUAGE sql STABLE SECURITY DEFINER
  SET search_path = pg_catalog, public
  AS $$ SELECT array_agg(DISTINCT d.code) FROM unit_territory t JOIN ref_department d
        ON t.kind = 'country' OR (t.kind = 'region' AND d.region_code = t.code)
        OR (t.kind = 'departement' AND d.code = t.code)
        OR (t.kind = 'commune'
          AND d.code = (SELECT department_code FROM ref_commune c WHERE c.code = t.code))
        WHERE t.unit_id = p_unit $$;
CREATE FUNCTION read_session(p_hash text, p_at timestamptz)
  RETURNS TABLE (session_id uuid, fresh_at timestamptz, user_id uuid, user_name text,
    membership_id uuid, role text, unit_id uuid, seat_id uuid, side text, organisation_id uuid,
    organisation_name text, organisation_kind text, territory text[], must_pledge boolean,
    seats jsonb) LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public
  AS $$ WITH live AS (
    SELECT * FROM member_session WHERE token_hash = p_hash AND revoked_at IS NULL
      AND ends_at > p_at AND last_seen_at > p_at - interval '30 minutes'
  ), seen AS (
    UPDATE member_session s SET last_seen_at = p_at FROM live
    WHERE s.id = live.id AND live.last_seen_at < p_at - interval '1 minute'
  )
  SELECT live.id, live.fresh_at, u.id, u.full_name, m.id, m.role, m.unit_id, seat.id, seat.side,
    o.id, o.name, o.kind, unit_departments(m.unit_id),
    NOT EXISTS (SELECT FROM pledge p WHERE p.user_id = u.id
      AND p.signed_at > p_at - interval '3 months'),
    (SELECT jsonb_agg(jsonb_build_object('id', m2.id, 'name', o2.name, 'kind', o2.kind,
        'side', s2.side) ORDER BY o2.folded_name, s2.side)
      FROM membership m2 JOIN seat s2 ON s2.id = m2.seat_id
      JOIN organisation o2 ON o2.id = s2.organisation_id
      WHERE m2.user_id = u.id AND m2.ended_at IS NULL)
  FROM live JOIN user_account u ON u.id = live.user_id AND u.is_active
  JOIN membership m ON m.id = live.membership_id AND m.user_id = u.id AND m.ended_at IS NULL
  JOIN seat ON seat.id = m.seat_id JOIN organisation o ON o.id = seat.organisation_id $$;
-- Whose session this was, expired or not: what was typed is given back to the same person only.
CREATE FUNCTION session_owner(p_hash text) RETURNS uuid LANGUAGE sql STABLE SECURITY DEFINER
  SET search_path = pg_catalog, public
  AS $$ SELECT user_id FROM member_session WHERE token_hash = p_hash $$;

-- Signing in, step by step. The password is checked by the application, which asks for one hash at
-- a time; then a session without seat stands for « password given », for ten minutes.
CREATE FUNCTION password_of(p_email text)
  RETURNS TABLE (user_id uuid, password_hash text) LANGUAGE sql STABLE SECURITY DEFINER
  SET search_path = pg_catalog, public
  AS $$ SELECT u.id, s.password_hash FROM user_account u JOIN user_secret s ON s.user_id = u.id
        WHERE u.email = p_email AND u.is_active AND s.password_hash IS NOT NULL $$;
CREATE FUNCTION account_of(p_email text) RETURNS uuid LANGUAGE sql STABLE SECURITY DEFINER
  SET search_path = pg_catalog, public
  AS $$ SELECT id FROM user_account WHERE email = p_email AND is_active $$;
CREATE FUNCTION begin_sign_in(p_session uuid, p_user uuid, p_hash text, p_device text,
    p_at timestamptz) RETURNS void LANGUAGE sql SECURITY DEFINER
  SET search_path = pg_catalog, public
  AS $$ INSERT INTO member_session
      (id, token_hash, user_id, last_seen_at, fresh_at, ends_at, device, created_at)
    SELECT p_session, p_hash, id, p_at, p_at, p_at + interval '10 minutes', p_device, p_at
    FROM user_account WHERE id = p_user AND is_active $$;
CREATE FUNCTION pending_user(p_hash text, p_at timestamptz) RETURNS uuid LANGUAGE sql STABLE
  SECURITY DEFINER SET search_path = pg_catalog, public
  AS $$ SELECT user_id FROM member_session WHERE token_hash = p_hash AND membership_id IS NULL
        AND revoked_at IS NULL AND ends_at > p_at $$;
CREATE FUNCTION pending_sign_in(p_hash text, p_at timestamptz)
  RETURNS TABLE (user_id uuid, email text, full_name text, totp_secret bytea, has_totp boolean)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public
  AS $$ SELECT u.id, u.email, u.full_name, s.totp_secret, s.totp_confirmed_at IS NOT NULL
        FROM user_account u JOIN user_secret s ON s.user_id = u.id
        WHERE u.id = pending_user(p_hash, p_at) AND u.is_active $$;
-- A counter serves once, even twice at the same time.
CREATE FUNCTION accept_totp(p_hash text, p_counter bigint, p_at timestamptz) RETURNS boolean
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public
  AS $$ WITH taken AS (UPDATE user_secret SET totp_counter = p_counter
          WHERE user_id = pending_user(p_hash, p_at) AND totp_confirmed_at IS NOT NULL
            AND coalesce(totp_counter, -1) < p_counter RETURNING 1)
        SELECT EXISTS (SELECT FROM taken) $$;
CREATE FUNCTION use_recovery_code(p_hash text, p_code text, p_at timestamptz) RETURNS boolean
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public
  AS $$ WITH taken AS (UPDATE recovery_code SET used_at = p_at
          WHERE user_id = pending_user(p_hash, p_at) AND code_hash = p_code AND used_at IS NULL
          RETURNING 1)
        SELECT EXISTS (SELECT FROM taken) $$;
CREATE FUNCTION enrol_totp(p_hash text, p_secret bytea, p_counter bigint, p_ids uuid[],
    p_codes text[], p_at timestamptz) RETURNS boolean LANGUAGE sql SECURITY DEFINER
  SET search_path = pg_catalog, public
  AS $$ WITH enrolled AS (UPDATE user_secret
          SET totp_secret = p_secret, totp_counter = p_counter, totp_confirmed_at = p_at
          WHERE user_id = pending_user(p_hash, p_at) AND totp_confirmed_at IS NULL
          RETURNING user_id),
        codes AS (INSERT INTO recovery_code (id, user_id, code_hash, created_at)
          SELECT made.id, user_id, made.code, p_at FROM enrolled,
            unnest(p_ids, p_codes) AS made (id, code))
        SELECT EXISTS (SELECT FROM enrolled) $$;
-- The session proper, under another name: on the seat used last, else on the oldest.
CREATE FUNCTION complete_sign_in(p_hash text, p_session uuid, p_new_hash text, p_at timestamptz)
  RETURNS uuid LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public
  AS $$ WITH pending AS (
      UPDATE member_session SET revoked_at = p_at
      WHERE token_hash = p_hash AND user_id = pending_user(p_hash, p_at) RETURNING user_id, device
    ), chosen AS (
      SELECT m.id, m.user_id, pending.device FROM pending
      JOIN membership m ON m.user_id = pending.user_id AND m.ended_at IS NULL
      ORDER BY (SELECT max(s.last_seen_at) FROM member_session s WHERE s.membership_id = m.id)
        DESC NULLS LAST, m.created_at, m.id LIMIT 1
    )
    INSERT INTO member_session (id, token_hash, user_id, membership_id, last_seen_at, fresh_at,
      ends_at, device, created_at)
    SELECT p_session, p_new_hash, user_id, id, p_at, p_at, p_at + interval '12 hours', device, p_at
    FROM chosen RETURNING user_id $$;
CREATE FUNCTION keep_password(p_hash text, p_password text, p_at timestamptz) RETURNS void
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public
  AS $$ UPDATE user_secret SET password_hash = p_password
        WHERE user_id = pending_user(p_hash, p_at) $$;
-- Another token for one's own session, on one of one's own seats.
CREATE FUNCTION renew_session(p_hash text, p_new_hash text, p_membership uuid,
    p_fresh_at timestamptz) RETURNS boolean LANGUAGE sql SECURITY DEFINER
  SET search_path = pg_catalog, public
  AS $$ WITH renewed AS (UPDATE member_session s
          SET token_hash = p_new_hash, membership_id = m.id,
            fresh_at = coalesce(p_fresh_at, s.fresh_at)
          FROM membership m WHERE s.token_hash = p_hash AND s.user_id = app_user()
            AND s.revoked_at IS NULL AND m.id = p_membership AND m.user_id = s.user_id
            AND m.ended_at IS NULL RETURNING 1)
        SELECT EXISTS (SELECT FROM renewed) $$;
-- The manager of a seat ends the sessions held on it, and takes a second factor away: only from
-- somebody who sits nowhere else, for the factor protects all their seats.
CREATE FUNCTION end_sessions(p_membership uuid, p_at timestamptz) RETURNS void LANGUAGE sql
  SECURITY DEFINER SET search_path = pg_catalog, public
  AS $$ UPDATE member_session SET revoked_at = p_at
        WHERE membership_id = p_membership AND revoked_at IS NULL AND EXISTS
          (SELECT FROM membership m WHERE m.id = p_membership AND app_manages_seat(m.seat_id)) $$;
CREATE FUNCTION reset_second_factor(p_membership uuid, p_at timestamptz) RETURNS boolean
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public
  AS $$ WITH allowed AS (
      SELECT m.user_id FROM membership m WHERE m.id = p_membership AND m.ended_at IS NULL
        AND app_manages_seat(m.seat_id) AND m.user_id <> app_user()
        AND (app_role() = 'platform_admin' OR NOT EXISTS (SELECT FROM membership a
          WHERE a.user_id = m.user_id AND a.ended_at IS NULL
            AND (a.role = 'platform_admin' OR NOT app_manages_seat(a.seat_id))))
    ), codes AS (DELETE FROM recovery_code c USING allowed WHERE c.user_id = allowed.user_id),
    sessions AS (UPDATE member_session s SET revoked_at = p_at FROM allowed
      WHERE s.user_id = allowed.user_id AND s.revoked_at IS NULL),
    factors AS (UPDATE user_secret f SET totp_secret = NULL, totp_confirmed_at = NULL FROM allowed
      WHERE f.user_id = allowed.user_id RETURNING 1)
    SELECT EXISTS (SELECT FROM factors) $$;

-- Links: an invitation makes the account (or joins one that exists and is signed in), a forgotten
-- password is replaced. Each looks at its own link, and closes it.
CREATE FUNCTION accept_invitation(p_user uuid, p_membership uuid, p_name text, p_folded text,
    p_password text, p_at timestamptz) RETURNS uuid LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public
  AS $$ DECLARE offer invitation; BEGIN
    SELECT * INTO offer FROM invitation WHERE id = app_link_object('invitation')
      AND accepted_at IS NULL AND revoked_at IS NULL FOR UPDATE;
    IF offer.id IS NULL OR EXISTS (SELECT FROM user_account WHERE email = offer.email) THEN
      RETURN NULL;
    END IF;
    INSERT INTO user_account (id, email, full_name, folded_name, phone, is_active, created_at)
      VALUES (p_user, offer.email, p_name, p_folded, '', true, p_at);
    INSERT INTO user_secret (user_id, password_hash, password_changed_at)
      VALUES (p_user, p_password, p_at);
    INSERT INTO membership (id, user_id, seat_id, unit_id, role, job_title, created_at)
      VALUES (p_membership, p_user, offer.seat_id, offer.unit_id, offer.role, '', p_at);
    UPDATE invitation SET accepted_at = p_at WHERE id = offer.id;
    UPDATE link SET used_at = p_at
      WHERE purpose = 'invitation' AND object_id = offer.id AND used_at IS NULL;
    RETURN p_user; END $$;
CREATE FUNCTION my_invitation(p_hash text, p_at timestamptz) RETURNS uuid LANGUAGE sql STABLE
  SECURITY DEFINER SET search_path = pg_catalog, public
  AS $$ SELECT i.id FROM find_link(p_hash, 'invitation', p_at) l JOIN invitation i
          ON i.id = l.object_id AND i.accepted_at IS NULL AND i.revoked_at IS NULL
        JOIN user_account u ON u.id = app_user() AND u.email = i.email $$;
CREATE FUNCTION my_invitation_seat(p_hash text, p_at timestamptz)
  RETURNS TABLE (seat_id uuid, role text) LANGUAGE sql STABLE SECURITY DEFINER
  SET search_path = pg_catalog, public
  AS $$ SELECT i.seat_id, i.role FROM invitation i WHERE i.id = my_invitation(p_hash, p_at) $$;
CREATE FUNCTION join_by_invitation(p_hash text, p_membership uuid, p_at timestamptz)
  RETURNS uuid LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public
  AS $$ DECLARE offer invitation; found uuid; BEGIN
    SELECT * INTO offer FROM invitation WHERE id = my_invitation(p_hash, p_at) FOR UPDATE;
    IF offer.id IS NULL THEN RETURN NULL; END IF;
    SELECT id INTO found FROM membership
      WHERE user_id = app_user() AND seat_id = offer.seat_id AND ended_at IS NULL;
    IF found IS NULL THEN
      INSERT INTO membership (id, user_id, seat_id, unit_id, role, job_title, created_at)
        VALUES (p_membership, app_user(), offer.seat_id, offer.unit_id, offer.role, '', p_at)
        RETURNING id INTO found;
    END IF;
    UPDATE invitation SET accepted_at = p_at WHERE id = offer.id;
    UPDATE link SET used_at = p_at
      WHERE purpose = 'invitation' AND object_id = offer.id AND used_at IS NULL;
    RETURN found; END $$;
CREATE FUNCTION reset_password(p_password text, p_at timestamptz) RETURNS uuid LANGUAGE sql
  SECURITY DEFINER SET search_path = pg_catalog, public
  AS $$ WITH target AS (SELECT app_link_object('password_reset') AS id),
    changed AS (INSERT INTO user_secret AS s (user_id, password_hash, password_changed_at)
      SELECT u.id, p_password, p_at FROM target JOIN user_account u ON u.id = target.id
      ON CONFLICT (user_id) DO UPDATE SET password_hash = p_password, password_changed_at = p_at
      RETURNING s.user_id),
    sessions AS (UPDATE member_session s SET revoked_at = p_at FROM changed
      WHERE s.user_id = changed.user_id AND s.revoked_at IS NULL),
    links AS (UPDATE link l SET used_at = p_at FROM changed WHERE l.purpose = 'password_reset'
      AND l.object_id = changed.user_id AND l.used_at IS NULL)
    SELECT user_id FROM changed $$;

-- Attempts by key and window, in the database: they hold when the broker is down.
CREATE FUNCTION count_attempt(p_key text, p_window integer, p_at timestamptz) RETURNS integer
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public
  AS $$ DECLARE total integer; BEGIN
    DELETE FROM throttle WHERE window_start < p_at - interval '1 day';
    INSERT INTO throttle AS t (key, window_start, hits)
      VALUES (p_key, to_timestamp(floor(extract(epoch FROM p_at) / p_window) * p_window), 1)
      ON CONFLICT (key, window_start) DO UPDATE SET hits = t.hits + 1
      RETURNING hits INTO total;
    RETURN total; END $$;
CREATE FUNCTION forgive_attempts(p_keys text[]) RETURNS void LANGUAGE sql SECURITY DEFINER
  SET search_path = pg_catalog, public
  AS $$ DELETE FROM throttle WHERE key = ANY (p_keys) $$;
