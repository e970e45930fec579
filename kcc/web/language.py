"""Words in the language of the page: each language's list is read once, not once for each word or form."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from babel.support import NullTranslations, Translations
from flask import Flask
from flask_babel import Domain, get_babel, get_locale
from wtforms.i18n import messages_path


class Words(Domain):  # type: ignore[misc]
    """The product's own words; a page asks for a hundred, so finding the list must cost next to nothing."""

    def __init__(self) -> None:
        super().__init__()
        self._lists: dict[str, NullTranslations] = {}

    def get_translations(self) -> NullTranslations:
        """The list in the language of the moment; outside a page one without words."""
        locale = get_locale()
        if locale is None:
            return super().get_translations()  # type: ignore[no-any-return]
        found = self._lists.get(locale.language)
        if found is None:
            found = self._lists[locale.language] = super().get_translations()
        return found


class FormWords:
    """What WTForms says of itself when a field is wrong and no form says it better."""

    def gettext(self, words: str) -> str:
        """The words in the language of the page."""
        return str(_form_words().ugettext(words))

    def ngettext(self, singular: str, plural: str, number: int) -> str:
        """The same, for one or for more."""
        return str(_form_words().ungettext(singular, plural, number))


def _form_words() -> Any:
    locale = get_locale()
    return _form_words_in(locale.language if locale else "nl")


@lru_cache(maxsize=8)
def _form_words_in(language: str) -> Any:
    return Translations.load(messages_path(), [language], domain="wtforms")


def speak(app: Flask) -> None:
    """Use these words in code and templates."""
    words = Words()
    get_babel(app).instance.domain_instance = words
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        gettext=lambda text: words.get_translations().ugettext(text),  # type: ignore[attr-defined]
        ngettext=lambda one, more, number: words.get_translations().ungettext(one, more, number),  # type: ignore[attr-defined]
        newstyle=True,
    )
