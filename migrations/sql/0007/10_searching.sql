-- Three-letter grams of folded words, as ``app.folding.grams`` makes them: what is kept folded gives
-- its own grams, and no command can forget them.
CREATE FUNCTION folded_grams(p_folded text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE
  AS $$ SELECT coalesce(array_agg(DISTINCT substr('  ' || word || ' ', start, 3)), '{}')
        FROM string_to_table(p_folded, ' ') AS word, generate_series(1, length(word) + 1) AS start
        WHERE word <> '' $$;
-- Three grams in five are enough: accents, case and small mistakes of typing do not hide a name.
CREATE FUNCTION resembles(p_typed text[], p_known text[]) RETURNS boolean LANGUAGE sql IMMUTABLE
  PARALLEL SAFE
  AS $$ SELECT p_typed <> '{}' AND p_known && p_typed
          AND 5 * (SELECT count(*) FROM unnest(p_typed) g WHERE g = ANY (p_known))
              >= 3 * cardinality(p_typed) $$;
REVOKE ALL ON FUNCTION folded_grams(text), resembles(text[], text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION folded_grams(text), resembles(text[], text[])
  TO relais_web, relais_worker, relais_definer;

ALTER TABLE organisation ADD COLUMN name_grams text[]
  GENERATED ALWAYS AS (folded_grams(folded_name)) STORED NOT NULL;
ALTER TABLE referral_sheet ADD COLUMN folded_names varchar NOT NULL DEFAULT '';
ALTER TABLE referral_sheet ADD COLUMN siren varchar NOT NULL DEFAULT '';
ALTER TABLE referral_sheet ADD COLUMN name_grams text[]
  GENERATED ALWAYS AS (folded_grams(folded_names)) STORED NOT NULL;

-- Referrals of this seat whose company, person or partner answers a search. The words searched are
-- those their reader may read now: the frozen sheet while it is open to them, else the case when
-- they take part in it, else the partner's name alone.
CREATE FUNCTION search_referrals(p_grams text[], p_digits text) RETURNS SETOF uuid
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public
  AS $$ SELECT r.id FROM referral r
          JOIN seat other ON other.id = CASE WHEN r.sender_seat_id = app_seat()
            THEN r.receiver_seat_id ELSE r.sender_seat_id END
          JOIN organisation o ON o.id = other.organisation_id
          LEFT JOIN referral_sheet s ON s.referral_id = r.id AND (r.receiver_seat_id <> app_seat()
            OR r.state NOT IN ('draft', 'declined', 'redirected', 'expired', 'revoked'))
          LEFT JOIN case_file f ON f.id = r.case_id AND s.referral_id IS NULL
            AND f.reader_seats @> ARRAY[app_seat()]
          LEFT JOIN company c ON c.id = f.company_id LEFT JOIN person t ON t.id = f.person_id
        WHERE r.reader_seats @> ARRAY[app_seat()] AND app_seat() IS NOT NULL AND (
          (length(p_digits) >= 3 AND (s.siren LIKE p_digits || '%' OR c.siren LIKE p_digits || '%'))
          OR resembles(p_grams, o.name_grams) OR resembles(p_grams, s.name_grams)
          OR resembles(p_grams, c.name_grams)
          OR resembles(p_grams, folded_grams(t.folded_name))) $$;
