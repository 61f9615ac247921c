"""What the casework shows on the pages of other features."""

from app.actors import Actor
from app.web.panels import Panel
from cases.casework.queries import list_cases_of_company
from cases.casework.territory import is_outside
from cases.companies.models import Company


def cases_panel(company: Company, actor: Actor) -> Panel:
    """The cases of a company that the actor reads; says nothing of the others."""
    cases = list_cases_of_company(company.id, actor)
    return Panel(
        title="Dossiers que vous suivez",
        template="cases/casework/_company_cases.html",
        context={
            "cases": cases,
            "company": company,
            "outside": {case.id for case in cases if is_outside(actor, case)},
        },
        order=10,
        key="cases",
    )
