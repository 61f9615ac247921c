"""French labels of reference codes, read once per process from the shipped files.

No query: a page shows as many labels as it likes. An unknown code is shown as it is.
"""

from functools import cache

from app.reference.packaged import read_rows

SHORT_BANDS = {"NN": "Sans salarié", "00": "Sans salarié en fin d’année"}


def naf_label(code: str | None) -> str:
    """Label of a NAF code at any level (``56.10A``), or the code; empty for none."""
    return _label("naf", code)


def naf_section_label(code: str | None) -> str:
    """Label of a NAF section (``A`` to ``U``), or the code; empty for none."""
    return _label("naf_sections", code)


def legal_form_label(code: str | None) -> str:
    """Label of a legal form (``5710``), or the code; empty for none."""
    return _label("legal_forms", code)


def headcount_label(code: str | None) -> str:
    """Label of a headcount band (``11``), or the code; empty for none.

    INSEE's own two first labels are definitions: a page says them in a few words.
    """
    return SHORT_BANDS.get(code or "") or _label("headcount_bands", code)


def department_label(code: str | None) -> str:
    """Name of a département (``33``), or the code; empty for none."""
    return _label("departments", code, "name")


def region_label(code: str | None) -> str:
    """Name of a region (``75``), or the code; empty for none."""
    return _label("regions", code, "name")


def naf_choices() -> list[tuple[str, str]]:
    """Every activity a company may have (five-character codes), as (code, label)."""
    return [(code, label) for code, label in labels_of("naf").items() if len(code) == 6]


def legal_form_choices() -> list[tuple[str, str]]:
    """Every legal form, as (code, label)."""
    return list(labels_of("legal_forms").items())


def headcount_choices() -> list[tuple[str, str]]:
    """Every headcount band from the smallest, as (code, label)."""
    return list(labels_of("headcount_bands").items())


def department_choices() -> list[tuple[str, str]]:
    """Every département, as (code, name)."""
    return list(labels_of("departments", "name").items())


def region_choices() -> list[tuple[str, str]]:
    """Every region, as (code, name)."""
    return list(labels_of("regions", "name").items())


def headcount_bounds(code: str | None) -> tuple[int, int | None] | None:
    """Fewest and most employees of a band (None: no upper bound); None for an unknown band."""
    return _bounds().get(code or "")


def is_known(name: str, code: str | None) -> bool:
    """Is this code in the shipped file (``naf``, ``legal_forms``, ``headcount_bands``)?"""
    return code is not None and code in labels_of(name)


@cache
def labels_of(name: str, column: str = "label") -> dict[str, str]:
    """Labels of a shipped file by code, in its order; never change the dictionary, it is shared."""
    return {row["code"]: row[column] for row in read_rows(name)}


@cache
def region_of(department: str) -> str | None:
    """Region code of a département, None when unknown."""
    return labels_of("departments", "region").get(department)


@cache
def _bounds() -> dict[str, tuple[int, int | None]]:
    rows = read_rows("headcount_bands")
    return {
        row["code"]: (int(row["low"]), int(row["high"]) if row["high"] else None) for row in rows
    }


def _label(name: str, code: str | None, column: str = "label") -> str:
    return labels_of(name, column).get(code, code) if code else ""
