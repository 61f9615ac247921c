"""The blueprint of needs and referrals."""

from flask import Blueprint

blueprint = Blueprint("referrals", __name__)
