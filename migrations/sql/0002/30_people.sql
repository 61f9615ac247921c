-- Names, seats and absences are the directory; secrets, sessions and throttles are crossed only by
-- the functions below, each with its own check.
CREATE POLICY directory ON user_account FOR SELECT TO relais_web
  USING ((SELECT app_reads_directory()));
CREATE POLICY own ON user_account FOR UPDATE TO relais_web
  USING (id = (SELECT app_user())) WITH CHECK (id = (SELECT app_user()));
REVOKE INSERT, UPDATE, DELETE ON user_account FROM relais_web;
GRANT UPDATE (full_name, folded_name, phone) ON user_account TO relais_web;

CREATE FUNCTION app_manages_seat(p_seat uuid) RETURNS boolean LANGUAGE sql STABLE
  AS $$ SELECT EXISTS (SELECT FROM seat s WHERE s.id = p_seat AND app_manages(s.organisation_id)) $$;

CREATE POLICY directory ON membership FOR SELECT TO relais_web
  USING ((SELECT app_reads_directory()));
CREATE POLICY managed ON membership FOR UPDATE TO relais_web USING (app_manages_seat(seat_id))
  WITH CHECK (app_manages_seat(seat_id));
CREATE POLICY managed_new ON membership FOR INSERT TO relais_web
  WITH CHECK (app_manages_seat(seat_id));
REVOKE DELETE ON membership FROM relais_web;

CREATE POLICY directory ON absence FOR SELECT TO relais_web
  USING ((SELECT app_reads_directory()));
CREATE POLICY own_or_managed ON absence FOR ALL TO relais_web
  USING (EXISTS (SELECT FROM membership m WHERE m.id = membership_id
    AND (m.user_id = (SELECT app_user()) OR app_manages_seat(m.seat_id))))
  WITH CHECK (EXISTS (SELECT FROM membership m WHERE m.id = membership_id
    AND (m.user_id = (SELECT app_user()) OR app_manages_seat(m.seat_id))));

CREATE POLICY directory ON correspondent FOR SELECT TO relais_web
  USING ((SELECT app_reads_directory()));
CREATE POLICY managed ON correspondent FOR ALL TO relais_web
  USING (EXISTS (SELECT FROM service s WHERE s.id = service_id
    AND app_manages(s.organisation_id)))
  WITH CHECK (EXISTS (SELECT FROM service s WHERE s.id = service_id
    AND app_manages(s.organisation_id)));

CREATE POLICY managed ON invitation FOR SELECT TO relais_web
  USING (app_manages_seat(seat_id) OR id = (SELECT app_link_object('invitation')));
CREATE POLICY managed_new ON invitation FOR INSERT TO relais_web
  WITH CHECK (app_manages_seat(seat_id));
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
GRANT UPDATE (revoked_at, membership_id, fresh_at) ON member_session TO relais_web;

CREATE POLICY own ON user_secret FOR SELECT TO relais_web USING (user_id = (SELECT app_user()));
CREATE POLICY own_change ON user_secret FOR UPDATE TO relais_web
  USING (user_id = (SELECT app_user())) WITH CHECK (user_id = (SELECT app_user()));
REVOKE INSERT, DELETE ON user_secret FROM relais_web;
CREATE POLICY own ON recovery_code FOR ALL TO relais_web
  USING (user_id = (SELECT app_user())) WITH CHECK (user_id = (SELECT app_user()));
REVOKE ALL ON throttle FROM relais_web;
