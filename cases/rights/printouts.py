"""A copy as a document to read and as a file for machines."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from app.pdf import render_pdf
from cases.rights.enums import LeftOutReason


def render_copy(
    content: Sequence[Mapping[str, Any]],
    left_out: Mapping[str, int],
    organisation: str,
    made_at: datetime,
) -> bytes:
    """PDF of the parts that are given, with the number of those that are not and why."""
    return render_pdf(
        "cases/rights/copy_print.html",
        content=content,
        left_out=[(LeftOutReason(code).label, count) for code, count in left_out.items()],
        organisation=organisation,
        made_at=made_at,
    )


def copy_json(
    content: Sequence[Mapping[str, Any]],
    left_out: Mapping[str, int],
    organisation: str,
    made_at: datetime,
) -> bytes:
    """The same in a structured, commonly used format (RGPD art. 15-3), in UTF-8."""
    document = {
        "format": "relais-copie-1",
        "organisation": organisation,
        "etablie_le": made_at.isoformat(),
        "parties": [
            {
                "titre": part["title"],
                "elements": [
                    {
                        "titre": one["title"],
                        "valeurs": [{"nom": name, "valeur": value} for name, value in one["lines"]],
                    }
                    for one in part["entries"]
                ],
            }
            for part in content
        ],
        "non_remis": [
            {"motif": LeftOutReason(code).label, "nombre": count}
            for code, count in left_out.items()
        ],
    }
    return json.dumps(document, ensure_ascii=False, indent=2).encode()
