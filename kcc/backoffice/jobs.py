"""What the back office has done later: mail to departments."""

from __future__ import annotations

import uuid
from functools import partial

from flask import current_app

from kcc.backoffice import actions_notices as notices
from kcc.config import Settings
from kcc.core.jobs import MOST_ATTEMPTS, Claimed, handles
from kcc.integrations import mail


@handles("backoffice.notify")
def notify(job: Claimed) -> None:
    """Mail a department that a task is new or overdue."""
    settings: Settings = current_app.config["SETTINGS"]
    notices.send_notice(
        notice_id=uuid.UUID(job.args["notice"]),
        send=partial(mail.send, settings.smtp_url) if settings.smtp_url else None,
        sender=settings.mail_from,
        public_url=settings.public_url.rstrip("/"),
        last_try=job.attempts >= MOST_ATTEMPTS,
    )


@handles("backoffice.overdue", every_seconds=300)
def overdue(job: Claimed) -> None:
    """Look for tasks of one municipality whose due time has passed."""
    if job.municipality_id is not None:
        notices.announce_overdue(municipality_id=job.municipality_id)
