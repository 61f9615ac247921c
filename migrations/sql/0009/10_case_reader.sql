-- One row for each seat that reads a case: what the list sorts and filters, and the words that find
-- the case. Derived from case_file.reader_seats, company and person; nobody writes it but the
-- functions below (docs/decisions/0015).
CREATE TABLE case_reader (
  seat_id uuid NOT NULL,
  case_id uuid NOT NULL,
  moved_at timestamptz NOT NULL,
  opened_at timestamptz NOT NULL,
  folded_title varchar NOT NULL,
  phase varchar NOT NULL,
  status varchar NOT NULL,
  lead_seat_id uuid NOT NULL,
  lead_member_id uuid,
  department varchar,
  words tsvector NOT NULL,
  CONSTRAINT pk_case_reader PRIMARY KEY (seat_id, case_id),
  CONSTRAINT fk_case_reader_case_id FOREIGN KEY (case_id) REFERENCES case_file (id)
    ON DELETE CASCADE
);
-- Each order of the list is the order of one index, read forwards or backwards; the first holds
-- what the filters ask, so that they and the count read no row.
CREATE INDEX ix_case_reader_moved ON case_reader (seat_id, moved_at DESC, case_id DESC)
  INCLUDE (status, phase, lead_seat_id, lead_member_id, department);
CREATE INDEX ix_case_reader_opened ON case_reader (seat_id, opened_at, case_id);
CREATE INDEX ix_case_reader_title ON case_reader (seat_id, folded_title, case_id);
CREATE INDEX ix_case_reader_phase ON case_reader (seat_id, phase, case_id DESC);
CREATE INDEX ix_case_reader_case_id ON case_reader (case_id);
-- Without a list of pending entries: a search would read it whole.
CREATE INDEX ix_case_reader_words ON case_reader USING gin (words) WITH (fastupdate = off);

REVOKE ALL ON case_reader FROM relais_web, relais_worker, relais_definer, relais_backup;
GRANT SELECT ON case_reader TO relais_web, relais_backup;
GRANT SELECT, INSERT, UPDATE, DELETE ON case_reader TO relais_worker, relais_definer;
ALTER TABLE case_reader ENABLE ROW LEVEL SECURITY;
ALTER TABLE case_reader FORCE ROW LEVEL SECURITY;
CREATE POLICY worker ON case_reader TO relais_worker USING (true);
CREATE POLICY definer ON case_reader TO relais_definer USING (true);
CREATE POLICY backup ON case_reader FOR SELECT TO relais_backup USING (true);
CREATE POLICY readers ON case_reader FOR SELECT TO relais_web
  USING (seat_id = (SELECT app_seat()));

-- A word as one seat looks for it: those of another seat never answer, and are not even read. Folded
-- words are ASCII letters and digits (app/folding.py); anything else is taken away, so that no word
-- can end its own quotes.
CREATE FUNCTION seat_word(p_seat uuid, p_word text) RETURNS text LANGUAGE sql IMMUTABLE
  PARALLEL SAFE
  AS $$ SELECT right(p_seat::text, 12)
          || left(regexp_replace(lower(p_word), '[^0-9a-z]+', '', 'g'), 60) $$;

-- Write anew the rows of these cases. The names are locked first: one that changes meanwhile is
-- waited for, or finds the rows written here.
CREATE FUNCTION write_case_readers(p_cases uuid[]) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public
  AS $$ BEGIN
    PERFORM FROM company WHERE id IN (SELECT company_id FROM case_file WHERE id = ANY (p_cases))
      ORDER BY id FOR NO KEY UPDATE;
    PERFORM FROM person WHERE id IN (SELECT person_id FROM case_file WHERE id = ANY (p_cases))
      ORDER BY id FOR NO KEY UPDATE;
    DELETE FROM case_reader r USING case_file f
      WHERE r.case_id = ANY (p_cases) AND f.id = r.case_id AND r.seat_id <> ALL (f.reader_seats);
    INSERT INTO case_reader AS r (seat_id, case_id, moved_at, opened_at, folded_title, phase,
        status, lead_seat_id, lead_member_id, department, words)
      SELECT s.seat_id, f.id, f.moved_at, f.opened_at, coalesce(c.folded_name, t.folded_name, ''),
          f.phase, f.status, f.lead_seat_id, f.lead_member_id, m.department_code,
          array_to_tsvector(ARRAY(
            SELECT seat_word(s.seat_id, w) FROM unnest(string_to_array(concat_ws(' ',
                c.folded_name, c.folded_trade_name, t.folded_name, c.siren,
                replace(f.reference, '-', ''), split_part(f.reference, '-', 2)), ' ')) w
            WHERE w <> ''))
        FROM case_file f LEFT JOIN company c ON c.id = f.company_id
          LEFT JOIN person t ON t.id = f.person_id
          LEFT JOIN ref_commune m ON m.code = c.commune_code
          CROSS JOIN LATERAL (SELECT DISTINCT unnest(f.reader_seats) AS seat_id) s
        WHERE f.id = ANY (p_cases)
      ON CONFLICT (seat_id, case_id) DO UPDATE SET moved_at = excluded.moved_at,
        opened_at = excluded.opened_at, folded_title = excluded.folded_title,
        phase = excluded.phase, status = excluded.status, lead_seat_id = excluded.lead_seat_id,
        lead_member_id = excluded.lead_member_id, department = excluded.department,
        words = excluded.words;
  END $$;

