"""Requests of the person on a case at the end of its time: they go with its words."""

import uuid
from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy import delete

from app.db import db
from cases.rights.models import RightsCopy, RightsRequest


def forget_requests_of_cases(delays: Mapping[uuid.UUID, timedelta]) -> None:
    """Delete requests and what was copied for them. Handler of the hook ``cases_anonymised``."""
    for model in (RightsCopy, RightsRequest):
        db.session.execute(delete(model).where(model.case_id.in_(list(delays))))
