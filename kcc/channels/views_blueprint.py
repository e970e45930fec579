"""The blueprints that the views of this room join: its own, and those that stand in the bar."""

from flask import Blueprint

bp = Blueprint("channels", __name__)
mail_bp = Blueprint("mail", __name__, url_prefix="/mail")
mail_texts_bp = Blueprint("mail_texts", __name__, url_prefix="/mail/texts")
