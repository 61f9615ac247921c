-- Figures count anonymised cases with what remains of them. A case known by its region only counts
-- for whoever holds the whole region, one known by nothing for whoever holds every département.
CREATE OR REPLACE FUNCTION territory_figures(p_since timestamptz)
  RETURNS TABLE (measure text, cell text, figure bigint) LANGUAGE sql STABLE SECURITY DEFINER
  SET search_path = pg_catalog, public
  AS $$
  WITH here AS (
    SELECT f.id, f.phase, f.status, f.outcome, f.closed_at,
      coalesce(f.company_id, f.person_id, f.id) AS who
    FROM case_file f LEFT JOIN company c ON c.id = f.company_id
      LEFT JOIN person p ON p.id = f.person_id
      LEFT JOIN ref_commune r ON r.code = coalesce(c.commune_code, p.commune_code)
      LEFT JOIN case_remains m ON m.case_id = f.id
    WHERE app_role() IN ('observer', 'coordinator') AND (
      coalesce(r.department_code, m.department) = ANY (app_territory())
      OR (m.case_id IS NOT NULL AND m.department IS NULL AND NOT EXISTS (
        SELECT FROM ref_department d WHERE (m.region IS NULL OR d.region_code = m.region)
          AND d.code <> ALL (app_territory()))))
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

-- A job that fails is told at once, not only when it has been late three times over.
CREATE OR REPLACE FUNCTION health_facts(p_at timestamptz) RETURNS jsonb LANGUAGE sql STABLE
  SECURITY DEFINER SET search_path = pg_catalog, public
  AS $$ SELECT jsonb_build_object(
    'pulses', (SELECT coalesce(jsonb_object_agg(name, extract(epoch FROM p_at - at)), '{}')
      FROM pulse),
    'jobs', (SELECT coalesce(jsonb_object_agg(name, extract(epoch FROM p_at - last)), '{}')
      FROM (SELECT name, max(ended_at) AS last FROM job_run WHERE error = '' GROUP BY name) run
      WHERE last IS NOT NULL),
    'failed', (SELECT coalesce(jsonb_agg(name), '[]') FROM (SELECT DISTINCT ON (name) name, error
      FROM job_run WHERE ended_at IS NOT NULL ORDER BY name, started_at DESC) last
      WHERE error <> ''),
    'waiting', (SELECT count(*) FROM outbox WHERE status IN ('pending', 'sending')
      AND available_at <= p_at - interval '1 minute'),
    'oldest_due', (SELECT extract(epoch FROM p_at - min(available_at)) FROM outbox
      WHERE status IN ('pending', 'sending') AND available_at <= p_at - interval '1 minute'),
    'dead', (SELECT count(*) FROM outbox WHERE status IN ('dead', 'uncertain') AND status = 'dead'),
    'uncertain', (SELECT count(*) FROM outbox
      WHERE status IN ('dead', 'uncertain') AND status = 'uncertain'),
    'revision', (SELECT version_num FROM alembic_version)) $$;
