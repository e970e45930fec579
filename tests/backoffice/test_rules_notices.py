"""The words of a mail say that there is work, where, and until when; nothing else."""

import uuid
from datetime import UTC, datetime

from kcc.backoffice import rules_notices as rules

NOTICE = uuid.UUID(int=7)
DUE = datetime(2026, 7, 1, 15, 0, tzinfo=UTC)


def test_a_mail_says_the_reference_the_promise_in_the_towns_time_and_the_link() -> None:
    message = rules.compose(
        "overdue", "BRI-26-000123", DUE, "Europe/Amsterdam", "https://kcc.example/work/7",
        sender="kcc@kcc.example", to="afval@brielle.example", message_id=rules.message_id(NOTICE),
    )  # fmt: skip
    assert message.subject == "Contactverzoek te laat: BRI-26-000123"
    assert "woensdag 1 juli 2026 17:00 uur" in message.text
    assert "https://kcc.example/work/7" in message.text


def test_a_notice_keeps_its_message_id() -> None:
    assert rules.message_id(NOTICE) == rules.message_id(NOTICE) == f"<{NOTICE}@kcc.invalid>"
