"""Mail of every town, alike: in quarantine, with a ticket, of ours on its way and in trouble, and how a town writes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kcc.channels import models_mail as mail


def plant_town(put: Callable[..., Any], town: str, entrance_id: int, word: str) -> None:
    """How a town writes; ``put`` is the planter's."""
    put(town, mail.Mailbox, entrance_id=entrance_id, sender_name=word, signature=word, receipt_text=word)
    put(town, mail.StandardText, title=word, body=word)


def plant_case(
    put: Callable[..., Any], town: str, centre_id: int, entrance_id: int, ticket: Any, person: str, word: str
) -> None:
    """Mail about one ticket, and one that nobody decided about; ``person`` is the canary of who reads texts about it."""
    facts = {"centre_id": centre_id, "entrance_id": entrance_id, "source": "lmtp", "sha256": b"x", "size": 1}
    for state, extra in (
        ("quarantined", {"reason": "automatic", "automatic": "list"}),
        ("attached", {"ticket_id": ticket, "suggested_ticket_id": ticket}),
    ):
        made = put(town, mail.ReceivedMail, state=state, **facts, **extra)
        put(
            town, mail.MailContent, mail_id=made, centre_id=centre_id, recipient=f"{person}@example.nl", raw=person.encode(),
            from_name=person, from_address="jan@example.nl", subject=f"{word} {person}", note=person,
            parsed={"text": f"{word} {person}", "html": f"<p>{person}</p>", "subject": person, "from_name": person,
                    "from_address": "jan@example.nl", "reply_to": "", "files": [], "headers": {"Subject": [person]}, "report": {},
                    "in_reply_to": [], "blocked": 0},
        )  # fmt: skip
    for number, state in enumerate(("failed", "queued")):
        put(
            town, mail.OutgoingMail, ticket_id=ticket, state=state, message_id=f"<{person}-{number}@example>", sender="info@example.nl",
            sender_name="Gemeente", recipient="jan@example.nl", subject=f"{word} {person}", body=person,
        )  # fmt: skip


def plant_stray(put: Callable[..., Any], town: str, centre_id: int) -> None:
    """Mail to an address that no town has: of the centre, for those who cover it."""
    made = put(
        town, mail.ReceivedMail, municipality_id=None, centre_id=centre_id, source="lmtp", sha256=b"x", size=1, state="quarantined",
        reason="unknown_address",
    )  # fmt: skip
    put(
        town, mail.MailContent, municipality_id=None, mail_id=made, centre_id=centre_id, recipient="iemand@example.nl",
        raw=b"Subject: zwerver\r\n\r\nvoor wie?",
    )  # fmt: skip
