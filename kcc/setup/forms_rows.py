"""What administrators may type about things of which a town has several: entrances, departments, agreements, routes, links."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, RadioField, SelectField, StringField

from kcc.core.errors import InvalidInput
from kcc.municipalities import rules_setup as rules
from kcc.municipalities.models import Department, TopicRoute
from kcc.parties.rules import format_phone
from kcc.setup import views_words as words
from kcc.setup.forms import DatedForm, DayStringField
from kcc.setup.rules import parse_week, week_text
from kcc.web.forms import Limit, LongTextField, SeenForm

NONE = (0, _l("Geen"))


def whole(value: Any) -> int:
    """A number from a list; 0 for what is none."""
    text = str(value or "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


class EntranceForm(DatedForm):
    """A way in."""

    kind = SelectField(_l("Soort"), choices=list(words.ENTRANCES.items()))
    address = StringField(
        _l("Nummer, mailadres of naam"), validators=[Limit(200)],
        description=_l("Een nummer zoals 0181 331 111, een mailadres, of een woord zoals balie-stadhuis."),
    )  # fmt: skip
    label = StringField(
        _l("Omschrijving"), validators=[Limit(80)], description=_l("Wat de medewerker ziet, zoals Algemeen nummer.")
    )
    topic_id = SelectField(_l("Gaat bijna altijd over"), coerce=whole)
    active = BooleanField(_l("In gebruik"), default=True)

    def values(self) -> dict[str, Any]:
        """The entrance as it is kept."""
        return {
            "kind": self.kind.data, "address": self.address.data, "label": self.label.data,
            "topic_id": self.topic_id.data or None, "active": self.active is None or bool(self.active.data),
        }  # fmt: skip


class DepartmentForm(DatedForm):
    """A department or group."""

    name = StringField(_l("Naam"), validators=[Limit(80)])
    kind = RadioField(_l("Soort"), choices=list(words.DEPARTMENT_KINDS.items()), default="afdeling")
    mailbox = StringField(_l("Mailadres"), validators=[Limit(200)], description=_l("Daar komt bericht van nieuw werk."))
    phone = StringField(_l("Telefoon"), validators=[Limit(40)])
    hours = StringField(
        _l("Bereikbaar"), validators=[Limit(200)], description=_l("Zoals ma-vr 09:00-12:00. Leeg: als de gemeente open is."),
    )  # fmt: skip
    deputy_id = SelectField(_l("Vervanger"), description=_l("Beslist, en krijgt de mail als iedereen afwezig is."))
    fallback_id = SelectField(
        _l("Vangt op"),
        coerce=whole,
        description=_l("Krijgt de vragen als deze afdeling niet in gebruik is of er niemand werkt."),
    )
    active = BooleanField(_l("In gebruik"), default=True)

    def offer(self, departments: Iterable[Department], people: dict[uuid.UUID, str], own: Department | None) -> None:
        """What there is to choose from: departments in use, and the one that stands in for this one already."""
        kept = own.fallback_id if own else None
        self.fallback_id.choices = [
            NONE,
            *((d.id, d.name) for d in departments if (own is None or d.id != own.id) and (d.active or d.id == kept)),
        ]
        self.deputy_id.choices = [
            ("", NONE[1]),
            *((str(key), name) for key, name in sorted(people.items(), key=lambda pair: pair[1])),
        ]

    def fill(self, department: Department) -> None:
        """Show one."""
        for name in ("name", "kind", "active"):
            self[name].data = getattr(department, name)
        self.mailbox.data, self.phone.data = department.mailbox or "", format_phone(department.phone or "")
        self.hours.data = week_text(department.hours or {})
        self.deputy_id.data = str(department.deputy_id or "")
        self.fallback_id.data = department.fallback_id or 0

    def values(self) -> dict[str, Any]:
        """The department as it is kept, without its key. Raises InvalidInput."""
        try:
            hours = rules.week(parse_week(self.hours.data or "")) or None
        except InvalidInput as fault:
            raise InvalidInput(fault.message, field="hours") from fault
        return {
            "name": self.name.data, "kind": self.kind.data, "mailbox": self.mailbox.data, "phone": self.phone.data,
            "hours": hours, "deputy_id": self.deputy_id.data or None, "fallback_id": self.fallback_id.data or None,
            "active": self.active is None or bool(self.active.data),
        }  # fmt: skip


class AgreementForm(SeenForm):
    """What is agreed for a channel, from a day on."""

    channel = SelectField(_l("Kanaal"), choices=list(words.CHANNELS.items()))
    percent = StringField(_l("Percentage"), default="80", description=_l("Welk deel op tijd wordt opgenomen."))
    within_seconds = StringField(_l("Binnen hoeveel seconden"), default="30")
    answer_amount = StringField(_l("Antwoord binnen"), default="2")
    answer_unit = SelectField(_l("Eenheid"), choices=list(words.UNITS.items()), default="working_days")
    valid_from = DayStringField(_l("Geldt vanaf"))
    valid_to = DayStringField(_l("Geldt tot en met"), description=_l("Leeg: tot een volgende afspraak."))

    FIELDS = ("channel", "percent", "within_seconds", "answer_amount", "answer_unit", "valid_from", "valid_to")


class LinkForm(SeenForm):
    """A useful link."""

    label = StringField(_l("Omschrijving"), validators=[Limit(80)])
    url = StringField(_l("Adres"), validators=[Limit(2000)], description=_l("Begint met https://."))
    position = StringField(_l("Plaats"), default="0", description=_l("De laagste staat bovenaan."))

    FIELDS = ("label", "url", "position")


class CopyForm(SeenForm):
    """Topics and routes from another town."""

    source = SelectField(_l("Neem over van"), coerce=whole)
    all_of_them = BooleanField(_l("Ook veranderen wat hier anders is"))


class GroupForm(SeenForm):
    """A group of the centre's topics to one department."""

    group = SelectField(_l("Onderwerpen over"))
    department_id = SelectField(_l("Naar"), coerce=whole)


class RouteForm(DatedForm):
    """One topic as the town offers it."""

    department_id = SelectField(_l("Afdeling"), coerce=whole)
    term_amount = StringField(_l("Eigen termijn"), description=_l("Leeg: zoals afgesproken voor het kanaal."))
    term_unit = SelectField(_l("Eenheid"), choices=list(words.UNITS.items()), default="working_days")
    questions = LongTextField(
        _l("Vragen vooraf"),
        limit=2400,
        description=_l("Eén op een regel. De medewerker stelt ze voordat de vraag doorgaat."),
    )
    active = BooleanField(_l("Deze gemeente heeft dit onderwerp"), default=True)

    def fill(self, route: TopicRoute) -> None:
        """Show one."""
        self.department_id.data, self.active.data = route.department_id, route.active
        self.term_amount.data = str(route.term_amount or "")
        self.term_unit.data = route.term_unit or "working_days"
        self.questions.data = "\n".join(str(question) for question in route.questions)

    def values(self) -> dict[str, Any]:
        """The route as it is kept."""
        questions = [line.strip() for line in (self.questions.data or "").splitlines() if line.strip()]
        return {
            "department_id": self.department_id.data or None, "term_amount": self.term_amount.data or None,
            "term_unit": self.term_unit.data if self.term_amount.data else None, "questions": questions,
            "active": bool(self.active.data),
        }  # fmt: skip
