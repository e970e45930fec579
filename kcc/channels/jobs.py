"""What the channels have done later or on a clock."""

from __future__ import annotations

import uuid

from kcc.channels import actions_files as files
from kcc.core.jobs import Claimed, handles
from kcc.core.permissions import Actor


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
