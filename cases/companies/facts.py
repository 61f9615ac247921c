"""What is written about a company: typed by hand, or read in the public registry."""

from dataclasses import dataclass
from datetime import date

from app.reference.labels import is_known
from cases.companies.enums import CompanySource
from cases.companies.registry import RegistryCompany

UNDISCLOSED_NAME = "Entreprise non diffusible"


@dataclass(frozen=True)
class CompanyFacts:
    """Columns of a company that are typed or read; codes are those of INSEE, known ones only."""

    name: str
    siren: str | None = None
    siret: str | None = None
    trade_name: str = ""
    legal_form: str | None = None
    naf: str | None = None
    headcount_band: str | None = None
    commune_code: str | None = None
    postcode: str = ""
    address: str = ""
    created_on: date | None = None
    closed_on: date | None = None
    is_closed: bool = False
    is_undisclosed: bool = False
    is_craft: bool = False
    is_ess: bool = False
    source: CompanySource = CompanySource.TYPED


def facts_of(found: RegistryCompany) -> CompanyFacts:
    """A company of the public registry; codes that our lists do not hold are left out.

    ``commune_code`` is not checked here: the command does, against the table of communes.
    """
    return CompanyFacts(
        name=found.name or found.trade_name or f"{UNDISCLOSED_NAME} ({found.siren})",
        siren=found.siren,
        siret=found.siret,
        trade_name=found.trade_name or "",
        legal_form=_known("legal_forms", found.legal_form),
        naf=_known("naf", found.naf),
        headcount_band=_known("headcount_bands", found.headcount_band),
        commune_code=found.commune,
        postcode=found.postcode or "",
        address=found.address or "",
        created_on=found.created_on,
        closed_on=found.closed_on,
        is_closed=found.closed,
        is_undisclosed=found.undisclosed,
        is_craft=found.is_craft,
        is_ess=found.is_ess,
        source=CompanySource.REGISTRY,
    )


def _known(name: str, code: str | None) -> str | None:
    return code if is_known(name, code) else None
