-- What the member reads: their départements, the regions they hold whole, the country when they hold
-- it whole (an anonymised case may be known by no more than that). Null for who reads no figure.
CREATE FUNCTION territory_places() RETURNS text[] LANGUAGE sql STABLE SECURITY DEFINER
  SET search_path = pg_catalog, public
  AS $$ SELECT CASE WHEN app_role() IN ('observer', 'coordinator') THEN mine.codes
      || ARRAY(SELECT 'region ' || r.code FROM ref_region r WHERE NOT EXISTS (
        SELECT FROM ref_department d WHERE d.region_code = r.code AND d.code <> ALL (mine.codes)))
      || CASE WHEN EXISTS (SELECT FROM ref_department d WHERE d.code <> ALL (mine.codes))
        THEN '{}' ELSE '{country}'::text[] END END
    FROM (SELECT app_territory() AS codes) mine $$;

-- Fewer than three companies in a cell? Looks for three, each by the index, and stops at the third:
-- exact whatever the figure, thirty cases of one company being one company.
CREATE FUNCTION territory_is_small(p_places text[], p_measure text, p_cell text, p_month date)
  RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER
  SET search_path = pg_catalog, public SET enable_seqscan = off
  AS $$ DECLARE seen uuid[] := '{}'; one uuid; BEGIN
    FOR turn IN 1..3 LOOP
      SELECT f.who INTO one FROM territory_fact f
        WHERE f.measure = p_measure AND f.cell = p_cell AND f.place = ANY (p_places)
          AND f.month >= p_month AND f.who <> ALL (seen) LIMIT 1;
      IF NOT FOUND THEN RETURN true; END IF;
      seen := seen || one;
    END LOOP;
    RETURN false;
  END $$;

-- Aggregates cross the policies, so they carry their own checks (70_desk.sql of 0002): role,
-- territory, small cells. Counted from the first day of the month of p_since.
DROP FUNCTION territory_figures(timestamptz);
CREATE FUNCTION territory_figures(p_since date)
  RETURNS TABLE (measure text, cell text, figure bigint) LANGUAGE plpgsql STABLE SECURITY DEFINER
  SET search_path = pg_catalog, public
  AS $$
  #variable_conflict use_column
  DECLARE places text[] := territory_places(); since date := date_trunc('month', p_since)::date;
  BEGIN
    IF places IS NULL THEN RETURN; END IF;
    RETURN QUERY WITH appended AS (
      SELECT place, measure, cell, month, figure FROM territory_cell
        WHERE place = ANY (places) AND month >= since
      UNION ALL
      SELECT place, measure, cell, month, change FROM territory_delta
        WHERE place = ANY (places) AND month >= since
    ), sums AS (
      SELECT measure, cell, sum(figure)::bigint AS figure FROM appended GROUP BY measure, cell
    ), cells AS (
      SELECT measure, cell, figure, figure < 3 OR territory_is_small(places, measure, cell, since)
        AS is_small FROM sums WHERE figure > 0
    ), ranked AS (
      SELECT c.measure, c.cell, c.figure, c.is_small,
        count(*) FILTER (WHERE c.is_small) OVER (PARTITION BY c.measure) AS small_cells,
        row_number() OVER (PARTITION BY c.measure, c.is_small ORDER BY c.figure, c.cell) AS rank
      FROM cells c
    )
    SELECT r.measure::text, r.cell::text,
      CASE WHEN NOT (r.is_small OR (r.small_cells = 1 AND r.rank = 1)) THEN r.figure END
    FROM ranked r;
  END $$;
REVOKE ALL ON FUNCTION territory_figures(date), territory_places(),
  territory_is_small(text[], text, text, date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION territory_figures(date) TO relais_web, relais_worker, relais_definer;
GRANT EXECUTE ON FUNCTION territory_places(), territory_is_small(text[], text, text, date)
  TO relais_definer;
