-- Figures of a territory, counted when something changes and not when they are read. One fact is one
-- thing that one cell counts: a case by its phase or its outcome, a need by its subject, a referral
-- by its state and again by its form. Facts say in which place and month a thing counts, and whose
-- it is; changes of their numbers are appended, then folded into sums. No row is shared by two
-- transactions that work on different things, so that nobody waits for a counter.

-- The place of a case: a département; « region » and its code, or « country », for an anonymised case
-- of which only that is still known; null when it is counted nowhere. The three that follow carry
-- no right of their own and are written to be merged into the statements of who calls them.
CREATE FUNCTION territory_case() RETURNS TABLE (id uuid, who uuid, place text, phase text,
    status text, outcome text, closed_at timestamptz) LANGUAGE sql STABLE
  AS $$ SELECT f.id, coalesce(f.company_id, f.person_id, f.id), coalesce(r.department_code,
      m.department, CASE WHEN m.case_id IS NOT NULL THEN coalesce('region ' || m.region, 'country')
      END), f.phase, f.status, f.outcome, f.closed_at
    FROM case_file f LEFT JOIN company c ON c.id = f.company_id
      LEFT JOIN person p ON p.id = f.person_id
      LEFT JOIN ref_commune r ON r.code = coalesce(c.commune_code, p.commune_code)
      LEFT JOIN case_remains m ON m.case_id = f.id $$;
-- Months are those of Paris; what is counted as it stands has one that is never past.
CREATE FUNCTION month_of(p_at timestamptz) RETURNS date LANGUAGE sql STABLE
  AS $$ SELECT date_trunc('month', p_at AT TIME ZONE 'Europe/Paris')::date $$;
CREATE FUNCTION territory_facts() RETURNS TABLE (case_id uuid, source_id uuid, measure text,
    cell text, place text, month date, who uuid) LANGUAGE sql STABLE
  AS $$
    SELECT f.id, f.id, 'phase', f.phase, f.place, DATE '9999-12-01', f.who FROM territory_case() f
      WHERE f.place IS NOT NULL AND f.status <> 'closed'
    UNION ALL
    SELECT f.id, f.id, 'outcome', f.outcome, f.place, month_of(f.closed_at), f.who
      FROM territory_case() f WHERE f.place IS NOT NULL AND f.closed_at IS NOT NULL
    UNION ALL
    SELECT f.id, n.id, 'subject', n.subject, f.place, month_of(n.created_at), f.who
      FROM need n JOIN territory_case() f ON f.id = n.case_id
      WHERE f.place IS NOT NULL AND n.subject <> 'health'
    UNION ALL
    SELECT f.id, r.id, 'referral', r.state, f.place, month_of(r.sent_at), f.who
      FROM referral r JOIN territory_case() f ON f.id = r.case_id
      WHERE f.place IS NOT NULL AND r.sent_at IS NOT NULL AND r.state <> 'draft'
        AND r.subject <> 'health'
    UNION ALL
    SELECT f.id, r.id, 'kind', r.kind, f.place, month_of(r.sent_at), f.who
      FROM referral r JOIN territory_case() f ON f.id = r.case_id
      WHERE f.place IS NOT NULL AND r.sent_at IS NOT NULL AND r.state <> 'draft'
        AND r.subject <> 'health' $$;
REVOKE ALL ON FUNCTION territory_case(), territory_facts() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION territory_case(), territory_facts() TO relais_definer;

-- Makes the facts of these cases what they should be; touches only those that differ.
CREATE FUNCTION recount_territory(p_cases uuid[]) RETURNS void LANGUAGE sql VOLATILE
  SECURITY DEFINER SET search_path = pg_catalog, public
  AS $$
    WITH wanted AS MATERIALIZED (SELECT * FROM territory_facts() t WHERE t.case_id = ANY (p_cases)),
    gone AS (DELETE FROM territory_fact k WHERE k.case_id = ANY (p_cases) AND NOT EXISTS (
        SELECT FROM wanted w WHERE (w.case_id, w.source_id, w.measure)
          = (k.case_id, k.source_id, k.measure)))
    INSERT INTO territory_fact (case_id, source_id, measure, cell, place, month, who)
      SELECT w.* FROM wanted w WHERE NOT EXISTS (SELECT FROM territory_fact k
        WHERE (k.case_id, k.source_id, k.measure, k.cell, k.place, k.month, k.who)
          = (w.case_id, w.source_id, w.measure, w.cell, w.place, w.month, w.who))
      ON CONFLICT (case_id, source_id, measure) DO UPDATE SET cell = excluded.cell,
        place = excluded.place, month = excluded.month, who = excluded.who $$;

