"""The mail that says that a question came in: reference and code, never the question itself.

It goes through the outbox like every mail to a citizen. The code stands in no table: it is filled in as the mail leaves.
"""

from __future__ import annotations

import uuid
from urllib.parse import quote

from flask_babel import force_locale
from flask_babel import gettext as _

from kcc.channels import actions_outbox as outbox
from kcc.channels import queries_forms as queries
from kcc.channels import queries_mail
from kcc.channels import rules_forms as rules
from kcc.channels.models_mail import OutgoingMail
from kcc.contacts import queries as tickets
from kcc.core.permissions import Actor
from kcc.municipalities import queries as municipalities

CODE, LINK = "[code]", "[link]"
"""What stands in the outbox where the code and the link with the code come."""


def write_confirmation(*, actor: Actor, form_id: uuid.UUID, usual_sender: str) -> OutgoingMail | None:
    """Put the mail to who sent a form in the outbox, in their language; None when no address was given.

    From the town's own mailbox, so that an answer to it comes in with the question; ``usual_sender`` for a town without.
    """
    form = queries.locked(form_id)
    address = str(form.body.get("email", ""))
    if not address or form.reference is None or form.ticket_id is None:
        return None
    town = municipalities.municipality(form.municipality_id)
    sender = queries_mail.sender_of(form.municipality_id, None) or queries_mail.Sender(
        usual_sender, f"Gemeente {town.name}", "", False, ""
    )
    language = str(form.body.get("language", "nl"))
    with force_locale(language if language in rules.LANGUAGES else "nl"):
        subject = _("Wij hebben uw vraag ontvangen (%(reference)s)", reference=form.reference)
        text = _(
            "Gemeente %(town)s heeft uw vraag ontvangen.\n\nKenmerk: %(reference)s\nCode: %(code)s\n\n"
            "Met kenmerk en code ziet u hoe het met uw vraag staat:\n%(link)s\n\n"
            "Bewaar dit bericht. Geef de code aan niemand anders. Dit is een automatisch bericht.",
            town=town.name,
            reference=form.reference,
            code=CODE,
            link=LINK,
        )
    return outbox.confirm(
        actor=actor, ticket=tickets.ticket(form.ticket_id), sender=sender, form_id=form.id, recipient=address,
        subject=subject, text=text,
    )  # fmt: skip


def text_of(mail: OutgoingMail, *, data_key: bytes, public_url: str) -> str:
    """The text of a mail as it leaves: that of a confirmation with its code.

    The code stands behind the # of the link: browsers keep that to themselves, so it reaches no server's log.
    """
    if mail.kind != "confirmation" or mail.answers_id is None:
        return mail.body
    form = queries.locked(mail.answers_id)
    code = rules.status_code(data_key, form.key, form.digest)
    link = f"{public_url}/status#{quote(form.reference or '')}.{rules.plain_code(code)}"
    return mail.body.replace(CODE, code).replace(LINK, link)
