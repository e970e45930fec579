"""What colleagues may add to a ticket: files."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf.file import MultipleFileField
from wtforms import BooleanField

from kcc.web.forms import BaseForm


class FilesForm(BaseForm):
    """Files for a ticket, for colleagues only when ticked."""

    files = MultipleFileField(_l("Bestanden"))
    internal = BooleanField(_l("Alleen voor collega’s: de inwoner ziet deze bestanden niet"))
