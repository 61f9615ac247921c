-- What concerns the whole organisation (its page, units, services, rules) belongs to the managers of
-- the helping side where there is one: what they write decides which referrals reach it.
CREATE FUNCTION aid_side_has_manager(p_organisation uuid) RETURNS boolean LANGUAGE sql STABLE
  AS $$ SELECT EXISTS (SELECT FROM membership m JOIN seat s ON s.id = m.seat_id
        WHERE s.organisation_id = p_organisation AND s.side = 'aid' AND m.role = 'manager'
          AND m.ended_at IS NULL) $$;
CREATE FUNCTION app_runs_organisation(p_organisation uuid) RETURNS boolean LANGUAGE sql STABLE
  AS $$ SELECT app_manages(p_organisation) AND (app_role() = 'platform_admin' OR app_side() = 'aid'
    OR NOT aid_side_has_manager(p_organisation)) $$;
REVOKE ALL ON FUNCTION aid_side_has_manager(uuid), app_runs_organisation(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION aid_side_has_manager(uuid), app_runs_organisation(uuid)
  TO relais_web, relais_worker, relais_definer;

ALTER POLICY managed ON organisation USING (app_runs_organisation(id));
ALTER POLICY managed ON unit
  USING (app_runs_organisation(organisation_id)) WITH CHECK (app_runs_organisation(organisation_id));
ALTER POLICY managed ON service
  USING (app_runs_organisation(organisation_id)) WITH CHECK (app_runs_organisation(organisation_id));
ALTER POLICY managed ON routing_rule
  USING (app_runs_organisation(organisation_id)) WITH CHECK (app_runs_organisation(organisation_id));
ALTER POLICY managed ON unit_territory
  USING (EXISTS (SELECT FROM unit u WHERE u.id = unit_id AND app_runs_organisation(u.organisation_id)))
  WITH CHECK (EXISTS
    (SELECT FROM unit u WHERE u.id = unit_id AND app_runs_organisation(u.organisation_id)));
ALTER POLICY managed ON opening_period
  USING (EXISTS (SELECT FROM unit u WHERE u.id = unit_id AND app_runs_organisation(u.organisation_id)))
  WITH CHECK (EXISTS
    (SELECT FROM unit u WHERE u.id = unit_id AND app_runs_organisation(u.organisation_id)));
