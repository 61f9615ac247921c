"""Labels that templates of companies use."""

from app.reference.labels import headcount_label, legal_form_label, naf_label

template_globals = {
    "naf_label": naf_label,
    "legal_form_label": legal_form_label,
    "headcount_label": headcount_label,
}
