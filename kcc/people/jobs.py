"""What people have done later: invitations by mail."""

from __future__ import annotations

import uuid

from flask import current_app

from kcc.config import Settings
from kcc.core.jobs import Claimed, handles
from kcc.integrations import mail
from kcc.people import inviting


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
