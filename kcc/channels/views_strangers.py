"""What the pages for strangers share: their language, their address as a count, and that a form was sent from our own page."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import current_app, g, request
from flask_babel import refresh
from itsdangerous import BadSignature, URLSafeTimedSerializer

from kcc.channels import rules_forms as rules
from kcc.core.clock import now

TOKEN_SECONDS = 7 * 86_400
"""How long a form may lie open before it is asked to be looked at again."""


@dataclass(frozen=True)
class Token:
    """What a form's token says: its key, and how many seconds ago the page was made."""

    key: uuid.UUID
    seconds: float


def data_key() -> bytes:
    """The key of this installation for codes and counts."""
    return current_app.config["SETTINGS"].data_key  # type: ignore[no-any-return]


def visitor_hash() -> bytes:
    """Where a stranger comes from, as something to count and not to know."""
    return rules.address_hash(data_key(), request.remote_addr or "")


def speak(language: str | None) -> str:
    """Answer in the language that was asked for (nl or en); returns the language of this answer."""
    if language in rules.LANGUAGES:
        g.chosen_locale = language
        refresh()
        return str(language)
    return str(g.get("chosen_locale") or request.accept_languages.best_match(rules.LANGUAGES, "nl") or "nl")


def sign_token(entrance: str, key: uuid.UUID) -> str:
    """A token for one form on one page: unforgeable, with the time at which it was made."""
    return _signer().dumps([entrance, str(key)])


def read_token(token: str, entrance: str) -> Token | None:
    """What a token says; None when it is not ours, of another form, or too old."""
    try:
        values, made_at = _signer().loads(token, max_age=TOKEN_SECONDS, return_timestamp=True)
        of, key = values
        if of != entrance:
            return None
        return Token(uuid.UUID(key), (now() - made_at).total_seconds())
    except (BadSignature, ValueError, TypeError):
        return None


def from_own_page() -> bool:
    """Whether a form was sent from a page of ours, as far as the browser tells: another site's cannot pretend to be."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get("Origin")
    return origin is None or urlsplit(origin).netloc == request.host


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SETTINGS"].secret_key, salt="kcc-web-form")
