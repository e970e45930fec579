"""What readers and editors of articles fill in."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateField, IntegerField, SelectField, SelectMultipleField, StringField
from wtforms.validators import InputRequired, Optional
from wtforms.widgets import CheckboxInput, HiddenInput, ListWidget

from kcc.core.errors import InvalidInput
from kcc.knowledge import rules
from kcc.knowledge.actions import ArticleText, OverlayText
from kcc.knowledge.models import Article, ArticleOverlay
from kcc.web.forms import BaseForm, Limit, LongTextField

REQUIRED = InputRequired(_l("Vul dit in."))


class TopicsField(SelectMultipleField):  # type: ignore[misc]
    """Topics to tick."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class SearchForm(BaseForm):
    """Words to look for, in one municipality."""

    text = StringField(_l("Zoeken in de kennis"), validators=[Limit(rules.LONGEST_QUERY)])
    town = IntegerField(_l("Gemeente"), validators=[Optional()], widget=HiddenInput())


class ReportForm(BaseForm):
    """What a reader finds wrong."""

    text = LongTextField(
        _l("Wat klopt er niet?"),
        limit=1000,
        validators=[REQUIRED],
        description=_l("Schrijf geen gegevens van inwoners op."),
    )


class ArticleForm(BaseForm):
    """An article as its editor writes it; ``version`` is the one that was shown."""

    version = IntegerField(widget=HiddenInput(), validators=[Optional()])
    place = SelectField(_l("Voor wie geldt dit?"), validate_choice=True)
    title = StringField(_l("Titel"), validators=[REQUIRED, Limit(200)])
    body = LongTextField(
        _l("Tekst"),
        limit=20_000,
        validators=[REQUIRED],
        description=_l("Koppen met ##, opsommingen met -, een waarde van de gemeente met {{ naam }}."),
    )
    desk_memo = LongTextField(_l("Alleen voor medewerkers"), limit=4000)
    keywords = StringField(_l("Zoekwoorden"), validators=[Limit(500)])
    topics = TopicsField(_l("Onderwerpen"), coerce=int, validators=[Optional()])
    variables = LongTextField(
        _l("Waarden"), limit=8000, description=_l("Op elke regel een naam, een = en een waarde: prijs = € 12,50")
    )
    valid_from = DateField(_l("Geldig vanaf"), validators=[Optional()])
    valid_until = DateField(_l("Geldig tot en met"), validators=[Optional()])
    source_url = StringField(_l("Bron"), validators=[Limit(1000)])

    def fill_from(self, article: Article, topic_ids: tuple[int, ...]) -> None:
        """Show an article as it is stored."""
        for name in ("version", "title", "body", "desk_memo", "keywords", "valid_from", "valid_until", "source_url"):
            self[name].data = getattr(article, name)
        self.topics.data = list(topic_ids)
        self.variables.data = rules.write_variables(article.variables)

    def to_text(self, upn: str | None = None) -> ArticleText:
        """What was typed. Raises InvalidInput, naming the field, for values that cannot be read."""
        return ArticleText(
            title=self.title.data or "",
            body=self.body.data or "",
            desk_memo=self.desk_memo.data or "",
            keywords=self.keywords.data or "",
            variables=rules.parse_variables(self.variables.data or ""),
            topic_ids=tuple(self.topics.data or ()),
            valid_from=self.valid_from.data,
            valid_until=self.valid_until.data,
            upn=upn,
            source_url=self.source_url.data or None,
        )

    def variables_so_far(self) -> dict[str, str]:
        """The values that can be read, for a preview of unfinished work."""
        try:
            return rules.parse_variables(self.variables.data or "")
        except InvalidInput:
            return {}


class OverlayForm(BaseForm):
    """What differs in one municipality; ``version`` is empty when nothing did so far."""

    version = IntegerField(widget=HiddenInput(), validators=[Optional()])
    deviation = StringField(
        _l("Afwijking in één zin"), validators=[Limit(300)], description=_l("Staat opvallend boven het artikel.")
    )
    text = LongTextField(_l("Eigen tekst"), limit=20_000, description=_l("Komt onder de gedeelde tekst."))
    desk_memo = LongTextField(_l("Alleen voor medewerkers"), limit=4000)
    variables = LongTextField(
        _l("Eigen waarden"), limit=8000, description=_l("Op elke regel een naam, een = en een waarde: prijs = € 12,50")
    )
    hidden = BooleanField(_l("Dit artikel geldt hier niet"))

    def fill_from(self, overlay: ArticleOverlay) -> None:
        """Show what is stored."""
        for name in ("version", "deviation", "text", "desk_memo", "hidden"):
            self[name].data = getattr(overlay, name)
        self.variables.data = rules.write_variables(overlay.variables)

    def to_overlay(self) -> OverlayText:
        """What was typed. Raises InvalidInput for values that cannot be read."""
        return OverlayText(
            text=self.text.data or "",
            deviation=self.deviation.data or "",
            desk_memo=self.desk_memo.data or "",
            variables=rules.parse_variables(self.variables.data or ""),
            hidden=bool(self.hidden.data),
        )
