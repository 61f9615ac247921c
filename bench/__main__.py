"""``python -m bench``: fill a database, say how to connect to it, stop it."""

import sys

from app.embedded.places import DATABASE
from bench.database.filling import Filled, close_filled, forget_filled, open_filled

USAGE = "python -m bench fill CASES | refill CASES | stop CASES"


def main(arguments: list[str]) -> int:
    """Exit code."""
    match arguments:
        case ["fill", cases]:
            _tell(open_filled(int(cases)))
        case ["refill", cases]:
            forget_filled(int(cases))
            _tell(open_filled(int(cases)))
        case ["stop", cases]:
            close_filled(open_filled(int(cases)))
        case _:
            print(USAGE, file=sys.stderr)
            return 2
    return 0


def _tell(filled: Filled) -> None:
    """Addresses for ``psql`` and for whoever looks at plans by hand."""
    print(f"{filled.cases} cases in {filled.folder}, the server runs (stop {filled.cases} ends it)")
    for login in ("postgres", "relais_web"):
        print(f"{login:12} {filled.info.dsn(login, DATABASE)}")


sys.exit(main(sys.argv[1:]))
