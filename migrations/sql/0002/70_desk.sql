-- Aggregates cross the policies, so they carry their own checks: only for those whose role reads
-- aggregates, only on the territory of their own unit, and never a cell of fewer than three
-- companies (domain.md §13). When one cell only is hidden the next smallest is hidden too, or it
-- could be found by subtraction. Hidden cells leave the database as NULL.
CREATE FUNCTION app_territory() RETURNS text[] LANGUAGE sql STABLE SECURITY DEFINER
  SET search_path = pg_catalog, public
  AS $$ SELECT CASE WHEN m.unit_id IS NULL THEN (SELECT array_agg(code) FROM ref_department)
                    ELSE unit_departments(m.unit_id) END
        FROM membership m
        WHERE m.user_id = app_user() AND m.seat_id = app_member_seat() AND m.ended_at IS NULL $$;

CREATE FUNCTION territory_figures(p_since timestamptz)
  RETURNS TABLE (measure text, cell text, figure bigint) LANGUAGE sql STABLE SECURITY DEFINER
  SET search_path = pg_catalog, public
  AS $$
  WITH here AS (
    SELECT f.id, f.phase, f.status, f.outcome, f.closed_at, coalesce(f.company_id, f.person_id) AS who
    FROM case_file f LEFT JOIN company c ON c.id = f.company_id
      LEFT JOIN person p ON p.id = f.person_id
      JOIN ref_commune r ON r.code = coalesce(c.commune_code, p.commune_code)
    WHERE app_role() IN ('observer', 'coordinator') AND r.department_code = ANY (app_territory())
  ), cells AS (
    SELECT 'phase' AS measure, phase AS cell, count(*) AS figure, count(DISTINCT who) AS companies
      FROM here WHERE status <> 'closed' GROUP BY phase
    UNION ALL
    SELECT 'outcome', outcome, count(*), count(DISTINCT who)
      FROM here WHERE closed_at >= p_since GROUP BY outcome
    UNION ALL
    SELECT 'subject', n.subject, count(*), count(DISTINCT who)
      FROM need n JOIN here ON here.id = n.case_id
      WHERE n.created_at >= p_since AND n.subject <> 'health' GROUP BY n.subject
    UNION ALL
    SELECT 'referral', r.state, count(*), count(DISTINCT who)
      FROM referral r JOIN here ON here.id = r.case_id
      WHERE r.sent_at >= p_since AND r.state <> 'draft' AND r.subject <> 'health' GROUP BY r.state
    UNION ALL
    SELECT 'kind', r.kind, count(*), count(DISTINCT who)
      FROM referral r JOIN here ON here.id = r.case_id
      WHERE r.sent_at >= p_since AND r.state <> 'draft' AND r.subject <> 'health' GROUP BY r.kind
  ), ranked AS (
    SELECT c.measure, c.cell, c.figure, c.companies < 3 AS is_small,
      count(*) FILTER (WHERE c.companies < 3) OVER (PARTITION BY c.measure) AS small_cells,
      row_number() OVER (PARTITION BY c.measure, c.companies < 3 ORDER BY c.figure, c.cell) AS rank
    FROM cells c
  )
  SELECT r.measure, r.cell,
    CASE WHEN NOT (r.is_small OR (r.small_cells = 1 AND r.rank = 1)) THEN r.figure END
  FROM ranked r $$;

-- How far the journal is sealed, for those who watch over it. No event is told.
CREATE FUNCTION journal_chain() RETURNS TABLE (sealed bigint, waiting bigint, sealed_at timestamptz)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public
  AS $$ SELECT (SELECT count(*) FROM journal_seal),
          (SELECT count(*) FROM journal_event e WHERE NOT EXISTS
            (SELECT FROM journal_seal s WHERE s.event_id = e.id)),
          (SELECT max(s.sealed_at) FROM journal_seal s)
        WHERE app_role() IN ('auditor', 'platform_admin') $$;
