-- What was kept until now told every reader of lines that some of them do not hear. A thousand cases at
-- a time, each committed. A case that somebody holds, or the rows of its readers (a company is renamed),
-- is left for the end, and then waited for alone: whoever waits holds nothing that others want.
DO $$
DECLARE
  batch uuid[]; held uuid[]; later uuid[] := '{}';
  last uuid := '00000000-0000-0000-0000-000000000000';
BEGIN
  -- Under FORCE ROW LEVEL SECURITY anybody else would find no row, and say that all is well.
  IF current_user <> 'relais_definer' THEN
    RAISE EXCEPTION 'only relais_definer finds the rows to fill';
  END IF;
  LOOP
    batch := ARRAY(SELECT id FROM case_file WHERE id > last ORDER BY id LIMIT 1000);
    IF batch <> '{}' THEN
      last := batch[cardinality(batch)];
      held := ARRAY(SELECT id FROM case_file WHERE id = ANY (batch) ORDER BY id
        FOR NO KEY UPDATE SKIP LOCKED);
    ELSE
      EXIT WHEN later = '{}';
      held := ARRAY(SELECT id FROM case_file WHERE id = later[1] FOR NO KEY UPDATE);
    END IF;
    -- No case without all of its readers: nobody is waited for while a case is held.
    held := ARRAY(
      WITH free AS MATERIALIZED (SELECT case_id FROM case_reader WHERE case_id = ANY (held)
        ORDER BY case_id, seat_id FOR NO KEY UPDATE SKIP LOCKED)
      SELECT h.id FROM unnest(held) h (id)
      WHERE (SELECT count(*) FROM free WHERE case_id = h.id)
        = (SELECT count(*) FROM case_reader WHERE case_id = h.id));
    later := ARRAY(SELECT id FROM case_file WHERE id = ANY (batch || later) EXCEPT SELECT unnest(held));
    -- The latest of what every reader sees: changes, and lines written for all.
    UPDATE case_file f SET moved_at = seen.at
      FROM (SELECT c.id, greatest(c.opened_at,
              (SELECT max(h.at) FROM case_change h WHERE h.case_id = c.id),
              (SELECT max(e.created_at) FROM timeline_entry e
                WHERE e.case_id = c.id AND e.audience = 'all')) AS at
            FROM case_file c WHERE c.id = ANY (held)) seen
      WHERE f.id = seen.id AND f.moved_at > seen.at;
    UPDATE case_reader r SET moved_at = m.moved_at FROM case_movements(held) m
      WHERE r.case_id = m.case_id AND r.seat_id = m.seat_id AND r.moved_at <> m.moved_at;
    COMMIT;
    IF batch = '{}' AND held = '{}' THEN
      PERFORM pg_sleep(0.2);
    END IF;
  END LOOP;
END $$;
