-- The trade name is searched word by word as the name is: folded by app/folding.py alone.
ALTER TABLE company ADD COLUMN folded_trade_name varchar NOT NULL DEFAULT '';
GRANT UPDATE (folded_trade_name) ON company TO relais_web;

-- A company is looked for by its names and its place together: their grams sit in one array, so that
-- one index answers for the seat and for the grams at once. A name that is erased is not found by.
ALTER TABLE company ADD COLUMN search_grams text[] NOT NULL DEFAULT '{}';
CREATE FUNCTION company_grams() RETURNS trigger LANGUAGE plpgsql
  AS $$ BEGIN
    NEW.search_grams := ARRAY(SELECT unnest(NEW.name_grams) UNION
      SELECT unnest(r.name_grams) FROM ref_commune r WHERE r.code = NEW.commune_code);
    IF NEW.trade_name = '' THEN NEW.folded_trade_name := ''; END IF;
    RETURN NEW;
  END $$;
REVOKE ALL ON FUNCTION company_grams() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION company_grams() TO relais_web, relais_worker, relais_definer;
CREATE TRIGGER company_grams BEFORE INSERT OR UPDATE OF name_grams, commune_code, trade_name
  ON company FOR EACH ROW EXECUTE FUNCTION company_grams();
