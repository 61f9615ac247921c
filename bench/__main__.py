"""``python -m bench``: measure, fill a database, say how to connect to it, stop it."""

import os
import sys

from app.embedded.places import DATABASE
from bench.database.filling import Filled, forget_filled, open_filled, stop_filled
from bench.database.places import FOLDER

USAGE = "python -m bench run CASES… | fill CASES | refill CASES | stop CASES | machines"
DEFAULT_SIZES = ["10000", "100000"]


def main(arguments: list[str]) -> int:
    """Exit code."""
    match arguments:
        case ["run", *sizes]:
            return _run([int(size) for size in sizes or DEFAULT_SIZES])
        case ["fill", cases]:
            _tell(open_filled(int(cases)))
        case ["refill", cases]:
            forget_filled(int(cases))
            _tell(open_filled(int(cases)))
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
    """Measure every size, print the table, keep the results."""
    from bench.measure.report import table, write_file
    from bench.measure.running import measure_size
    from bench.measure.servers import machine_facts

    results, before = {}, machine_facts()
    for size in sorted(sizes):
        if os.environ.get("FRESH") == "1":
            forget_filled(size)
        filled = open_filled(size)
        try:
            results[size] = measure_size(filled)
        finally:
            stop_filled(size)
    machine = {**before, "load_average_after": machine_facts()["load_average"]}
    write_file(results, machine, FOLDER / "results.json")
    print("\n".join(table(results)))
    print(f"\nbench: {machine}\nbench: kept in {FOLDER / 'results.json'}")
    return 0


def _tell(filled: Filled) -> None:
    """Addresses for ``psql`` and for whoever looks at plans by hand."""
    print(f"{filled.cases} cases in {filled.folder}, the server runs (stop {filled.cases} ends it)")
    for login in ("postgres", "relais_web"):
        print(f"{login:12} {filled.info.dsn(login, DATABASE)}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
