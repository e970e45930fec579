"""What the channels have done later or on a clock."""

from __future__ import annotations

import uuid
from functools import partial

from flask import current_app

from kcc.channels import actions_counter as counter
from kcc.channels import actions_files as files
from kcc.channels import actions_forms as forms
from kcc.channels import actions_mail as mails
from kcc.channels import actions_outbox as outbox
from kcc.channels import confirming, jobs_calls
from kcc.config import Settings
from kcc.core.clock import now
from kcc.core.jobs import MOST_ATTEMPTS, Claimed, handles
from kcc.core.permissions import Actor
from kcc.integrations import mail

__all__ = ["jobs_calls"]


@handles("channels.scan")
def scan(job: Claimed) -> None:
    """Have the scanner look at a file that just came in."""
    files.scan_attachment(actor=Actor.job(), attachment_id=uuid.UUID(job.args["attachment"]))


@handles("channels.scan_waiting", every_seconds=120)
def scan_waiting(job: Claimed) -> None:
    """Offer the scanner again what it gave no verdict on."""
    if job.municipality_id is not None:
        files.scan_waiting(actor=Actor.job(), municipality_id=job.municipality_id)


@handles("channels.sweep_files", every_seconds=6 * 3600)
def sweep_files(job: Claimed) -> None:
    """Compare the files of one municipality with their rows."""
    if job.municipality_id is not None:
        files.sweep_files(actor=Actor.job(), municipality_id=job.municipality_id)


@handles("channels.form")
def form(job: Claimed) -> None:
    """Make of a form that came in what it is."""
    forms.process_form(actor=Actor.job(), form_id=uuid.UUID(job.args["form"]))


@handles("channels.sweep_forms", every_seconds=60)
def sweep_forms(job: Claimed) -> None:
    """Find forms of one municipality that nothing was made of."""
    if job.municipality_id is not None:
        forms.sweep_forms(actor=Actor.job(), municipality_id=job.municipality_id)


@handles("channels.close_counters", every_seconds=900)
def close_counters(job: Claimed) -> None:
    """End the queue numbers of one municipality that are of days gone by."""
    if job.municipality_id is not None:
        counter.close_earlier_days(actor=Actor.job(), municipality_id=job.municipality_id)


@handles("channels.queue_number")
def queue_number(job: Claimed) -> None:
    """Put a visitor who took a number at a kiosk in the queue."""
    number, language = uuid.UUID(job.args["number"]), str(job.args["language"])
    counter.put_in_queue(actor=Actor.job(), number_id=number, language=language)


@handles("channels.confirm_form")
def confirm_form(job: Claimed) -> None:
    """Put a mail to a citizen in the outbox: the question came in, with its reference and without its text."""
    settings: Settings = current_app.config["SETTINGS"]
    if settings.smtp_url is not None:
        confirming.write_confirmation(
            actor=Actor.job(), form_id=uuid.UUID(job.args["form"]), usual_sender=settings.mail_from
        )


@handles("channels.read_mail")
def read_mail(job: Claimed) -> None:
    """Decide about a mail that was kept."""
    mails.take_in(actor=Actor.job(), mail_id=uuid.UUID(job.args["mail"]), attempt=job.attempts)


@handles("channels.send_mail")
def send_mail(job: Claimed) -> None:
    """Send a mail to a citizen."""
    settings: Settings = current_app.config["SETTINGS"]
    outbox.send_outgoing(
        actor=Actor.job(),
        outgoing_id=uuid.UUID(job.args["mail"]),
        send=partial(mail.send, settings.smtp_url) if settings.smtp_url else None,
        last_try=job.attempts >= MOST_ATTEMPTS,
        text_of=partial(confirming.text_of, data_key=settings.data_key, public_url=settings.public_url.rstrip("/")),
    )


@handles("channels.sweep_mail", every_seconds=60)
def sweep_mail(job: Claimed) -> None:
    """Find mail of one municipality that waits too long to be read."""
    if job.municipality_id is not None:
        mails.sweep(actor=Actor.job(), municipality_id=job.municipality_id, at=now())


@handles("channels.forget_mail", every_seconds=24 * 3600)
def forget_mail(job: Claimed) -> None:
    """Drop what mail of one municipality was kept long enough."""
    if job.municipality_id is not None:
        mails.forget_old(actor=Actor.job(), municipality_id=job.municipality_id, at=now())
