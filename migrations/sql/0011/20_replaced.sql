-- Who opened what, as in 0005, and the sheet that a partner without account opened by its link.
CREATE OR REPLACE FUNCTION space_openings(p_offset integer, p_limit integer)
  RETURNS TABLE (day date, seat_id uuid, role text, action text, times bigint, total bigint)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public
  AS $$ SELECT (e.at AT TIME ZONE 'Europe/Paris')::date, e.seat_id, m.role, e.action, count(*),
          count(*) OVER ()
        FROM journal_event e LEFT JOIN LATERAL (
          SELECT role FROM membership WHERE user_id = e.user_id AND seat_id = e.seat_id
          ORDER BY ended_at DESC NULLS FIRST LIMIT 1) m ON true
        WHERE e.case_id = app_link_case()
          AND ((e.principal = 'member' OR e.principal = 'link' AND e.seat_id IS NOT NULL)
              AND e.action IN ('case.read', 'case.history.read', 'assessment.read',
              'sharing.read', 'referral.read', 'sheet.printed',
              'sheet.downloaded', 'rights_request.read')
            OR e.link_id = app_link() AND e.action = 'space.read')
          AND NOT (e.object_type = 'referral' AND EXISTS (
            SELECT FROM referral r WHERE r.id = e.object_id AND r.subject = 'health'))
        GROUP BY 1, 2, 3, 4 ORDER BY 1 DESC, max(e.at) DESC
        OFFSET greatest(p_offset, 0) LIMIT least(p_limit, 100) $$;
