-- Grams to look for first. To share at least so many of n grams, a name holds one of any
-- n - so many + 1 of them: the rarest are the cheapest to look for. Rare is said by the latest two
-- hundred companies; the answer of a search does not depend on it.
CREATE FUNCTION rarest_grams(p_grams text[], p_shared integer) RETURNS text[] LANGUAGE sql STABLE
  SECURITY DEFINER SET search_path = pg_catalog, public
  AS $$ SELECT ARRAY(
          SELECT g FROM unnest(p_grams) g LEFT JOIN (
            SELECT held, count(*) AS times
            FROM (SELECT search_grams FROM company ORDER BY id DESC LIMIT 200) latest,
              unnest(latest.search_grams) held
            WHERE held = ANY (p_grams) GROUP BY held) met ON met.held = g
          ORDER BY coalesce(met.times, 0), g
          LIMIT greatest(cardinality(p_grams) - p_shared + 1, 0)) $$;

-- Companies known to this seat that resemble a name or a place, the closest first: seat and grams
-- together. Half of the grams are enough. The caller ranks this bounded list.
DROP FUNCTION search_companies(text[], text, integer);
CREATE FUNCTION search_companies(p_grams text[], p_digits text, p_limit integer)
  RETURNS SETOF uuid LANGUAGE plpgsql STABLE ROWS 80 SECURITY DEFINER
  SET search_path = pg_catalog, public SET plan_cache_mode = force_custom_plan
  AS $$ DECLARE me uuid := app_seat(); rare text[];
    enough integer := (greatest(cardinality(p_grams), 2) + 1) / 2;
  BEGIN
    IF me IS NULL THEN RETURN; END IF;
    IF length(p_digits) >= 3 THEN
      RETURN QUERY SELECT c.id FROM company c
        WHERE c.siren BETWEEN rpad(p_digits, 9, '0') AND rpad(p_digits, 9, '9')
          AND c.known_seats @> ARRAY[me]
        ORDER BY c.folded_name LIMIT least(p_limit, 100);
      RETURN;
    END IF;
    rare := rarest_grams(p_grams, enough);
    RETURN QUERY WITH counted AS MATERIALIZED (
        SELECT c.id, c.folded_name,
            (SELECT count(*) FROM unnest(p_grams) g WHERE g = ANY (c.search_grams)) AS shared
          FROM company c WHERE c.known_seats @> ARRAY[me] AND c.search_grams && rare)
      SELECT s.id FROM counted s WHERE s.shared >= enough
        ORDER BY s.shared DESC, s.folded_name LIMIT least(p_limit, 100);
  END $$;

-- Cases of this seat that answer a search: seat and text together, since a text condition under a
-- policy would lose its index. Every word typed (eight at most) begins a word of the case: company,
-- trade name, person, SIREN, reference (with or without its « D- »); one letter or two digits are a
-- whole word. Only when nothing answers so, names that share three grams in five.
DROP FUNCTION search_cases(text[], text, text);
CREATE FUNCTION search_cases(p_grams text[], p_text text, p_digits text) RETURNS SETOF uuid
  LANGUAGE plpgsql STABLE ROWS 50 SECURITY DEFINER
  SET search_path = pg_catalog, public SET plan_cache_mode = force_custom_plan
  AS $$ DECLARE me uuid := app_seat(); asked tsquery; rare text[];
    enough integer := (3 * cardinality(p_grams) + 4) / 5;
  BEGIN
    IF me IS NULL THEN RETURN; END IF;
    SELECT string_agg(quote_literal(seat_word(me, w))
        || CASE WHEN w ~ '^([a-z]|[0-9]{1,2})$' THEN '' ELSE ':*' END, ' & ')::tsquery INTO asked
      FROM (SELECT w FROM unnest(CASE WHEN p_digits <> '' THEN ARRAY[p_digits] ELSE
              regexp_split_to_array(regexp_replace(lower(p_text), '^d[- ](?=.)', ''),
                '[^0-9a-z]+') END) w WHERE w <> '' LIMIT 8) typed;
    IF asked IS NULL THEN RETURN; END IF;
    -- Said so that no index of the seat is read beside the words, which are the seat's already.
    RETURN QUERY SELECT r.case_id FROM case_reader r
      WHERE r.words @@ asked AND r.seat_id IS NOT DISTINCT FROM me;
    IF FOUND OR p_grams = '{}' THEN RETURN; END IF;
    rare := rarest_grams(p_grams, enough);
    RETURN QUERY SELECT f.id FROM company c JOIN case_file f ON f.company_id = c.id
        JOIN case_reader r ON r.case_id = f.id AND r.seat_id = me
      WHERE c.known_seats @> ARRAY[me] AND c.search_grams && rare
        AND (SELECT count(*) FROM unnest(p_grams) g WHERE g = ANY (c.name_grams)) >= enough;
  END $$;

REVOKE ALL ON FUNCTION seat_word(uuid, text), write_case_readers(uuid[]), rebuild_case_readers(),
  case_readers_changed(), case_steered(), company_renamed(), person_renamed(), commune_changed(),
  rarest_grams(text[], integer), search_companies(text[], text, integer),
  search_cases(text[], text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION seat_word(uuid, text) TO relais_worker, relais_definer;
GRANT EXECUTE ON FUNCTION write_case_readers(uuid[]), rarest_grams(text[], integer)
  TO relais_definer;
GRANT EXECUTE ON FUNCTION rebuild_case_readers() TO relais_worker, relais_definer;
GRANT EXECUTE ON FUNCTION case_readers_changed(), case_steered(), company_renamed(),
  person_renamed(), commune_changed(), search_companies(text[], text, integer),
  search_cases(text[], text, text) TO relais_web, relais_worker, relais_definer;
ALTER FUNCTION write_case_readers(uuid[]) OWNER TO relais_definer;
ALTER FUNCTION rebuild_case_readers() OWNER TO relais_definer;
ALTER FUNCTION case_readers_changed() OWNER TO relais_definer;
ALTER FUNCTION case_steered() OWNER TO relais_definer;
ALTER FUNCTION company_renamed() OWNER TO relais_definer;
ALTER FUNCTION person_renamed() OWNER TO relais_definer;
ALTER FUNCTION commune_changed() OWNER TO relais_definer;
ALTER FUNCTION rarest_grams(text[], integer) OWNER TO relais_definer;
ALTER FUNCTION search_companies(text[], text, integer) OWNER TO relais_definer;
ALTER FUNCTION search_cases(text[], text, text) OWNER TO relais_definer;