-- Everything from the truth, ten thousand cases at a time: a migration, a loader, a repair.
CREATE FUNCTION rebuild_case_readers() RETURNS void LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public
  AS $$ DECLARE batch uuid[]; last uuid := '00000000-0000-0000-0000-000000000000';
  BEGIN
    DELETE FROM case_reader;
    LOOP
      batch := ARRAY(SELECT id FROM case_file WHERE id > last ORDER BY id LIMIT 10000);
      EXIT WHEN batch = '{}';
      PERFORM write_case_readers(batch);
      last := batch[cardinality(batch)];
    END LOOP;
  END $$;

CREATE FUNCTION case_readers_changed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public
  AS $$ BEGIN PERFORM write_case_readers(ARRAY[NEW.id]); RETURN NULL; END $$;
-- What moves often touches neither names nor readers: no word is written again.
CREATE FUNCTION case_steered() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public
  AS $$ BEGIN
    UPDATE case_reader SET moved_at = NEW.moved_at, phase = NEW.phase, status = NEW.status,
        lead_seat_id = NEW.lead_seat_id, lead_member_id = NEW.lead_member_id
      WHERE case_id = NEW.id;
    RETURN NULL;
  END $$;
CREATE FUNCTION company_renamed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public
  AS $$ BEGIN
    PERFORM write_case_readers(ARRAY(SELECT id FROM case_file WHERE company_id = NEW.id));
    RETURN NULL;
  END $$;
CREATE FUNCTION person_renamed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public
  AS $$ BEGIN
    PERFORM write_case_readers(ARRAY(SELECT id FROM case_file WHERE person_id = NEW.id));
    RETURN NULL;
  END $$;
-- A commune is renamed or moves to another département: its companies are found by what it is now.
CREATE FUNCTION commune_changed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public
  AS $$ BEGIN
    UPDATE company SET commune_code = commune_code WHERE commune_code = NEW.code;
    PERFORM write_case_readers(ARRAY(SELECT f.id FROM case_file f
      JOIN company c ON c.id = f.company_id WHERE c.commune_code = NEW.code));
    RETURN NULL;
  END $$;

CREATE TRIGGER case_readers_written AFTER INSERT ON case_file
  FOR EACH ROW EXECUTE FUNCTION case_readers_changed();
CREATE TRIGGER case_readers_changed AFTER UPDATE ON case_file FOR EACH ROW
  WHEN ((OLD.reader_seats, OLD.company_id, OLD.person_id, OLD.opened_at, OLD.reference)
    IS DISTINCT FROM
    (NEW.reader_seats, NEW.company_id, NEW.person_id, NEW.opened_at, NEW.reference))
  EXECUTE FUNCTION case_readers_changed();
CREATE TRIGGER case_steered AFTER UPDATE ON case_file FOR EACH ROW
  WHEN ((OLD.moved_at, OLD.phase, OLD.status, OLD.lead_seat_id, OLD.lead_member_id)
    IS DISTINCT FROM
    (NEW.moved_at, NEW.phase, NEW.status, NEW.lead_seat_id, NEW.lead_member_id))
  EXECUTE FUNCTION case_steered();
CREATE TRIGGER company_renamed AFTER UPDATE ON company FOR EACH ROW
  WHEN ((OLD.folded_name, OLD.folded_trade_name, OLD.siren, OLD.commune_code) IS DISTINCT FROM
    (NEW.folded_name, NEW.folded_trade_name, NEW.siren, NEW.commune_code))
  EXECUTE FUNCTION company_renamed();
CREATE TRIGGER person_renamed AFTER UPDATE ON person FOR EACH ROW
  WHEN (OLD.folded_name IS DISTINCT FROM NEW.folded_name)
  EXECUTE FUNCTION person_renamed();
CREATE TRIGGER commune_changed AFTER UPDATE ON ref_commune FOR EACH ROW
  WHEN ((OLD.name_grams, OLD.department_code) IS DISTINCT FROM
    (NEW.name_grams, NEW.department_code))
  EXECUTE FUNCTION commune_changed();
