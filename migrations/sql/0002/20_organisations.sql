-- The directory is read by every member and by the bearers of links; each organisation's manager
-- writes its own, the administration of the platform opens organisations.
CREATE FUNCTION app_reads_directory() RETURNS boolean LANGUAGE sql STABLE
  AS $$ SELECT app_principal() IN ('member', 'link') $$;
CREATE FUNCTION app_manages(p_organisation uuid) RETURNS boolean LANGUAGE sql STABLE
  AS $$ SELECT app_role() = 'platform_admin'
     OR (app_role() = 'manager' AND p_organisation = app_organisation()) $$;

CREATE POLICY directory ON organisation FOR SELECT TO relais_web
  USING ((SELECT app_reads_directory()));
CREATE POLICY opened ON organisation FOR INSERT TO relais_web
  WITH CHECK ((SELECT app_role()) = 'platform_admin');
CREATE POLICY managed ON organisation FOR UPDATE TO relais_web USING (app_manages(id));

CREATE POLICY directory ON seat FOR SELECT TO relais_web USING ((SELECT app_reads_directory()));
CREATE POLICY opened ON seat FOR INSERT TO relais_web
  WITH CHECK ((SELECT app_role()) = 'platform_admin');
REVOKE UPDATE, DELETE ON seat FROM relais_web;

CREATE POLICY directory ON unit FOR SELECT TO relais_web USING ((SELECT app_reads_directory()));
CREATE POLICY managed ON unit FOR ALL TO relais_web
  USING (app_manages(organisation_id)) WITH CHECK (app_manages(organisation_id));
CREATE POLICY directory ON service FOR SELECT TO relais_web
  USING ((SELECT app_reads_directory()));
CREATE POLICY managed ON service FOR ALL TO relais_web
  USING (app_manages(organisation_id)) WITH CHECK (app_manages(organisation_id));
CREATE POLICY directory ON routing_rule FOR SELECT TO relais_web
  USING ((SELECT app_reads_directory()));
CREATE POLICY managed ON routing_rule FOR ALL TO relais_web
  USING (app_manages(organisation_id)) WITH CHECK (app_manages(organisation_id));

CREATE POLICY directory ON unit_territory FOR SELECT TO relais_web
  USING ((SELECT app_reads_directory()));
CREATE POLICY managed ON unit_territory FOR ALL TO relais_web
  USING (EXISTS (SELECT FROM unit u WHERE u.id = unit_id AND app_manages(u.organisation_id)))
  WITH CHECK (EXISTS (SELECT FROM unit u WHERE u.id = unit_id AND app_manages(u.organisation_id)));
CREATE POLICY directory ON opening_period FOR SELECT TO relais_web
  USING ((SELECT app_reads_directory()));
CREATE POLICY managed ON opening_period FOR ALL TO relais_web
  USING (EXISTS (SELECT FROM unit u WHERE u.id = unit_id AND app_manages(u.organisation_id)))
  WITH CHECK (EXISTS (SELECT FROM unit u WHERE u.id = unit_id AND app_manages(u.organisation_id)));
