-- Made after the first count, which fills the sums itself.
CREATE FUNCTION fact_appended() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public
  AS $$ BEGIN
    IF TG_OP <> 'INSERT' THEN
      INSERT INTO territory_delta (id, place, measure, cell, month, change)
        VALUES (gen_random_uuid(), OLD.place, OLD.measure, OLD.cell, OLD.month, -1);
    END IF;
    IF TG_OP <> 'DELETE' THEN
      INSERT INTO territory_delta (id, place, measure, cell, month, change)
        VALUES (gen_random_uuid(), NEW.place, NEW.measure, NEW.cell, NEW.month, 1);
    END IF;
    RETURN NULL;
  END $$;
CREATE TRIGGER fact_appended AFTER INSERT OR UPDATE OR DELETE ON territory_fact
  FOR EACH ROW EXECUTE FUNCTION fact_appended();
