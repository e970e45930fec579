"""How a town writes and what its web forms say, as things whose every change has a history.

``municipalities.actions_history.change`` is the only caller that writes; these are read as JSON and written back.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from kcc.channels import queries_mail, rules_forms
from kcc.channels.models_forms import WebForm
from kcc.channels.models_mail import Mailbox, StandardText
from kcc.core.clock import now
from kcc.core.db import db
from kcc.core.errors import InvalidInput, NotFound
from kcc.municipalities import queries as municipalities
from kcc.municipalities.actions_subjects import Values, register
from kcc.municipalities.rules_setup import Check, text, truth

WORDS = ("title", "intro", "thanks")
"""What a web form says of itself, in each language."""


def sites(value: Any) -> list[str]:
    """The sites that may show a form, sorted. Raises InvalidInput for what is no site."""
    try:
        return rules_forms.sites_of("\n".join(str(each) for each in value or ()))
    except ValueError as fault:
        raise InvalidInput("Een site begint met https:// en heeft niets na de naam.", field="sites") from fault


MAILBOX: dict[str, Check] = {
    "sender_name": text(100, empty=True), "signature": text(1000, multiline=True, empty=True), "receipt_on": truth,
    "receipt_text": text(2000, multiline=True, empty=True),
}  # fmt: skip
STANDARD_TEXT: dict[str, Check] = {"title": text(100), "body": text(8000, multiline=True), "active": truth}
WEB_FORM: dict[str, Check] = {
    **{f"title_{language}": text(120, empty=True) for language in rules_forms.LANGUAGES},
    **{
        f"{name}_{language}": text(1000, multiline=True, empty=True)
        for language in rules_forms.LANGUAGES
        for name in ("intro", "thanks")
    },
    "sites": sites,
}


def checked(checks: Mapping[str, Check], values: Mapping[str, Any]) -> Values:
    """Each value as it may be stored. Raises InvalidInput that names the field."""
    result = {}
    for name, value in values.items():
        if name not in checks:
            raise InvalidInput("Dit is niet in te stellen.", field=name)
        try:
            result[name] = checks[name](value)
        except InvalidInput as fault:
            fault.field = fault.field or name
            raise
    return result


@dataclass(frozen=True)
class OfEntrance:
    """What belongs to an entrance of one kind, known by its number; until it is set, everything is empty."""

    kind: str
    entrance_kind: str
    checks: Mapping[str, Check]
    model: type[Mailbox] | type[WebForm]
    take: Callable[[Any], Values]
    put: Callable[[Any, Values], None]

    def read(self, municipality_id: int, subject_id: str) -> Values | None:
        """All fields; None for an entrance that the town does not have."""
        if not self._is_there(municipality_id, subject_id):
            return None
        return self.take(db.session.get(self.model, (municipality_id, int(subject_id))))

    def check(self, values: Mapping[str, Any]) -> Values:
        """Each value as it may be stored. Raises InvalidInput."""
        return checked(self.checks, values)

    def write(self, municipality_id: int, subject_id: str, after: Values | None) -> str:
        """Put the values down. Raises NotFound for an entrance that is not there, or to take all of it away."""
        if after is None or not self._is_there(municipality_id, subject_id):
            raise NotFound
        row = db.session.get(self.model, (municipality_id, int(subject_id)))
        if row is None:
            row = self.model(municipality_id=municipality_id, entrance_id=int(subject_id))
            db.session.add(row)
        self.put(row, after)
        db.session.flush()
        return subject_id

    def _is_there(self, municipality_id: int, subject_id: str) -> bool:
        if not (subject_id.isascii() and subject_id.isdigit() and len(subject_id) < 10):
            raise NotFound
        try:
            found = municipalities.entrance(int(subject_id))
        except NotFound:
            return False
        return (found.municipality_id, found.kind) == (municipality_id, self.entrance_kind)


@dataclass(frozen=True)
class Texts:
    """The standard texts of a town; one that is taken away is put out of use."""

    kind: str = "standard_text"

    def read(self, municipality_id: int, subject_id: str) -> Values | None:
        """All fields of one, None for a new one or one that the town does not have."""
        row = self._row(municipality_id, subject_id)
        return None if row is None else {name: getattr(row, name) for name in STANDARD_TEXT}

    def check(self, values: Mapping[str, Any]) -> Values:
        """Each value as it may be stored. Raises InvalidInput."""
        return checked(STANDARD_TEXT, values)

    def write(self, municipality_id: int, subject_id: str, after: Values | None) -> str:
        """Put the values down; returns the id, which a new one has only now."""
        row = self._row(municipality_id, subject_id)
        if row is None:
            row = StandardText(municipality_id=municipality_id)
            db.session.add(row)
        for name, value in (after or {"active": False}).items():
            setattr(row, name, value)
        row.changed_at = now()
        db.session.flush()
        return str(row.id)

    def _row(self, municipality_id: int, subject_id: str) -> StandardText | None:
        if not subject_id:
            return None
        try:
            text_id = uuid.UUID(subject_id)
        except ValueError as fault:
            raise NotFound from fault
        return queries_mail.standard_text(municipality_id, text_id)


def _box(row: Mailbox | None) -> Values:
    return {name: getattr(row, name) if row else check(None) for name, check in MAILBOX.items()}


def _set_box(row: Mailbox, after: Values) -> None:
    for name, value in after.items():
        setattr(row, name, value)


def _form(row: WebForm | None) -> Values:
    said = row.words if row else {}
    words = {f"{name}_{each}": said.get(each, {}).get(name, "") for each in rules_forms.LANGUAGES for name in WORDS}
    return {**words, "sites": list(row.frame_ancestors) if row else []}


def _set_form(row: WebForm, after: Values) -> None:
    whole = {**_form(row if row.words is not None else None), **after}
    row.words = {
        each: {name: whole[f"{name}_{each}"] for name in WORDS if whole[f"{name}_{each}"]}
        for each in rules_forms.LANGUAGES
    }
    row.frame_ancestors = whole["sites"]


register(OfEntrance("mailbox", "mailbox", MAILBOX, Mailbox, _box, _set_box))
register(OfEntrance("web_form", "form", WEB_FORM, WebForm, _form, _set_form))
register(Texts())
