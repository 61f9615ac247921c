"""``python -m bench``: measure, explain, fill a database, say how to connect to it, stop it."""

import os
import sys
from typing import Any

from app.embedded.places import DATABASE
from bench.database.filling import Filled, forget_filled, open_filled, stop_filled
from bench.database.places import FOLDER

USAGE = "python -m bench run CASES… | fill | refill | plans | stop CASES | machines"
DEFAULT_SIZES = ["10000", "100000"]


def main(arguments: list[str]) -> int:
    """Exit code."""
    match arguments:
        case ["run", *sizes]:
            return _run(sorted({int(size) for size in sizes or DEFAULT_SIZES}))
        case ["fill", cases]:
            _tell(open_filled(int(cases)))
        case ["refill", cases]:
            forget_filled(int(cases))
            _tell(open_filled(int(cases)))
        case ["plans", cases]:
            _explain(int(cases))
        case ["stop", cases]:
            stop_filled(int(cases))
        case ["machines"]:
            from bench.machines.running import try_machines

            return try_machines()
        case _:
            print(USAGE, file=sys.stderr)
            return 2
    return 0


def _run(sizes: list[int]) -> int:
    """Measure every size, then the growth between them; print the tables, keep the results."""
    from bench.measure.machine import load_average, machine_facts
    from bench.measure.progress import say
    from bench.measure.report import Report, table, write_file
    from bench.measure.running import measure_size

    results: dict[int, dict[str, Any]] = {}
    machine = {**machine_facts(), "load_average": load_average()}
    for size in sizes:
        if os.environ.get("FRESH") == "1":
            forget_filled(size)
        say(f"{size} cases: the database is looked for, or filled")
        try:
            results[size] = measure_size(open_filled(size), with_day=size == sizes[-1])
        finally:
            stop_filled(size)
    growth = _growth(sizes)
    machine["load_average_after"] = load_average()
    report = Report(results, growth, machine)
    write_file(report, FOLDER / "results.json")
    print("\n".join(table(report)))
    say(f"kept in {FOLDER / 'results.json'}")
    return 0


def _growth(sizes: list[int]) -> dict[str, Any]:
    """From the size that the aims start from to the largest; nothing when either is missing."""
    from bench.measure.growth import measure_growth
    from bench.measure.reaches import GROWTH, GROWTH_SIZES

    small, large = GROWTH_SIZES[0], sizes[-1]
    if small not in sizes or large == small:
        return {}
    try:
        return measure_growth(open_filled(small), open_filled(large), list(GROWTH))
    finally:
        stop_filled(small)
        stop_filled(large)


def _explain(cases: int) -> None:
    """The plans of the main queries at this size."""
    from bench.measure.plans import plans_of

    try:
        print("\n".join(plans_of(open_filled(cases))))
    finally:
        stop_filled(cases)


def _tell(filled: Filled) -> None:
    """Addresses for ``psql`` and for whoever looks at plans by hand."""
    print(f"{filled.cases} cases in {filled.folder}, the server runs (stop {filled.cases} ends it)")
    for login in ("postgres", "relais_web"):
        print(f"{login:12} {filled.info.dsn(login, DATABASE)}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
