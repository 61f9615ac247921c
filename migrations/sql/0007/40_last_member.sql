-- Two managers who change people of one organisation wait for each other.
CREATE FUNCTION lock_people_of(p_organisation uuid) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public
  AS $$ BEGIN
    IF app_manages(p_organisation) THEN
      PERFORM FROM organisation WHERE id = p_organisation FOR NO KEY UPDATE;
    END IF;
  END $$;
-- How many open cases would be left without anybody on this seat if this member followed none: 0
-- when a colleague reads cases there. The count alone, for whoever manages the seat.
CREATE FUNCTION cases_left_alone(p_membership uuid) RETURNS bigint LANGUAGE sql STABLE
  SECURITY DEFINER SET search_path = pg_catalog, public
  AS $$ SELECT count(*) FROM membership m JOIN participation p ON p.seat_id = m.seat_id
          AND p.ended_at IS NULL
        JOIN case_file f ON f.id = p.case_id AND f.status <> 'closed'
        WHERE m.id = p_membership AND app_manages_seat(m.seat_id) AND NOT EXISTS
          (SELECT FROM membership other WHERE other.seat_id = m.seat_id AND other.id <> m.id
            AND other.ended_at IS NULL
            AND other.role IN ('adviser', 'manager', 'coordinator', 'accountant')) $$;
REVOKE ALL ON FUNCTION lock_people_of(uuid), cases_left_alone(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lock_people_of(uuid), cases_left_alone(uuid)
  TO relais_web, relais_worker, relais_definer;
