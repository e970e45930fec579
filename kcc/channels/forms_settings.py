"""What administrators may type about a web form: its words and the sites that may show it."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import StringField
from wtforms.validators import ValidationError

from kcc.channels import rules_forms as rules
from kcc.web.forms import Limit, LongTextField, SeenForm


class WebFormForm(SeenForm):
    """Words in two languages, and sites."""

    title_nl = StringField(_l("Kop in het Nederlands"), validators=[Limit(120)])
    intro_nl = LongTextField(_l("Inleiding in het Nederlands"), limit=1000)
    title_en = StringField(_l("Kop in het Engels"), validators=[Limit(120)])
    intro_en = LongTextField(_l("Inleiding in het Engels"), limit=1000)
    sites = LongTextField(_l("Sites die het formulier in een kader mogen tonen"), limit=2000)

    def validate_sites(self, field: Any) -> None:
        """One https origin on each line."""
        try:
            rules.sites_of(field.data or "")
        except ValueError as fault:
            raise ValidationError(
                _("%(site)s is geen site. Begin met https:// en laat alles na de naam weg.", site=str(fault))
            ) from fault

    def words(self) -> dict[str, dict[str, str]]:
        """The words by language."""
        return {
            language: {name: self[f"{name}_{language}"].data or "" for name in ("title", "intro")}
            for language in rules.LANGUAGES
        }
