-- What the bearer of a link may write, asked by functions: the subqueries that said it in the
-- policies were made ready, with the policies of the tables they read, at each line a member wrote.
-- They say the same: a bearer reads the action or the referral of their link and no other.

-- Does this line tell what the action of the link answers: its case, its seat, its readers?
CREATE FUNCTION app_answers_action(p_action uuid, p_case uuid, p_seat uuid, p_audience text)
  RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public
  AS $$ SELECT EXISTS (SELECT FROM case_action a
      WHERE a.id = p_action AND a.id = app_link_object('action') AND a.case_id = p_case
        AND a.seat_id = p_seat AND a.audience = p_audience) $$;

-- The case that the seat of the link has joined by accepting; null for anybody else.
CREATE FUNCTION app_accepted_case() RETURNS uuid LANGUAGE sql STABLE SECURITY DEFINER
  SET search_path = pg_catalog, public
  AS $$ SELECT case_id FROM referral WHERE id = app_answered() AND state = 'accepted' $$;

REVOKE EXECUTE ON FUNCTION app_answers_action(uuid, uuid, uuid, text), app_accepted_case()
  FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app_answers_action(uuid, uuid, uuid, text), app_accepted_case()
  TO relais_web;
