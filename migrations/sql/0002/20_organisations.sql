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
-- A manager describes the organisation; its name, nature and opening are the administration's.
CREATE FUNCTION organisation_identity_kept() RETURNS trigger LANGUAGE plpgsql
  SET search_path = pg_catalog, public
  AS $$ BEGIN
    IF current_user = 'relais_web' AND app_role() IS DISTINCT FROM 'platform_admin' THEN
      RAISE EXCEPTION 'only the administration renames, opens or suspends an organisation'
        USING ERRCODE = '42501';
    END IF;
    RETURN NEW;
  END $$;
CREATE TRIGGER organisation_identity_kept BEFORE UPDATE ON organisation FOR EACH ROW
  WHEN (NEW.kind <> OLD.kind OR NEW.is_active <> OLD.is_active OR NEW.name <> OLD.name)
  EXECUTE FUNCTION organisation_identity_kept();

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
