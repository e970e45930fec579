"""What people may type about tickets: search, note, answer, priority, reason, reference, split, name of a view."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, SearchField, SelectField, StringField
from wtforms.validators import InputRequired, ValidationError

from kcc.contacts.models import Ticket
from kcc.contacts.rules import Priority
from kcc.contacts.rules_lists import LONGEST_VIEW_NAME
from kcc.core.errors import Conflict
from kcc.web.forms import BaseForm, Limit, LongTextField

LONGEST_NOTE = 10_000

PRIORITIES = {
    Priority.URGENT: _l("Dringend"),
    Priority.NORMAL: _l("Gewoon"),
    Priority.LOW: _l("Laag"),
}


class TypedText(LongTextField):
    """Text of a colleague, kept whole: NUL bytes are told about instead of taken out in silence."""

    def __init__(self, label: Any, required: Any, **kwargs: Any) -> None:
        super().__init__(label, limit=LONGEST_NOTE, validators=[InputRequired(required)], **kwargs)


class ChangeForm(BaseForm):
    """A form on a ticket's page: it carries the version that the reader saw, and its fields have ids of their own."""

    version = HiddenField()
    seen_at = HiddenField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kind = type(self).__name__.removesuffix("Form").lower()
        for field in self:
            field.id = f"{kind}-{field.name}"
            field.label.field_id = field.id

    def shows(self, ticket: Ticket) -> None:
        """Say which version of the ticket the page shows, and of when that is."""
        self.version.data = str(ticket.version)
        self.seen_at.data = ticket.changed_at.isoformat()

    def seen_moment(self) -> datetime | None:
        """When what the reader saw had last changed; None when the page does not say."""
        try:
            seen = datetime.fromisoformat(self.seen_at.data or "")
        except ValueError:
            return None
        return seen if seen.tzinfo else None

    def version_number(self) -> int:
        """The version that the reader saw; raises Conflict when the field holds none, as an old page's would."""
        text = str(self.version.data or "")
        if not (text.isascii() and text.isdigit() and len(text) < 10):
            raise Conflict
        return int(text)


class NoteForm(ChangeForm):
    """A note for colleagues."""

    body = TypedText(_l("Notitie"), _l("Vul een notitie in."))


class AnswerForm(ChangeForm):
    """What the citizen may read; the button says whether the ticket is answered or closed by it."""

    body = TypedText(_l("Antwoord aan de inwoner"), _l("Vul het antwoord in."))


class PriorityForm(ChangeForm):
    """How urgent a ticket is."""

    priority = SelectField(
        _l("Prioriteit"), coerce=int, choices=[(int(number), word) for number, word in PRIORITIES.items()]
    )


class ReopenForm(ChangeForm):
    """Why a ticket that was done is not."""

    reason = TypedText(_l("Reden"), _l("Geef een reden om deze vraag te heropenen."))


class LinkForm(ChangeForm):
    """Another ticket, by the reference that people read aloud; the button says whether to link or to merge."""

    reference = StringField(
        _l("Kenmerk van de andere vraag"),
        validators=[InputRequired(_l("Vul een kenmerk in, zoals BRI-26-004217.")), Limit(40)],
    )


class SplitForm(ChangeForm):
    """A second question inside a text."""

    topic_id = SelectField(_l("Onderwerp van de nieuwe vraag"), coerce=int)
    body = TypedText(_l("De nieuwe vraag"), _l("Vul de nieuwe vraag in."))


class ButtonForm(ChangeForm):
    """A button without anything to type: close, undo."""


class SearchForm(BaseForm):
    """Words, a name, a number or a reference: sent in the body, because a URL would keep them."""

    q = SearchField(
        _l("Zoeken"),
        validators=[InputRequired(_l("Vul een kenmerk, een naam of woorden in.")), Limit(200)],
    )
    after = HiddenField()


class ViewForm(BaseForm):
    """The name of a view; its filter travels along as the URL's own words."""

    name = StringField(
        _l("Naam van de weergave"),
        validators=[InputRequired(_l("Geef de weergave een naam.")), Limit(LONGEST_VIEW_NAME)],
    )
    filter = HiddenField()

    def validate_filter(self, field: HiddenField) -> None:
        """A filter is short; anything else did not come from our page."""
        if len(field.data or "") > 500:
            raise ValidationError(_l("Deze weergave kan niet bewaard worden."))
