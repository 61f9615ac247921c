-- Each seat's movement of a case is the last thing of it that this seat may read (docs/decisions/0024).
-- Functions of the definer, replaced as itself. The timeline is locked for an instant: whoever has
-- written a line ends first, so that no function of before moves a case any more.

-- When each reader of these cases last saw them move: what all of them see (opening, phase, status,
-- lead: case_file.moved_at), or the last line that this seat hears (the policy « heard » of
-- timeline_entry, said for every seat at once).
CREATE OR REPLACE FUNCTION case_movements(p_cases uuid[])
  RETURNS TABLE (case_id uuid, seat_id uuid, moved_at timestamptz) LANGUAGE plpgsql STABLE
  SECURITY DEFINER SET search_path = pg_catalog, public
  AS $$ #variable_conflict use_column
  BEGIN
    RETURN QUERY SELECT f.id, s.id, greatest(f.moved_at, max(e.created_at))
      FROM case_file f CROSS JOIN LATERAL unnest(f.reader_seats) r (seat_id)
        JOIN seat s ON s.id = r.seat_id
        LEFT JOIN timeline_entry e ON e.case_id = f.id AND (e.audience = 'all'
          OR e.seat_id = s.id OR (e.audience = 'aid' AND s.side = 'aid'))
      WHERE f.id = ANY (p_cases) GROUP BY f.id, s.id;
  END $$;
REVOKE ALL ON FUNCTION case_movements(uuid[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION case_movements(uuid[]) TO relais_definer;

-- A line moves its case for the seats that hear it. All the rows of the case are locked first, in one
-- order and by the database alone (the trigger waits for the commit): two lines never deadlock, and
-- a seat that joins meanwhile finds the line, or is found by it. Nothing is written for
-- whom the case moved later already.
CREATE OR REPLACE FUNCTION case_moved() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public
  AS $$ BEGIN
    PERFORM FROM case_reader WHERE case_id = NEW.case_id ORDER BY seat_id FOR NO KEY UPDATE;
    UPDATE case_reader r SET moved_at = NEW.created_at
      WHERE r.case_id = NEW.case_id AND r.moved_at < NEW.created_at AND (NEW.audience = 'all'
        OR r.seat_id = NEW.seat_id OR (NEW.audience = 'aid'
          AND EXISTS (SELECT FROM seat s WHERE s.id = r.seat_id AND s.side = 'aid')));
    RETURN NULL;
  END $$;

-- What all readers see, in the same order of locks.
CREATE OR REPLACE FUNCTION case_steered() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public
  AS $$ BEGIN
    PERFORM FROM case_reader WHERE case_id = NEW.id ORDER BY seat_id FOR NO KEY UPDATE;
    UPDATE case_reader SET moved_at = greatest(moved_at, NEW.moved_at), phase = NEW.phase,
        status = NEW.status, lead_seat_id = NEW.lead_seat_id, lead_member_id = NEW.lead_member_id
      WHERE case_id = NEW.id;
    RETURN NULL;
  END $$;

-- Write anew the rows of these cases. The names are locked first, then the rows: what changes
-- meanwhile is waited for, or finds the rows written here.
CREATE OR REPLACE FUNCTION write_case_readers(p_cases uuid[]) RETURNS void LANGUAGE plpgsql
  SECURITY DEFINER SET search_path = pg_catalog, public
  AS $$ BEGIN
    PERFORM FROM company WHERE id IN (SELECT company_id FROM case_file WHERE id = ANY (p_cases))
      ORDER BY id FOR NO KEY UPDATE;
    PERFORM FROM person WHERE id IN (SELECT person_id FROM case_file WHERE id = ANY (p_cases))
      ORDER BY id FOR NO KEY UPDATE;
    PERFORM FROM case_reader WHERE case_id = ANY (p_cases) ORDER BY case_id, seat_id FOR UPDATE;
    DELETE FROM case_reader r USING case_file f
      WHERE r.case_id = ANY (p_cases) AND f.id = r.case_id AND r.seat_id <> ALL (f.reader_seats);
    INSERT INTO case_reader AS r (seat_id, case_id, moved_at, opened_at, folded_title, phase,
        status, lead_seat_id, lead_member_id, department, words)
      SELECT s.seat_id, f.id, s.moved_at, f.opened_at, coalesce(c.folded_name, t.folded_name, ''),
          f.phase, f.status, f.lead_seat_id, f.lead_member_id, m.department_code,
          array_to_tsvector(ARRAY(
            SELECT seat_word(s.seat_id, w) FROM unnest(string_to_array(concat_ws(' ',
                c.folded_name, c.folded_trade_name, t.folded_name, c.siren,
                replace(f.reference, '-', ''), split_part(f.reference, '-', 2)), ' ')) w
            WHERE w <> ''))
        FROM case_movements(p_cases) s JOIN case_file f ON f.id = s.case_id
          LEFT JOIN company c ON c.id = f.company_id LEFT JOIN person t ON t.id = f.person_id
          LEFT JOIN ref_commune m ON m.code = c.commune_code
        ORDER BY f.id, s.seat_id
      ON CONFLICT (seat_id, case_id) DO UPDATE SET moved_at = excluded.moved_at,
        opened_at = excluded.opened_at, folded_title = excluded.folded_title,
        phase = excluded.phase, status = excluded.status, lead_seat_id = excluded.lead_seat_id,
        lead_member_id = excluded.lead_member_id, department = excluded.department,
        words = excluded.words;
  END $$;
-- For as long as the owner makes the trigger anew.
GRANT EXECUTE ON FUNCTION case_steered() TO relais_owner;
