"""The base of every form: cleans what is typed, refuses what cannot be kept, and carries the key that makes it count once."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import g, request
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from wtforms import HiddenField, TextAreaField
from wtforms.fields import Field
from wtforms.fields.core import UnboundField
from wtforms.validators import ValidationError

from kcc.core.cleaning import clean_text
from kcc.core.errors import InvalidInput
from kcc.web.language import FormWords

FORM_WORDS = FormWords()
OVER = "over"
"""The button of a refusal: save it over what somebody did meanwhile."""


def _clean(value: Any) -> Any:
    return clean_text(value, multiline=True) if isinstance(value, str) else value


class BaseForm(FlaskForm):  # type: ignore[misc]
    """Strips and cleans text (NUL, control characters, broken Unicode); ``form_key`` makes a submit count once."""

    form_key = HiddenField(default=lambda: str(uuid.uuid4()))

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        """Adds the cleaning filter to every text field, and words that are not read anew for each form."""

        def get_translations(self, form: Any) -> FormWords:
            """What WTForms itself says, in the language of the page."""
            return FORM_WORDS

        def bind_field(self, form: Any, unbound_field: UnboundField, options: dict[str, Any]) -> Field:
            """Put the cleaning filter first."""
            filters = list(unbound_field.kwargs.get("filters", ()))
            if _clean not in filters and getattr(unbound_field.field_class, "__name__", "").endswith(
                ("StringField", "TextAreaField", "LongTextField", "SearchField", "TelField", "EmailField")
            ):
                unbound_field.kwargs["filters"] = [_clean, *filters]
            return unbound_field.bind(form=form, **options)  # type: ignore[no-any-return]

    def refuse(self, fault: InvalidInput, default: str | None = None) -> None:
        """Show a refusal of the domain at the field it names, or at ``default``, or above the form."""
        name = fault.field or default
        target = self._fields.get(name or "")
        if target is not None:
            target.errors = [*target.errors, _(fault.message)]
        else:
            self.form_errors.append(_(fault.message))


@dataclass(frozen=True)
class Meanwhile:
    """One thing that somebody did while a page stood open: which, who and when, and of each field what it was and became."""

    title: str
    by: str
    lines: Sequence[tuple[str, str, str]]


@dataclass(frozen=True)
class Clash:
    """Why a form was refused: what happened meanwhile; ``over`` is the mark with which it is saved all the same, ``here``
    the page as it is now."""

    done: Sequence[Meanwhile]
    over: str
    here: str


class SeenForm(BaseForm):
    """A form on a page of set-up: it says how far the history was when the page was read, so that saving an old page
    over what somebody did since is refused and told (``components/forms.html: error_summary``)."""

    seen = HiddenField(default=lambda: g.get("seen", ""))
    clash: Clash | None = None

    @property
    def known(self) -> str:
        """How far the writer has seen the history: with the page, or in the refusal that they save over."""
        return request.form.get(OVER) or self.seen.data or ""


class Limit:
    """At most ``most`` characters: refused with the number that is too many, never cut."""

    def __init__(self, most: int) -> None:
        self.most = most

    def __call__(self, form: FlaskForm, field: Field) -> None:
        """Refuse text that is too long."""
        length = len(field.data or "")
        if length > self.most:
            raise ValidationError(
                _(
                    "Deze tekst is %(over)d tekens te lang (hoogstens %(most)d).",
                    over=length - self.most,
                    most=self.most,
                )
            )


class LongTextField(TextAreaField):  # type: ignore[misc]
    """Text of several lines; templates show a counter for its ``limit``."""

    def __init__(self, *args: Any, limit: int = 4000, **kwargs: Any) -> None:
        self.limit = limit
        validators = [*kwargs.pop("validators", []), Limit(limit)]
        super().__init__(*args, validators=validators, **kwargs)
