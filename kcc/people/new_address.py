"""From a link to a new address in use: the guard's functions for a job that mails, and for somebody who is not signed in.

Nobody is known here, so nothing takes an actor; each function works on the secret that it is given, and the database
writes the trace itself. None commits.
"""

from __future__ import annotations

import uuid

import sqlalchemy as sa
from flask_babel import force_locale
from flask_babel import gettext as _

from kcc.core.db import db
from kcc.integrations.mail import Message
from kcc.people import rules, rules_accounts


def letter(*, change_id: uuid.UUID, sender: str, public_url: str) -> Message | None:
    """The mail to the new address, with a link made for it now; an earlier one ends.

    None when the change is over or not confirmed, and when somebody has an account with that address: nobody is told so.
    """
    secret = rules.make_secret()
    row = db.session.execute(
        sa.text("select * from kcc_mint_email(:id, :hash, :hours)"),
        {"id": change_id, "hash": rules.hash_secret(secret), "hours": rules_accounts.NEW_ADDRESS_HOURS},
    ).first()
    if row is None:
        return None
    with force_locale(_locale(row.locale)):
        subject = _("Bevestig uw nieuwe e-mailadres")
        text = _(
            "Beste %(name)s,\n\nDit adres wordt uw e-mailadres bij %(centre)s als u dat bevestigt:\n%(link)s\n\n"
            "Opent de link niet? Ga dan naar %(page)s en vul deze code in:\n%(code)s\n\n"
            "De link werkt %(hours)s uur en één keer. Daarna meldt u zich aan met dit adres. Verwachtte u dit bericht niet? Dan hoeft u niets te doen.",
            name=row.name,
            centre=row.centre_name,
            link=f"{public_url}/new-address#{secret}",
            page=f"{public_url}/new-address",
            code=secret,
            hours=rules_accounts.NEW_ADDRESS_HOURS,
        )
    return _message(sender, row.email, subject, text)


def notice(*, change_id: uuid.UUID, sender: str) -> Message | None:
    """The mail to the old address: that somebody asked, or that it was changed. Without the new address; None when it is over."""
    row = db.session.execute(sa.text("select * from kcc_email_notice(:id)"), {"id": change_id}).first()
    if row is None:
        return None
    with force_locale(_locale(row.locale)):
        if row.confirmed:
            subject = _("Uw e-mailadres is gewijzigd")
            text = _(
                "Beste %(name)s,\n\nUw account bij %(centre)s heeft nu een ander e-mailadres. U meldt zich daarmee aan; op dit adres krijgt u "
                "geen berichten meer.\n\nHebt u dit niet gedaan? Bel dan meteen uw beheerder.",
                name=row.name, centre=row.centre_name,
            )  # fmt: skip
        else:
            subject = _("Er is gevraagd om een ander e-mailadres")
            text = _(
                "Beste %(name)s,\n\nVoor uw account bij %(centre)s is een ander e-mailadres gevraagd. Dat geldt pas als het op het nieuwe adres "
                "is bevestigd.\n\nHebt u dit niet gedaan? Trek het dan in bij Mijn account, wijzig uw wachtwoord, en bel uw beheerder.",
                name=row.name, centre=row.centre_name,
            )  # fmt: skip
    return _message(sender, row.email, subject, text)


def confirm(*, secret: str, kept_session: str) -> str | None:
    """Use a link, once: the account has its new address, which is given back, and every session but this one is over.

    None when the link is over, or the address was taken meanwhile.
    """
    address = db.session.scalar(
        sa.text("select kcc_confirm_email(:hash, :kept)"), {"hash": rules.hash_secret(secret), "kept": kept_session}
    )
    return None if address is None else str(address)


def _message(sender: str, to: str, subject: str, text: str) -> Message:
    return Message(sender=sender, to=to, subject=subject, text=text, message_id=f"<address-{uuid.uuid4()}@kcc>")


def _locale(known: str) -> str:
    return known if known in ("nl", "en") else "nl"
