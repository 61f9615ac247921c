-- The session of each request was planned at each request: it is read before anybody acts, hence
-- before the settings of a transaction, and an SQL function may forget its plan from one call to the
-- next. They say what they said; PL/pgSQL keeps their plan for the connection, whoever asks.

CREATE OR REPLACE FUNCTION unit_departments(p_unit uuid) RETURNS text[] LANGUAGE plpgsql STABLE
  SECURITY DEFINER SET search_path = pg_catalog, public SET plan_cache_mode = force_generic_plan
  AS $$ BEGIN
    RETURN (SELECT array_agg(DISTINCT d.code) FROM unit_territory t JOIN ref_department d
      ON t.kind = 'country' OR (t.kind = 'region' AND d.region_code = t.code)
      OR (t.kind = 'departement' AND d.code = t.code)
      OR (t.kind = 'commune'
        AND d.code = (SELECT department_code FROM ref_commune c WHERE c.code = t.code))
      WHERE t.unit_id = p_unit);
  END $$;

CREATE OR REPLACE FUNCTION read_session(p_hash text, p_at timestamptz)
  RETURNS TABLE (session_id uuid, fresh_at timestamptz, user_id uuid, user_name text,
    membership_id uuid, role text, unit_id uuid, seat_id uuid, side text, organisation_id uuid,
    organisation_name text, organisation_kind text, territory text[], must_pledge boolean,
    seats jsonb) LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public
    SET plan_cache_mode = force_generic_plan SET random_page_cost = 1.1
  AS $$ #variable_conflict use_column
  BEGIN
    RETURN QUERY WITH live AS (
      SELECT * FROM member_session WHERE token_hash = p_hash AND revoked_at IS NULL
        AND ends_at > p_at AND last_seen_at > p_at - interval '30 minutes'
    ), seen AS (
      UPDATE member_session s SET last_seen_at = p_at FROM live
      WHERE s.id = live.id AND live.last_seen_at < p_at - interval '1 minute'
    )
    SELECT live.id, live.fresh_at, u.id, u.full_name::text, m.id, m.role::text, m.unit_id, seat.id,
      seat.side::text, o.id, o.name::text, o.kind::text, unit_departments(m.unit_id),
      NOT EXISTS (SELECT FROM pledge p WHERE p.user_id = u.id
        AND p.signed_at > p_at - interval '3 months'),
      (SELECT jsonb_agg(jsonb_build_object('id', m2.id, 'name', o2.name, 'kind', o2.kind,
          'side', s2.side) ORDER BY o2.folded_name, s2.side)
        FROM membership m2 JOIN seat s2 ON s2.id = m2.seat_id
        JOIN organisation o2 ON o2.id = s2.organisation_id
        WHERE m2.user_id = u.id AND m2.ended_at IS NULL)
    FROM live JOIN user_account u ON u.id = live.user_id AND u.is_active
    JOIN membership m ON m.id = live.membership_id AND m.user_id = u.id AND m.ended_at IS NULL
    JOIN seat ON seat.id = m.seat_id JOIN organisation o ON o.id = seat.organisation_id;
  END $$;
