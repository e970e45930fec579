"""What every web worker needs, read once before they are forked, so that they share its memory."""

from __future__ import annotations

import gc
from datetime import UTC, datetime

from flask import Flask
from flask_babel import force_locale, format_datetime, format_decimal, get_babel, gettext
from sqlalchemy.orm import configure_mappers

from kcc.core.search_text import index_terms


def warm_up(app: Flask) -> None:
    """Make ready what the first requests would: tables, templates, languages, Dutch words; then keep it all in place."""
    configure_mappers()
    index_terms("begin")
    for template in app.jinja_env.list_templates(extensions=["html"]):
        app.jinja_env.get_template(template)
    with app.test_request_context():
        for locale in get_babel(app).instance.list_translations():
            with force_locale(str(locale)):
                gettext("Wachtrij")
                format_datetime(datetime.now(UTC))
                format_decimal(1.5)
    gc.collect()
    # A collection in a worker would otherwise touch, and so copy, every page that it shares with the others.
    gc.freeze()
