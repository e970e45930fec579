"""The mail that says that a question came in: reference and code, never the question itself."""

from __future__ import annotations

import uuid
from urllib.parse import quote

from flask_babel import force_locale
from flask_babel import gettext as _

from kcc.channels import queries_forms as queries
from kcc.channels import rules_forms as rules
from kcc.integrations.mail import Message
from kcc.municipalities import queries as municipalities


def compose_confirmation(*, form_id: uuid.UUID, data_key: bytes, sender: str, public_url: str) -> Message | None:
    """The mail to who sent a form, in their language; None when no address was given.

    The code stands behind the # of the link: browsers keep that to themselves, so it reaches no server's log.
    """
    form = queries.locked(form_id)
    address = str(form.body.get("email", ""))
    if not address or form.reference is None:
        return None
    town = municipalities.municipality(form.municipality_id)
    code = rules.status_code(data_key, form.key, form.digest)
    link = f"{public_url}/status#{quote(form.reference)}.{rules.plain_code(code)}"
    language = str(form.body.get("language", "nl"))
    with force_locale(language if language in rules.LANGUAGES else "nl"):
        subject = _("Wij hebben uw vraag ontvangen (%(reference)s)", reference=form.reference)
        text = _(
            "Gemeente %(town)s heeft uw vraag ontvangen.\n\nKenmerk: %(reference)s\nCode: %(code)s\n\n"
            "Met kenmerk en code ziet u hoe het met uw vraag staat:\n%(link)s\n\n"
            "Bewaar dit bericht. Geef de code aan niemand anders. Dit is een automatisch bericht.",
            town=town.name,
            reference=form.reference,
            code=code,
            link=link,
        )
    return Message(sender=sender, to=address, subject=subject, text=text, message_id=f"<form-{form.id}@kcc>")
