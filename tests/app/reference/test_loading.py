"""Loading of the shipped reference files."""

import pytest
from sqlalchemy import Connection, func, insert, select, update

from app.reference import loading
from app.reference.loading import load_reference
from app.reference.models import (
    Commune,
    CommunePostcode,
    HeadcountBand,
    LegalForm,
    NafCode,
    RetentionRule,
)

NOTHING = {
    "ref_region": 0,
    "ref_department": 0,
    "ref_commune": 0,
    "ref_commune_postcode": 0,
    "ref_naf": 0,
    "ref_legal_form": 0,
    "ref_headcount_band": 0,
    "ref_retention": 0,
}


@pytest.mark.parametrize(
    ("model", "count"),
    [
        (Commune, 35_014),
        (CommunePostcode, 35_539),
        (NafCode, 1_707),
        (LegalForm, 260),
        (HeadcountBand, 16),
        (RetentionRule, 18),
    ],
)
def test_load_reference_fills_the_tables(loaded: Connection, model: type, count: int) -> None:
    assert loaded.scalar(select(func.count()).select_from(model)) == count


def test_load_reference_costs_nothing_twice(loaded: Connection) -> None:
    assert load_reference(loaded) == NOTHING


def test_load_reference_corrects_without_removing(
    loaded: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded.execute(update(LegalForm).where(LegalForm.code == "5710").values(label="?"))
    loaded.execute(insert(LegalForm).values(code="0001", label="Ancienne"))
    legal_forms = next(part for part in loading.PARTS if part.model is LegalForm)
    monkeypatch.setattr(loading, "PARTS", (legal_forms,))
    monkeypatch.setattr(loading, "LOADER_VERSION", "next")

    assert load_reference(loaded) == {"ref_legal_form": 260}
    labels = select(LegalForm.code, LegalForm.label).where(LegalForm.code.in_(["0001", "5710"]))
    assert {code: label for code, label in loaded.execute(labels)} == {
        "0001": "Ancienne",
        "5710": "SAS, société par actions simplifiée",
    }
