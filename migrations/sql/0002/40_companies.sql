-- A company is found by the seats that used it or take part in one of its cases; a person likewise.
CREATE FUNCTION refresh_company_seats(p_company uuid) RETURNS void LANGUAGE sql SECURITY DEFINER
  SET search_path = pg_catalog, public
  AS $$ UPDATE company c SET known_seats = (
          SELECT coalesce(array_agg(DISTINCT s.seat_id), '{}') FROM (
            SELECT c.first_seat_id AS seat_id
            UNION SELECT u.seat_id FROM company_use u WHERE u.company_id = c.id
            UNION SELECT p.seat_id FROM participation p JOIN case_file f ON f.id = p.case_id
              WHERE f.company_id = c.id AND p.ended_at IS NULL) s)
        WHERE c.id = p_company $$;
CREATE FUNCTION refresh_person_seats(p_person uuid) RETURNS void LANGUAGE sql SECURITY DEFINER
  SET search_path = pg_catalog, public
  AS $$ UPDATE person t SET known_seats = (
          SELECT coalesce(array_agg(DISTINCT s.seat_id), '{}') FROM (
            SELECT t.first_seat_id AS seat_id
            UNION SELECT p.seat_id FROM participation p JOIN case_file f ON f.id = p.case_id
              WHERE f.person_id = t.id AND p.ended_at IS NULL) s)
        WHERE t.id = p_person $$;

CREATE FUNCTION known_to_first_seat() RETURNS trigger LANGUAGE plpgsql
  AS $$ BEGIN NEW.known_seats := ARRAY[NEW.first_seat_id]; RETURN NEW; END $$;
CREATE TRIGGER known_to_first_seat BEFORE INSERT ON company
  FOR EACH ROW EXECUTE FUNCTION known_to_first_seat();
CREATE TRIGGER known_to_first_seat BEFORE INSERT ON person
  FOR EACH ROW EXECUTE FUNCTION known_to_first_seat();
CREATE FUNCTION company_used() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public
  AS $$ BEGIN PERFORM refresh_company_seats(NEW.company_id); RETURN NULL; END $$;
CREATE TRIGGER company_used AFTER INSERT ON company_use
  FOR EACH ROW EXECUTE FUNCTION company_used();

-- A full SIREN answers the same whether or not the row exists: the seat that gives it takes the
-- existing row as its own find. Only what is public of a company sits in this table.
CREATE FUNCTION claim_company(p_siren text) RETURNS uuid LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public
  AS $$ DECLARE found_id uuid;
  BEGIN
    IF app_seat() IS NULL THEN RETURN NULL; END IF;
    SELECT id INTO found_id FROM company WHERE siren = p_siren;
    IF found_id IS NOT NULL THEN
      INSERT INTO company_use (company_id, seat_id, used_at)
        VALUES (found_id, app_seat(), clock_timestamp()) ON CONFLICT DO NOTHING;
    END IF;
    RETURN found_id;
  END $$;

-- Companies known to this seat that resemble a name or a place, the closest first: seat and grams
-- together. The caller ranks this bounded list.
CREATE FUNCTION search_companies(p_grams text[], p_digits text, p_limit integer)
  RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public
  AS $$ SELECT s.id FROM (
          SELECT c.id, c.folded_name, (length(p_digits) >= 3 AND c.siren LIKE p_digits || '%') AS is_number,
            (SELECT count(*) FROM unnest(p_grams) g
             WHERE g = ANY (c.name_grams || coalesce(r.name_grams, '{}'))) AS shared
          FROM company c LEFT JOIN ref_commune r ON r.code = c.commune_code
          WHERE c.known_seats @> ARRAY[app_seat()] AND app_seat() IS NOT NULL) s
        WHERE s.is_number OR 2 * s.shared >= greatest(cardinality(p_grams), 2)
        ORDER BY s.is_number DESC, s.shared DESC, s.folded_name LIMIT least(p_limit, 100) $$;

-- Persons met by this seat whose name resembles what was typed.
CREATE FUNCTION search_persons(p_text text, p_limit integer) RETURNS SETOF uuid
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public
  AS $$ SELECT id FROM person
        WHERE known_seats @> ARRAY[app_seat()] AND app_seat() IS NOT NULL AND p_text <> ''
          AND folded_name LIKE '%' || p_text || '%'
        ORDER BY folded_name LIMIT least(p_limit, 100) $$;

CREATE POLICY known ON company FOR SELECT TO relais_web
  USING (known_seats @> ARRAY[(SELECT app_seat())]);
CREATE POLICY first ON company FOR INSERT TO relais_web
  WITH CHECK (first_seat_id = (SELECT app_seat()));
CREATE POLICY known_change ON company FOR UPDATE TO relais_web
  USING (known_seats @> ARRAY[(SELECT app_seat())]);
REVOKE UPDATE, DELETE ON company FROM relais_web;
GRANT UPDATE (siren, siret, name, trade_name, folded_name, name_grams, legal_form, naf,
  headcount_band, commune_code, postcode, address, created_on, closed_on, is_closed,
  is_undisclosed, is_craft, is_ess, source, checked_at) ON company TO relais_web;

CREATE POLICY own ON company_use FOR SELECT TO relais_web USING (seat_id = (SELECT app_seat()));
CREATE POLICY own_new ON company_use FOR INSERT TO relais_web
  WITH CHECK (seat_id = (SELECT app_seat()) AND company_id IN (SELECT id FROM company));
REVOKE UPDATE, DELETE ON company_use FROM relais_web;

CREATE POLICY known ON person FOR SELECT TO relais_web
  USING (known_seats @> ARRAY[(SELECT app_seat())]);
CREATE POLICY first ON person FOR INSERT TO relais_web
  WITH CHECK (first_seat_id = (SELECT app_seat()));
-- Links of consent go to the person's address: a creditor does not change it.
CREATE POLICY known_change ON person FOR UPDATE TO relais_web
  USING (known_seats @> ARRAY[(SELECT app_seat())]
    AND ((SELECT app_side()) = 'aid' OR first_seat_id = (SELECT app_seat())));
REVOKE UPDATE, DELETE ON person FROM relais_web;
GRANT UPDATE (given_name, family_name, folded_name, email, phone, commune_code)
  ON person TO relais_web;

CREATE POLICY known ON company_person FOR SELECT TO relais_web
  USING (company_id IN (SELECT id FROM company) AND person_id IN (SELECT id FROM person));
CREATE POLICY own_new ON company_person FOR INSERT TO relais_web
  WITH CHECK (seat_id = (SELECT app_seat()) AND company_id IN (SELECT id FROM company)
    AND person_id IN (SELECT id FROM person));
CREATE POLICY own_change ON company_person FOR UPDATE TO relais_web
  USING (seat_id = (SELECT app_seat()));
REVOKE DELETE ON company_person FROM relais_web;
