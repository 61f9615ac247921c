-- What a sheet is searched by: the grams of its names, and the beginnings of its SIREN, which no gram
-- resembles. Beside them the two seats that read it, so that one index answers for seat and text. The
-- schema is named: a restore computes the column without a search path.
CREATE FUNCTION sheet_keys(p_names text, p_siren text) RETURNS text[] LANGUAGE sql IMMUTABLE
  PARALLEL SAFE
  AS $$ SELECT public.folded_grams(p_names)
          || ARRAY(SELECT '#' || left(p_siren, n) FROM generate_series(3, length(p_siren)) n) $$;
REVOKE ALL ON FUNCTION sheet_keys(text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sheet_keys(text, text) TO relais_web, relais_worker, relais_definer;
ALTER TABLE referral_sheet
  DROP COLUMN name_grams,
  ADD COLUMN search_keys text[] GENERATED ALWAYS AS (sheet_keys(folded_names, siren)) STORED NOT NULL,
  ADD COLUMN seats uuid[] NOT NULL DEFAULT '{}';
CREATE FUNCTION sheet_seats() RETURNS trigger LANGUAGE plpgsql
  AS $$ BEGIN
    NEW.seats := ARRAY(SELECT unnest(ARRAY[r.sender_seat_id, r.receiver_seat_id])
      FROM referral r WHERE r.id = NEW.referral_id);
    RETURN NEW;
  END $$;
REVOKE ALL ON FUNCTION sheet_seats() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sheet_seats() TO relais_web, relais_worker, relais_definer;
CREATE TRIGGER sheet_seats BEFORE INSERT ON referral_sheet
  FOR EACH ROW EXECUTE FUNCTION sheet_seats();

ALTER TABLE person ADD COLUMN name_grams text[]
  GENERATED ALWAYS AS (folded_grams(folded_name)) STORED NOT NULL;
DROP INDEX ix_person_known_seats;
CREATE INDEX ix_person_known ON person USING gin (known_seats, name_grams) WITH (fastupdate = off);
