"""The blueprint that the pages of this room share."""

from flask import Blueprint

bp = Blueprint("setup", __name__, url_prefix="/setup")
