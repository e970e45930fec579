"""What people have done later: invitations and links to a new address by mail, and a word to the old one."""

from __future__ import annotations

import uuid

from flask import current_app

from kcc.config import Settings
from kcc.core.jobs import Claimed, handles
from kcc.integrations import mail
from kcc.people import inviting, new_address


@handles("people.invite")
def invite(job: Claimed) -> None:
    """Mail somebody the link with which they set password and code. Without a mail server nothing leaves."""
    settings: Settings = current_app.config["SETTINGS"]
    if settings.smtp_url is None:
        return
    message = inviting.compose(
        invitation_id=uuid.UUID(job.args["invitation"]),
        sender=settings.mail_from,
        public_url=settings.public_url.rstrip("/"),
    )
    if message is not None:
        mail.send(settings.smtp_url, message)


@handles("people.new_address")
def mail_new_address(job: Claimed) -> None:
    """Mail the link with which a new address is confirmed."""
    settings: Settings = current_app.config["SETTINGS"]
    if settings.smtp_url is None:
        return
    message = new_address.letter(
        change_id=uuid.UUID(job.args["change"]), sender=settings.mail_from, public_url=settings.public_url.rstrip("/")
    )
    if message is not None:
        mail.send(settings.smtp_url, message)


@handles("people.address_notice")
def mail_old_address(job: Claimed) -> None:
    """Tell the old address that another was asked for, or is in use."""
    settings: Settings = current_app.config["SETTINGS"]
    if settings.smtp_url is None:
        return
    message = new_address.notice(change_id=uuid.UUID(job.args["change"]), sender=settings.mail_from)
    if message is not None:
        mail.send(settings.smtp_url, message)
