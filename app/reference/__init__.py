"""Public reference data: territories, activities, legal forms, headcount bands.

Sources and licences: ``app/reference/data/README.md``.
"""
