"""Case, participation, legal basis, timeline, assessment, actions.

``case_file.reader_seats`` is kept by a trigger from the participations, which are the truth; every
policy of the case's children leans on it.
"""

from cases.casework.models.answers import ActionReply
from cases.casework.models.cases import CaseChange, CaseFile
from cases.casework.models.outside import OutsideAccess
from cases.casework.models.reading import CaseReader
from cases.casework.models.sharing import LegalBasis, Participation
from cases.casework.models.work import (
    Assessment,
    AssessmentDebt,
    CaseAction,
    EntryRevision,
    TimelineEntry,
)

__all__ = [
    "ActionReply",
    "Assessment",
    "AssessmentDebt",
    "CaseAction",
    "CaseChange",
    "CaseFile",
    "CaseReader",
    "EntryRevision",
    "LegalBasis",
    "OutsideAccess",
    "Participation",
    "TimelineEntry",
]
