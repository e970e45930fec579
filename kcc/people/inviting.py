"""The mail with which somebody is invited: a link that works once, and no word about what they will see."""

from __future__ import annotations

import uuid

from flask_babel import force_locale
from flask_babel import gettext as _

from kcc.integrations.mail import Message
from kcc.people import rules_accounts, welcome


def compose(*, invitation_id: uuid.UUID, sender: str, public_url: str) -> Message | None:
    """The mail for an open invitation, with a link made for it now; None when the invitation is over.

    The secret stands behind the # of the link: browsers keep that to themselves, so it reaches no server's log.
    """
    letter = welcome.mint(invitation_id)
    if letter is None:
        return None
    with force_locale(letter.locale if letter.locale in ("nl", "en") else "nl"):
        subject = _("Uw account bij %(centre)s", centre=letter.centre_name)
        text = _(
            "Beste %(name)s,\n\n%(centre)s heeft een account voor u klaarstaan. Kies uw wachtwoord en koppel uw telefoon:\n"
            "%(link)s\n\nOpent de link niet? Ga dan naar %(page)s en vul deze code in:\n%(code)s\n\n"
            "De link werkt %(days)s dagen en één keer. Hij is alleen voor u. Verwachtte u dit bericht niet? Dan hoeft u niets te doen.",
            name=letter.name,
            centre=letter.centre_name,
            link=link_of(public_url, letter.secret),
            page=f"{public_url}/welcome",
            code=letter.secret,
            days=rules_accounts.INVITATION_HOURS // 24,
        )
    return Message(
        sender=sender, to=letter.email, subject=subject, text=text, message_id=f"<invitation-{uuid.uuid4()}@kcc>"
    )


def link_of(public_url: str, secret: str) -> str:
    """The address that somebody opens."""
    return f"{public_url}/welcome#{secret}"
