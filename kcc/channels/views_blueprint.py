"""The blueprint that all views of this room join."""

from flask import Blueprint

bp = Blueprint("channels", __name__)
