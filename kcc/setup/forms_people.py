"""What who manages people may type: accounts, roles, departments, skills, reviews."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping

from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    DateField,
    EmailField,
    FileField,
    SearchField,
    SelectField,
    SelectMultipleField,
    StringField,
    TelField,
)
from wtforms.validators import InputRequired, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from kcc.core.errors import InvalidInput
from kcc.core.permissions import Role
from kcc.setup.people_words import ROLES, WEEKDAYS
from kcc.web.forms import BaseForm, Limit

ROLE_CHOICES = [(str(role), ROLES[role]) for role in Role]
SKILL_PREFIX = "skill-"


class PeopleSearchForm(BaseForm):
    """A name or an address, or a part of one."""

    text = SearchField(_l("Naam of e-mailadres"), validators=[Limit(100)])


class RoleForm(BaseForm):
    """A role in a town, from a day up to and including another."""

    municipality_id = SelectField(_l("Gemeente"), coerce=int, choices=[])
    role = SelectField(_l("Rol"), choices=ROLE_CHOICES)
    valid_from = DateField(_l("Vanaf"), validators=[Optional()])
    valid_to = DateField(_l("Tot en met"), validators=[Optional()])


class AccountForm(RoleForm):
    """A person and their first role."""

    name = StringField(_l("Naam"), validators=[InputRequired(_l("Vul de naam in.")), Limit(120)])
    email = EmailField(_l("E-mailadres"), validators=[InputRequired(_l("Vul het e-mailadres in.")), Limit(254)])
    invited = BooleanField(_l("Stuur meteen een uitnodiging"), default=True)


class NameForm(BaseForm):
    """Somebody's name, corrected."""

    name = StringField(_l("Naam"), validators=[InputRequired(_l("Vul de naam in.")), Limit(120)])


class EmailForm(BaseForm):
    """Another address for somebody."""

    email = EmailField(_l("Nieuw e-mailadres"), validators=[InputRequired(_l("Vul het e-mailadres in.")), Limit(254)])


class EndForm(BaseForm):
    """The last day of a role; nothing means now."""

    last_day = DateField(_l("Laatste dag"), validators=[Optional()])


class MemberForm(BaseForm):
    """How somebody works for a department."""

    department_id = SelectField(_l("Afdeling"), coerce=int, choices=[])
    phone = TelField(_l("Eigen telefoonnummer"), validators=[Limit(25)])
    weekdays = SelectMultipleField(
        _l("Werkdagen"), coerce=int, choices=list(enumerate(WEEKDAYS)), default=[0, 1, 2, 3, 4],
        option_widget=CheckboxInput(), widget=ListWidget(prefix_label=False),
    )  # fmt: skip
    absent_until = DateField(_l("Afwezig tot en met"), validators=[Optional()])
    deputy_id = SelectField(_l("Vervanger"), choices=[])


class PeopleFileForm(BaseForm):
    """A file with accounts."""

    file = FileField(_l("CSV-bestand"))


class HandForm(BaseForm):
    """Who goes on with a conversation."""

    account_id = SelectField(_l("Medewerker"), coerce=lambda value: uuid.UUID(str(value)), choices=[])


class PlainPeopleForm(BaseForm):
    """A button that needs nothing typed."""


def skill_levels(sent: Mapping[str, str], towns: Iterable[int], groups: list[str]) -> dict[tuple[int, str], int | None]:
    """The levels of a table of skills, as sent: a field for each town and group. Raises InvalidInput for another level."""
    levels: dict[tuple[int, str], int | None] = {}
    for town in towns:
        for place, group in enumerate(["", *groups]):
            value = sent.get(f"{SKILL_PREFIX}{town}-{place}")
            if value is None:
                continue
            if value not in ("", "0", "1", "2"):
                raise InvalidInput("Kies een niveau uit de lijst.")
            levels[town, group] = int(value) if value else None
    return levels


def verdicts(sent: Mapping[str, str]) -> dict[uuid.UUID, str]:
    """What was said of each role in a review: fields named ``verdict-<id>``; nothing said is left out."""
    found: dict[uuid.UUID, str] = {}
    for name, value in sent.items():
        if name.startswith("verdict-") and value:
            try:
                found[uuid.UUID(name.removeprefix("verdict-"))] = value
            except ValueError as fault:
                raise InvalidInput("Kies behouden of beëindigen.") from fault
    return found
