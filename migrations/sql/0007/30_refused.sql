-- A sign-in that is refused leaves an event for each seat of the account, so that its auditors see
-- it; an unknown address leaves one for nobody. The same statement either way, and nothing typed.
CREATE FUNCTION write_refusal(p_user uuid, p_step text, p_at timestamptz) RETURNS void LANGUAGE sql
  SECURITY DEFINER SET search_path = pg_catalog, public
  AS $$ INSERT INTO journal_event (id, at, principal, seat_id, action, object_type, object_id, details)
        SELECT gen_random_uuid(), p_at, 'anonymous', m.seat_id, 'sign_in.refused', 'user_account',
          p_user, jsonb_build_object('step', p_step)
        FROM (SELECT 1) AS attempt
          LEFT JOIN membership m ON m.user_id = p_user AND m.ended_at IS NULL $$;
REVOKE ALL ON FUNCTION write_refusal(uuid, text, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION write_refusal(uuid, text, timestamptz) TO relais_definer;
CREATE FUNCTION note_refused_password(p_email text, p_at timestamptz) RETURNS void LANGUAGE sql
  SECURITY DEFINER SET search_path = pg_catalog, public
  AS $$ SELECT write_refusal(account_of(p_email), 'password', p_at) $$;
CREATE FUNCTION note_refused_code(p_hash text, p_step text, p_at timestamptz) RETURNS void
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public
  AS $$ SELECT write_refusal(pending_user(p_hash, p_at), p_step, p_at)
        WHERE p_step IN ('code', 'recovery_code', 'enrolment') $$;
REVOKE ALL ON FUNCTION note_refused_password(text, timestamptz),
  note_refused_code(text, text, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION note_refused_password(text, timestamptz),
  note_refused_code(text, text, timestamptz) TO relais_web, relais_definer;
