"""What counts as automatic, what a mail refers to, what is new in it, and the words of ours."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kcc.channels import rules_mail as rules


def said(**given: Any) -> dict[str, Any]:
    """A mail as it was read, with headers by name and facts in small letters."""
    facts = {name: value for name, value in given.items() if name.islower()}
    headers = {name.replace("_", "-"): [value] for name, value in given.items() if not name.islower()}
    return {"headers": headers, "report": {}, "subject": "Vraag", "from_address": "jan@example.nl", **facts}


@pytest.mark.parametrize(
    ("read", "kind"),
    [
        (said(), ""),
        (said(Auto_Submitted="no"), ""),
        (said(Auto_Submitted="no; owner"), ""),
        (said(Auto_Submitted="auto-replied"), "auto_reply"),
        (said(Auto_Submitted="Auto-Generated"), "generated"),
        (said(Auto_Submitted="auto-notified; x"), "generated"),
        (said(Precedence="bulk"), "list"),
        (said(Precedence="auto_reply"), "auto_reply"),
        (said(Precedence="first-class"), ""),
        (said(List_Id="<a.b>"), "list"),
        (said(List_Unsubscribe="<mailto:x>"), "list"),
        (said(X_Loop="a@b"), "loop"),
        (said(X_Auto_Response_Suppress="DR, OOF"), "suppress"),
        (said(X_Auto_Response_Suppress="none"), ""),
        (said(X_Autoreply="yes"), "auto_reply"),
        (said(Return_Path="<>"), "null_sender"),
        (said(Return_Path="<jan@example.nl>"), ""),
        (said(subject="Automatisch antwoord: Vraag"), "auto_reply"),
        (said(subject="Out of Office: weg"), "auto_reply"),
        (said(subject="Re: mijn afwezigheidsmelding"), ""),
        (said(report={"type": "delivery-status"}), "bounce"),
        (said(report={"type": "disposition-notification"}), "read_receipt"),
        (said(report={"type": "feedback-report"}), "complaint"),
        (said(from_address="MAILER-DAEMON@x.nl", subject="Returned mail"), "bounce"),
        (said(from_address="Mail.Delivery.System@x.nl", subject="Delivery status notification"), "bounce"),
        (said(from_address="postmaster@x.nl", subject="Uw bericht", Return_Path="<MAILER-DAEMON@x.nl>"), "bounce"),
        (said(from_address="postmaster@x.nl", subject="Mijn vraag"), ""),
        (said(X_Failed_Recipients="a@b"), "bounce"),
    ],
)
def test_which_mail_a_machine_sent(read: dict[str, Any], kind: str) -> None:
    assert rules.automatic_kind(read) == kind


def test_the_null_sender_of_the_envelope_counts_too() -> None:
    assert rules.automatic_kind(said(), "") == "null_sender"
    assert rules.automatic_kind(said(), "jan@example.nl") == ""
    assert rules.automatic_kind(said(), None) == ""


@pytest.mark.parametrize(
    ("action", "undelivered"), [("failed", True), ("", True), ("delayed", False), ("relayed", False)]
)
def test_a_report_of_delay_is_no_failure(action: str, undelivered: bool) -> None:
    assert rules.says_undelivered({"action": action} if action else {}) is undelivered


def test_references_are_found_in_a_subject_and_nothing_else_is() -> None:
    found = rules.references_in("RE: [bri-26-4217] en SPI-26-000001; factuur 2026-11-25, ISO-9001-26-1")
    assert [(f.short_code, f.year, f.number) for f in found] == [("BRI", 2026, 4217), ("SPI", 2026, 1)]


@pytest.mark.parametrize(
    ("text", "fresh"),
    [
        ("Dank!\n\nOp wo 25 nov. 2026 om 10:00 schreef Gemeente <info@x.nl>:\n> oud\n> ouder", "Dank!"),
        ("Dank!\n\nOn Wed, Nov 25, 2026 at 10:00 AM Gemeente Brielle\n<info@x.nl> wrote:\n> oud", "Dank!"),
        ("Dank!\n\n-----Oorspronkelijk bericht-----\nVan: x\n", "Dank!"),
        ("Dank!\n\nVan: Gemeente <info@x.nl>\nVerzonden: woensdag\nAan: Jan\nOnderwerp: Re\n\nOud", "Dank!"),
        ("Dank!\n\nVerzonden vanaf mijn iPhone", "Dank!"),
        ("> Wanneer?\n\nMorgen graag.", "Morgen graag."),
        ("Op dinsdag ben ik thuis.\nBel gerust.", "Op dinsdag ben ik thuis.\nBel gerust."),
        ("", ""),
    ],
)
def test_what_is_new_in_a_reply(text: str, fresh: str) -> None:
    assert rules.split_quoted(text)[0] == fresh


@given(st.text(alphabet="ab >-:\nOp schreef@<>.1", max_size=300))
def test_no_word_is_lost_by_folding(text: str) -> None:
    fresh, quoted = rules.split_quoted(text)
    assert sorted((fresh + " " + quoted).split()) == sorted(text.split())


def test_our_subject_says_re_once_and_the_reference_once() -> None:
    assert (
        rules.reply_subject("Re: RE: Antw: Paspoort [AAL-26-000001]", "AAL-26-000001") == "Re: Paspoort [AAL-26-000001]"
    )
    assert rules.reply_subject("", "AAL-26-000001") == "Uw vraag [AAL-26-000001]"
    assert "\n" not in rules.reply_subject("a\r\nBcc: x@y.nl", "AAL-26-000001")


@given(st.text(max_size=300))
def test_our_subject_is_one_short_line_whatever_was_asked(subject: str) -> None:
    made = rules.reply_subject(subject, "AAL-26-000001")
    assert len(made) < 200 and made.endswith("[AAL-26-000001]") and made.splitlines() == [made]
    again = rules.reply_subject(made, "AAL-26-000001")
    assert again.removeprefix("Re: ") == made.removeprefix("Re: ")


def test_a_message_id_is_of_the_sender_s_domain_and_not_to_be_guessed() -> None:
    number = uuid.uuid4()
    assert rules.message_id(number, "info@brielle.example") == f"<{number}@brielle.example>"


def test_texts_are_filled_with_what_is_known_only() -> None:
    assert rules.filled("{kenmerk} {wat} {", {"kenmerk": "X"}) == "X {wat} {"
    assert rules.with_signature("Dag\n\n", " Groet ") == "Dag\n\nGroet\n" and rules.with_signature("Dag", "") == "Dag\n"


def test_a_long_thread_keeps_its_beginning_and_its_end() -> None:
    before = " ".join(f"<{n}@x>" for n in range(40))
    kept = rules.thread_of(before, "<41@x>").split()
    assert kept[0] == "<0@x>" and kept[-1] == "<41@x>" and len(kept) == 20


def test_addresses_are_equal_capitals_aside() -> None:
    assert rules.same_address("Jan@Example.nl", ["jan@example.nl"]) and not rules.same_address("", [""])
