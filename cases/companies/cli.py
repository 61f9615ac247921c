"""Command line of the companies: reading an answer of the public search."""

import dataclasses
import json
from datetime import date
from pathlib import Path

import click

from cases.companies.errors import RegistryUnavailable
from cases.companies.registry import RegistryCompany, parse_answer

SHOWN = (
    "siren",
    "name",
    "naf",
    "legal_form",
    "headcount_band",
    "commune",
    "postcode",
    "created_on",
    "closed",
    "undisclosed",
)


@click.group("registry")
def registry_group() -> None:
    """The public company search."""


@registry_group.command("read")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list.")
def read(file: Path, as_json: bool) -> None:
    """Print what the company look-up understands of a raw answer kept in FILE."""
    shown = [_shown(company) for company in _companies_in(file)]
    if as_json:
        click.echo(json.dumps(shown, ensure_ascii=False, indent=2))
        return
    for company in shown:
        click.echo("  ".join(f"{key}={value}" for key, value in company.items()))


def _companies_in(file: Path) -> list[RegistryCompany]:
    try:
        return parse_answer(json.loads(file.read_bytes()))
    except (ValueError, RecursionError, RegistryUnavailable) as error:
        raise click.ClickException(f"{file.name} is no answer of the company search") from error


def _shown(company: RegistryCompany) -> dict[str, str | bool | None]:
    values = dataclasses.asdict(company)
    return {
        key: values[key].isoformat() if isinstance(values[key], date) else values[key]
        for key in SHOWN
    }


commands = [registry_group]
