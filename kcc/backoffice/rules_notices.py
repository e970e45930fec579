"""The words of a mail to a department. Nothing in it says who asked or what about: only that there is work, and where."""

import uuid
from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import format_datetime

from kcc.integrations.mail import Message

SUBJECTS = {"new": "Nieuw contactverzoek {reference}", "overdue": "Contactverzoek te laat: {reference}"}
TEXTS = {
    "new": (
        "Er staat een nieuw contactverzoek klaar voor uw afdeling: {reference}.\n\n"
        "Toegezegd: uiterlijk {due} uur.\n\nOpenen: {link}\n\n"
        "Om de privacy van de inwoner te beschermen staat in deze mail niet waar het over gaat.\n"
    ),
    "overdue": (
        "Contactverzoek {reference} van uw afdeling is over tijd.\n\n"
        "Toegezegd was: uiterlijk {due} uur.\n\nOpenen: {link}\n\n"
        "Om de privacy van de inwoner te beschermen staat in deze mail niet waar het over gaat.\n"
    ),
}

ALL_AWAY = "U krijgt dit bericht als vervanger: iedereen van de afdeling is afwezig.\n\n"


def message_id(notice_id: uuid.UUID) -> str:
    """The Message-ID of a notice: fixed when it is announced, so that a repeat can be recognised."""
    return f"<{notice_id}@kcc.invalid>"


def compose(
    kind: str,
    reference: str,
    due_at: datetime,
    zone: str,
    link: str,
    *,
    sender: str,
    to: str,
    message_id: str,
    all_away: bool = False,
) -> Message:
    """The mail about a task that is due at ``due_at`` (UTC), said in the town's ``zone``; ``kind`` is new or overdue.

    With ``all_away`` it says that it comes to a deputy.
    """
    due = format_datetime(due_at.astimezone(ZoneInfo(zone)), "EEEE d MMMM y HH:mm", locale="nl")
    words = {"reference": reference, "due": due, "link": link}
    return Message(
        sender=sender,
        to=to,
        subject=SUBJECTS[kind].format(**words),
        text=(ALL_AWAY if all_away else "") + TEXTS[kind].format(**words),
        message_id=message_id,
    )
