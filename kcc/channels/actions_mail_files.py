"""The files that came with a mail go to its ticket, each checked by its content; what is not kept is said to be so."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kcc.channels import actions_files as files
from kcc.channels.models_mail import ReceivedMail
from kcc.core.errors import InvalidInput
from kcc.core.permissions import Actor
from kcc.integrations.mail_reading import Unreadable, reader

MOST_FILES = 30
SMALLEST_PICTURE = 5_000
"""Bytes: smaller pictures inside the text are lines and logos of a signature."""
TOO_MANY = "Bij deze mail zaten meer bestanden dan hier worden bewaard. Ze staan in het oorspronkelijke bericht."
BROKEN = "Dit bestand kon niet uit de mail worden gehaald. Het staat in het oorspronkelijke bericht."


def keep_files(*, actor: Actor, mail: ReceivedMail, raw: bytes, read: Mapping[str, Any]) -> int:
    """Keep the files of a mail with its ticket; how many were kept. Nothing is kept of reports, and twice nothing."""
    if mail.ticket_id is None or mail.municipality_id is None or (mail.automatic and mail.automatic != "suppress"):
        return 0
    wanted = [file for file in read.get("files", []) if not (file.get("inline") and file["size"] < SMALLEST_PICTURE)]
    chosen, left_out = wanted[:MOST_FILES], wanted[MOST_FILES:]
    try:
        contents: list[bytes] | None = reader.parts(raw, [file["place"] for file in chosen]) if chosen else []
    except Unreadable:
        contents = None
    kept = 0
    for number, file in enumerate(chosen):
        kept += _keep(actor, mail, file, None if contents is None else contents[number])
    if left_out:
        _refuse(actor, mail, {"name": f"{len(left_out)}", "size": sum(file["size"] for file in left_out)}, TOO_MANY)
    return kept


def _keep(actor: Actor, mail: ReceivedMail, file: Mapping[str, Any], data: bytes | None) -> int:
    if data is None:
        _refuse(actor, mail, file, BROKEN)
        return 0
    assert mail.municipality_id is not None and mail.ticket_id is not None
    try:
        files.keep_attachment(
            actor=actor, municipality_id=mail.municipality_id, ticket_id=mail.ticket_id, subject_id=mail.id,
            name=str(file["name"]), data=data,
        )  # fmt: skip
    except InvalidInput as fault:
        _refuse(actor, mail, file, fault.message)
        return 0
    return 1


def _refuse(actor: Actor, mail: ReceivedMail, file: Mapping[str, Any], reason: str) -> None:
    assert mail.municipality_id is not None and mail.ticket_id is not None
    files.note_refused(
        actor=actor, municipality_id=mail.municipality_id, ticket_id=mail.ticket_id, subject_id=mail.id,
        name=str(file["name"]), size=int(file["size"]), reason=reason,
    )  # fmt: skip
