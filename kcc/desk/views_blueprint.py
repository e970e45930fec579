"""The blueprint of the desk, which its files of views join."""

from flask import Blueprint

bp = Blueprint("desk", __name__, url_prefix="/desk")