-- A case that moved is recounted at once, and once more when every transaction that may have counted
-- something of it in its former place has ended (``settle_territory``).
CREATE FUNCTION move_territory(p_cases uuid[]) RETURNS void LANGUAGE sql VOLATILE
  SECURITY DEFINER SET search_path = pg_catalog, public
  AS $$
    INSERT INTO territory_recount (id, case_id)
      SELECT gen_random_uuid(), c FROM unnest(p_cases) c WHERE c IS NOT NULL;
    SELECT recount_territory(p_cases) $$;
REVOKE ALL ON FUNCTION recount_territory(uuid[]), move_territory(uuid[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION recount_territory(uuid[]), move_territory(uuid[]) TO relais_definer;

CREATE FUNCTION case_counted() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public
  AS $$ BEGIN
    PERFORM recount_territory(ARRAY[coalesce(NEW.id, OLD.id)]);
    RETURN NULL;
  END $$;
CREATE TRIGGER case_counted AFTER INSERT OR DELETE OR UPDATE OF phase, status, outcome, closed_at
  ON case_file FOR EACH ROW EXECUTE FUNCTION case_counted();
CREATE FUNCTION case_moved_place() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public
  AS $$ BEGIN
    PERFORM move_territory(ARRAY[NEW.id]);
    RETURN NULL;
  END $$;
CREATE TRIGGER case_moved_place AFTER UPDATE OF company_id, person_id ON case_file
  FOR EACH ROW WHEN ((OLD.company_id, OLD.person_id) IS DISTINCT FROM
    (NEW.company_id, NEW.person_id)) EXECUTE FUNCTION case_moved_place();

CREATE FUNCTION part_counted() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public
  AS $$ BEGIN
    PERFORM recount_territory(ARRAY[OLD.case_id, NEW.case_id]);
    RETURN NULL;
  END $$;
CREATE TRIGGER part_counted AFTER INSERT OR DELETE OR UPDATE OF case_id, subject, created_at ON need
  FOR EACH ROW EXECUTE FUNCTION part_counted();
CREATE TRIGGER part_counted AFTER INSERT OR DELETE
  OR UPDATE OF case_id, kind, state, subject, sent_at ON referral
  FOR EACH ROW EXECUTE FUNCTION part_counted();

CREATE FUNCTION remains_counted() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public
  AS $$ BEGIN
    PERFORM move_territory(ARRAY[coalesce(NEW.case_id, OLD.case_id)]);
    RETURN NULL;
  END $$;
CREATE TRIGGER remains_counted AFTER INSERT OR UPDATE OR DELETE ON case_remains
  FOR EACH ROW EXECUTE FUNCTION remains_counted();
CREATE FUNCTION company_moved_place() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public
  AS $$ BEGIN
    PERFORM move_territory(ARRAY(SELECT id FROM case_file WHERE company_id = NEW.id));
    RETURN NULL;
  END $$;
CREATE TRIGGER company_moved_place AFTER UPDATE OF commune_code ON company
  FOR EACH ROW WHEN (OLD.commune_code IS DISTINCT FROM NEW.commune_code)
  EXECUTE FUNCTION company_moved_place();
CREATE FUNCTION person_moved_place() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public
  AS $$ BEGIN
    PERFORM move_territory(ARRAY(SELECT id FROM case_file WHERE person_id = NEW.id));
    RETURN NULL;
  END $$;
CREATE TRIGGER person_moved_place AFTER UPDATE OF commune_code ON person
  FOR EACH ROW WHEN (OLD.commune_code IS DISTINCT FROM NEW.commune_code)
  EXECUTE FUNCTION person_moved_place();
CREATE FUNCTION commune_moved_place() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public
  AS $$ BEGIN
    PERFORM move_territory(ARRAY(
      SELECT f.id FROM case_file f JOIN company c ON c.id = f.company_id
        WHERE c.commune_code = NEW.code
      UNION SELECT f.id FROM case_file f JOIN person p ON p.id = f.person_id
        WHERE p.commune_code = NEW.code));
    RETURN NULL;
  END $$;
CREATE TRIGGER commune_moved_place AFTER UPDATE OF department_code ON ref_commune
  FOR EACH ROW WHEN (OLD.department_code <> NEW.department_code)
  EXECUTE FUNCTION commune_moved_place();

-- Folds what was appended since into the sums; a second run at the same time does nothing.
CREATE FUNCTION fold_territory() RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public
  AS $$ DECLARE folded bigint; BEGIN
    IF NOT pg_try_advisory_xact_lock(7305010) THEN RETURN 0; END IF;
    WITH gone AS (DELETE FROM territory_delta RETURNING *),
    kept AS (INSERT INTO territory_cell AS k (place, measure, cell, month, figure)
      SELECT place, measure, cell, month, sum(change) FROM gone GROUP BY 1, 2, 3, 4
        HAVING sum(change) <> 0
      ON CONFLICT (place, month, measure, cell) DO UPDATE SET figure = k.figure + excluded.figure)
    SELECT count(*) INTO folded FROM gone;
    DELETE FROM territory_cell WHERE figure = 0;
    RETURN folded;
  END $$;
-- Recounts the cases that moved, when it is sure that nothing written of their former place is still
-- to come. A transaction that did not see the move had its number before the move was first found
-- here, hence a lower one than what is then written beside it: it must come first in its transaction.
CREATE FUNCTION settle_territory() RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public
  AS $$ DECLARE found_now uuid[]; due uuid[]; BEGIN
    IF pg_current_xact_id_if_assigned() IS NOT NULL OR NOT pg_try_advisory_xact_lock(7305010) THEN
      RETURN 0;
    END IF;
    SELECT array_agg(id) INTO found_now FROM territory_recount WHERE seen_before IS NULL;
    WITH gone AS (DELETE FROM territory_recount
      WHERE seen_before < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
      RETURNING case_id)
    SELECT array_agg(DISTINCT case_id) INTO due FROM gone;
    IF due IS NOT NULL THEN PERFORM recount_territory(due); END IF;
    UPDATE territory_recount SET seen_before = pg_current_xact_id()::text::bigint
      WHERE id = ANY (found_now);
    RETURN coalesce(cardinality(due), 0);
  END $$;
-- Counts everything again, whatever was counted. Sums and what is not folded yet are replaced in one
-- statement: what others append meanwhile is on neither side of it.
CREATE FUNCTION rebuild_territory() RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public
  AS $$ DECLARE counted bigint; BEGIN
    PERFORM pg_advisory_xact_lock(7305010);
    WITH wanted AS MATERIALIZED (SELECT * FROM territory_facts()),
    gone AS (DELETE FROM territory_fact k WHERE NOT EXISTS (
        SELECT FROM wanted w WHERE (w.case_id, w.source_id, w.measure)
          = (k.case_id, k.source_id, k.measure)))
    INSERT INTO territory_fact (case_id, source_id, measure, cell, place, month, who)
      SELECT w.* FROM wanted w WHERE NOT EXISTS (SELECT FROM territory_fact k
        WHERE (k.case_id, k.source_id, k.measure, k.cell, k.place, k.month, k.who)
          = (w.case_id, w.source_id, w.measure, w.cell, w.place, w.month, w.who))
      ON CONFLICT (case_id, source_id, measure) DO UPDATE SET cell = excluded.cell,
        place = excluded.place, month = excluded.month, who = excluded.who;
    DELETE FROM territory_cell;
    WITH gone AS (DELETE FROM territory_delta)
    INSERT INTO territory_cell (place, measure, cell, month, figure)
      SELECT place, measure, cell, month, count(*) FROM territory_fact GROUP BY 1, 2, 3, 4;
    SELECT count(*) INTO counted FROM territory_fact;
    RETURN counted;
  END $$;
REVOKE ALL ON FUNCTION fold_territory(), settle_territory(), rebuild_territory() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION fold_territory(), settle_territory(), rebuild_territory()
  TO relais_worker;
