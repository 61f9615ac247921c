-- Referrals of this seat's box whose company, person or partner answers a search. The words searched
-- are those their reader may read now: the frozen sheet while it is open to them, else the case when
-- they take part in it, else the partner's name alone. Each is found by an index that holds the seat
-- and the words; as many grams are shared as before (three in five), the rarest are looked for first.
DROP FUNCTION search_referrals(text[], text);
CREATE FUNCTION search_referrals(p_grams text[], p_digits text) RETURNS SETOF uuid
  LANGUAGE plpgsql STABLE ROWS 50 SECURITY DEFINER
  SET search_path = pg_catalog, public SET plan_cache_mode = force_custom_plan
  AS $$ DECLARE me uuid := app_seat(); rare text[];
    enough integer := (3 * cardinality(p_grams) + 4) / 5;
    closed text[] := ARRAY['draft', 'declined', 'redirected', 'expired', 'revoked'];
  BEGIN
    IF me IS NULL THEN RETURN; END IF;
    IF length(p_digits) >= 3 THEN
      RETURN QUERY SELECT b.referral_id FROM referral_sheet s
          JOIN boxed_referral b ON b.referral_id = s.referral_id AND b.seat_id = me
        WHERE s.seats @> ARRAY[me] AND s.search_keys @> ARRAY['#' || left(p_digits, 9)]
          AND (NOT b.is_received OR b.state <> ALL (closed))
        UNION SELECT told_by_case(ARRAY(SELECT f.id FROM company c
            JOIN case_file f ON f.company_id = c.id AND f.reader_seats @> ARRAY[me]
          WHERE c.siren BETWEEN rpad(p_digits, 9, '0') AND rpad(p_digits, 9, '9')
            AND c.known_seats @> ARRAY[me]));
      RETURN;
    END IF;
    IF p_grams = '{}' THEN RETURN; END IF;
    rare := rarest_grams(p_grams, enough);
    RETURN QUERY SELECT b.referral_id FROM organisation o
        CROSS JOIN (VALUES (true), (false)) side (is_received)
        JOIN boxed_referral b ON b.seat_id = me AND b.is_received = side.is_received
          AND b.organisation_id = o.id
      WHERE (SELECT count(*) FROM unnest(p_grams) g WHERE g = ANY (o.name_grams)) >= enough
      UNION SELECT b.referral_id FROM referral_sheet s
          JOIN boxed_referral b ON b.referral_id = s.referral_id AND b.seat_id = me
        WHERE s.seats @> ARRAY[me] AND s.search_keys && rare
          AND (SELECT count(*) FROM unnest(p_grams) g WHERE g = ANY (s.search_keys)) >= enough
          AND (NOT b.is_received OR b.state <> ALL (closed))
      UNION SELECT told_by_case(ARRAY(
        SELECT f.id FROM company c
            JOIN case_file f ON f.company_id = c.id AND f.reader_seats @> ARRAY[me]
          WHERE c.known_seats @> ARRAY[me] AND c.search_grams && rare
            AND (SELECT count(*) FROM unnest(p_grams) g WHERE g = ANY (c.name_grams)) >= enough
        UNION SELECT f.id FROM person t
            JOIN case_file f ON f.person_id = t.id AND f.reader_seats @> ARRAY[me]
          WHERE t.known_seats @> ARRAY[me] AND t.name_grams && rare
            AND (SELECT count(*) FROM unnest(p_grams) g WHERE g = ANY (t.name_grams)) >= enough));
  END $$;
-- Referrals of this seat about these cases, which it reads, where no open sheet says whom they are
-- about: the case does.
CREATE FUNCTION told_by_case(p_cases uuid[]) RETURNS SETOF uuid LANGUAGE sql STABLE
  SET search_path = pg_catalog, public
  AS $$ SELECT r.id FROM referral r
          JOIN boxed_referral b ON b.referral_id = r.id AND b.seat_id = app_seat()
        WHERE r.case_id = ANY (p_cases)
          AND ((b.is_received
              AND b.state IN ('draft', 'declined', 'redirected', 'expired', 'revoked'))
            OR NOT EXISTS (SELECT FROM referral_sheet s WHERE s.referral_id = r.id)) $$;
REVOKE ALL ON FUNCTION told_by_case(uuid[]), search_referrals(text[], text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION search_referrals(text[], text)
  TO relais_web, relais_worker, relais_definer;
