"""Loading the shipped reference files: safe to run at every start, free when nothing changed."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Table, delete, select, text
from sqlalchemy.dialects.postgresql import insert as upsert

from app import clock
from app.db import Base
from app.folding import fold, grams
from app.reference import models
from app.reference.packaged import content_hash, read_rows

Row = dict[str, Any]
#: Raise it when the way rows are computed from the files changes (folding, grams).
LOADER_VERSION = "1"


@dataclass(frozen=True)
class Part:
    """A table, the shipped file it comes from, and how a line becomes rows."""

    model: type[Base]
    source: str
    rows_of: Callable[[Row], Iterable[Row]]

    @property
    def table(self) -> Table:
        """The mapped table."""
        return Base.metadata.tables[self.model.__tablename__]


def load_reference(connection: Connection) -> dict[str, int]:
    """Fill the reference tables; return the number of rows loaded by table, 0 when unchanged.

    Runs in the caller's transaction, under a role that may write these tables. Rows are added or
    corrected, never removed (cases refer to them), except postcodes.
    """
    loads = connection.execute(select(_LOAD.c.name, _LOAD.c.content_hash))
    known = {name: signature for name, signature in loads}
    return {part.table.name: _load_part(connection, part, known) for part in PARTS}


def _load_part(connection: Connection, part: Part, known: dict[str, str]) -> int:
    signature = f"{LOADER_VERSION}:{content_hash(part.source)}"
    if known.get(part.table.name) == signature:
        return 0
    rows = [row for line in read_rows(part.source) for row in part.rows_of(line)]
    if part.model is models.CommunePostcode:
        connection.execute(delete(part.table))
    _merge(connection, part.table, rows)
    _remember(connection, part.table.name, signature, len(rows))
    return len(rows)


def _merge(connection: Connection, table: Table, rows: list[Row]) -> None:
    """COPY into a temporary table, then insert or correct: COPY itself refuses row security."""
    columns = [column.name for column in table.columns]
    names = ", ".join(columns)
    incoming = f"incoming_{table.name}"
    connection.execute(text(f"CREATE TEMP TABLE {incoming} (LIKE {table.name}) ON COMMIT DROP"))
    driver: Any = connection.connection.driver_connection
    with driver.cursor().copy(f"COPY {incoming} ({names}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row([row[name] for name in columns])
    connection.execute(text(_merge_sql(table, names, incoming)))
    connection.execute(text(f"DROP TABLE {incoming}"))


def _merge_sql(table: Table, names: str, incoming: str) -> str:
    keys = {column.name for column in table.primary_key}
    changed = [column.name for column in table.columns if column.name not in keys]
    assigned = ", ".join(f"{name} = EXCLUDED.{name}" for name in changed)
    action = f"DO UPDATE SET {assigned}" if changed else "DO NOTHING"
    conflict = f"ON CONFLICT ({', '.join(sorted(keys))}) {action}"
    return f"INSERT INTO {table.name} ({names}) SELECT {names} FROM {incoming} {conflict}"


def _remember(connection: Connection, name: str, signature: str, count: int) -> None:
    values = {"content_hash": signature, "row_count": count, "loaded_at": clock.now()}
    statement = upsert(_LOAD).values(name=name, **values)
    connection.execute(statement.on_conflict_do_update(index_elements=["name"], set_=values))


def _commune(line: Row) -> Iterator[Row]:
    yield {
        "code": line["code"],
        "name": line["name"],
        "folded_name": fold(line["name"]),
        "name_grams": grams(line["name"]),
        "department_code": line["department"],
        "region_code": line["region"],
        "population": int(line["population"]) if line["population"] else None,
    }


def _postcodes(line: Row) -> Iterator[Row]:
    for postcode in dict.fromkeys(line["postcodes"].split()):
        yield {"commune_code": line["code"], "postcode": postcode}


def _department(line: Row) -> Iterator[Row]:
    yield {**line, "region_code": line["region"]}


def _band(line: Row) -> Iterator[Row]:
    high = int(line["high"]) if line["high"] else None
    yield {**line, "rank": int(line["rank"]), "low": int(line["low"]), "high": high}


def _retention(line: Row) -> Iterator[Row]:
    numbers = ("rank", "months", "days", "least_months", "longest_months")
    yield {**line, **{name: int(line[name]) if line[name] else None for name in numbers}}


def _as_is(line: Row) -> Iterator[Row]:
    yield line


_LOAD = Base.metadata.tables[models.ReferenceLoad.__tablename__]
#: In the order of their foreign keys.
PARTS = (
    Part(models.Region, "regions", _as_is),
    Part(models.Departement, "departments", _department),
    Part(models.Commune, "communes", _commune),
    Part(models.CommunePostcode, "communes", _postcodes),
    Part(models.NafCode, "naf", _as_is),
    Part(models.LegalForm, "legal_forms", _as_is),
    Part(models.HeadcountBand, "headcount_bands", _band),
    Part(models.RetentionRule, "retention", _retention),
)
