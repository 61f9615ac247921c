-- The figures of a territory as 0006 computed them, from everything, at each reading.
WITH here AS (
  SELECT f.id, f.phase, f.status, f.outcome, f.closed_at,
    coalesce(f.company_id, f.person_id, f.id) AS who
  FROM case_file f LEFT JOIN company c ON c.id = f.company_id
    LEFT JOIN person p ON p.id = f.person_id
    LEFT JOIN ref_commune r ON r.code = coalesce(c.commune_code, p.commune_code)
    LEFT JOIN case_remains m ON m.case_id = f.id
  WHERE coalesce(r.department_code, m.department) = ANY (CAST(:territory AS text[]))
    OR (m.case_id IS NOT NULL AND m.department IS NULL AND NOT EXISTS (
      SELECT FROM ref_department d WHERE (m.region IS NULL OR d.region_code = m.region)
        AND d.code <> ALL (CAST(:territory AS text[]))))
), cells AS (
  SELECT 'phase' AS measure, phase AS cell, count(*) AS figure, count(DISTINCT who) AS companies
    FROM here WHERE status <> 'closed' GROUP BY phase
  UNION ALL
  SELECT 'outcome', outcome, count(*), count(DISTINCT who)
    FROM here WHERE closed_at >= :since GROUP BY outcome
  UNION ALL
  SELECT 'subject', n.subject, count(*), count(DISTINCT who)
    FROM need n JOIN here ON here.id = n.case_id
    WHERE n.created_at >= :since AND n.subject <> 'health' GROUP BY n.subject
  UNION ALL
  SELECT 'referral', r.state, count(*), count(DISTINCT who)
    FROM referral r JOIN here ON here.id = r.case_id
    WHERE r.sent_at >= :since AND r.state <> 'draft' AND r.subject <> 'health' GROUP BY r.state
  UNION ALL
  SELECT 'kind', r.kind, count(*), count(DISTINCT who)
    FROM referral r JOIN here ON here.id = r.case_id
    WHERE r.sent_at >= :since AND r.state <> 'draft' AND r.subject <> 'health' GROUP BY r.kind
), ranked AS (
  SELECT c.measure, c.cell, c.figure, c.companies < 3 AS is_small,
    count(*) FILTER (WHERE c.companies < 3) OVER (PARTITION BY c.measure) AS small_cells,
    row_number() OVER (PARTITION BY c.measure, c.companies < 3 ORDER BY c.figure, c.cell) AS rank
  FROM cells c
)
SELECT r.measure, r.cell,
  CASE WHEN NOT (r.is_small OR (r.small_cells = 1 AND r.rank = 1)) THEN r.figure END
FROM ranked r ORDER BY r.measure, r.cell
