"""Mail to citizens: written once, sent once, and what does not arrive is put before people."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest

from kcc.channels import actions_outbox as actions
from kcc.channels import queries_mail as queries
from kcc.contacts import queries as tickets
from kcc.core.db import db
from kcc.core.errors import InvalidInput, InvalidState
from kcc.core.permissions import Permission
from kcc.integrations import mail as smtp
from tests.channels.mails import letter, outgoing, receive, standing, waiting, work
from tests.support.world import World


def answer(world: World, ticket_id: uuid.UUID, **given: object) -> uuid.UUID:
    """An agent's answer by mail; its id."""
    with world.scope("agent", Permission.TICKET_WRITE) as actor:
        values = {"body": "Maak een afspraak.", "recipient": "jan@example.nl", **given}
        made = actions.answer(actor=actor, ticket=tickets.ticket(ticket_id), **values)  # type: ignore[arg-type]
        db.session.commit()
        return made.id


def send(world: World, mail_id: uuid.UUID, how: Callable[[smtp.Message], None] | None, last_try: bool = False) -> str:
    """One try of the job."""
    with world.scope("agent", Permission.TICKET_WRITE) as actor:
        state = actions.send_outgoing(actor=actor, outgoing_id=mail_id, send=how, last_try=last_try)
        db.session.commit()
        return state


def raising(fault: Exception) -> Callable[[smtp.Message], None]:
    def fail(_message: smtp.Message) -> None:
        raise fault

    return fail


def switch_receipts_on(world: World, town: str = "Aalburg", **values: str) -> None:
    with world.admin() as admin:
        admin.execute(
            "insert into mailbox (municipality_id, entrance_id, sender_name, signature, receipt_on, receipt_text, imap_folder, imap_done_folder, fault, version)"
            " select municipality_id, id, '', %s, true, %s, 'INBOX', 'klaar', '', 1 from entrance where address = %s",
            (values.get("signature", ""), values.get("text", ""), world.mailboxes[town]),
        )


def test_an_answer_says_from_whom_to_what_it_answers_and_under_which_reference(world: World) -> None:
    switch_receipts_on(world, signature="Groeten, {medewerker}\nGemeente {gemeente}, {kenmerk}")
    found = receive(world, letter(message_id="<vraag@example.nl>", references="<oud@example.nl>"))
    sent: list[smtp.Message] = []
    assert send(world, answer(world, found["ticket_id"]), sent.append) == "sent"
    (message,) = sent
    assert (message.sender, message.sender_name, message.to) == (
        "info@aalburg.example",
        "Gemeente Aalburg",
        "jan@example.nl",
    )
    assert message.in_reply_to == "<vraag@example.nl>" and message.references == "<oud@example.nl> <vraag@example.nl>"
    assert message.subject == f"Re: Paspoort [{found['reference']}]" and message.automatic == ""
    assert message.text == f"Maak een afspraak.\n\nGroeten, Agent\nGemeente Aalburg, {found['reference']}\n"
    assert message.message_id.endswith("@aalburg.example>")
    assert standing(world, found["id"])["status"] == "answered" and waiting(world) == []


def test_the_citizen_s_reply_to_our_answer_comes_back_to_its_ticket(world: World) -> None:
    found = receive(world, letter())
    answer(world, found["ticket_id"])
    ours = outgoing(world)[-1]["message_id"]
    again = receive(world, letter("Dank, nog één vraag.", subject="heel iets anders", in_reply_to=ours))
    assert (again["state"], again["ticket_id"], again["status"]) == ("attached", found["ticket_id"], "open")
    assert waiting(world) == [("mail", found["ticket_id"])]


def test_an_address_of_ours_or_none_is_refused(world: World) -> None:
    found = receive(world, letter())
    for address in ("", "geen adres", "info@bergen.example", "a@b.nl\nBcc: x@y.nl"):
        with pytest.raises(InvalidInput):
            answer(world, found["ticket_id"], recipient=address)
        db.session.rollback()


@pytest.mark.parametrize(
    ("fault", "state", "reopens"),
    [(smtp.Refused("550"), "failed", True), (smtp.InDoubt("x"), "in_doubt", False), (None, "no_mail_server", True)],
)
def test_what_does_not_arrive_is_before_the_agents_again(
    world: World, fault: Exception | None, state: str, reopens: bool
) -> None:
    found = receive(world, letter())
    mail_id = answer(world, found["ticket_id"])
    assert send(world, mail_id, raising(fault) if fault else None) == state
    assert standing(world, found["id"])["status"] == ("open" if reopens else "answered")
    assert waiting(world) == [("mail", found["ticket_id"])]
    with world.scope("agent", Permission.MAIL_SORT) as actor:
        actions.send_again(actor=actor, outgoing_id=mail_id)
        db.session.commit()
    before = outgoing(world)[0]["message_id"]
    assert send(world, mail_id, lambda _m: None) == "sent" and outgoing(world)[0]["message_id"] == before


def test_a_server_that_is_away_is_tried_again_and_at_last_given_up_visibly(world: World) -> None:
    mail_id = answer(world, receive(world, letter())["ticket_id"])
    with pytest.raises(smtp.NotSent):
        send(world, mail_id, raising(smtp.NotSent("x")))
    db.session.rollback()
    assert outgoing(world)[0]["state"] == "queued"
    assert send(world, mail_id, raising(smtp.NotSent("x")), last_try=True) == "failed"


def test_a_worker_that_died_while_sending_leaves_doubt_and_never_a_second_mail(world: World) -> None:
    mail_id = answer(world, receive(world, letter())["ticket_id"])
    with pytest.raises(KeyboardInterrupt):
        send(world, mail_id, raising(KeyboardInterrupt()))  # type: ignore[arg-type]
    db.session.rollback()
    sent: list[smtp.Message] = []
    assert send(world, mail_id, sent.append) == "in_doubt" and sent == []


def test_an_answer_taken_back_is_not_sent_and_a_note_remains(world: World) -> None:
    found = receive(world, letter())
    mail_id = answer(world, found["ticket_id"])
    with world.scope("agent", Permission.TICKET_WRITE) as actor:
        assert actions.withdraw(actor=actor, outgoing_id=mail_id).status == "open"
        assert "note" in {w.kind for w in tickets.writings(tickets.ticket(found["ticket_id"]))}
        db.session.commit()
    sent: list[smtp.Message] = []
    assert send(world, mail_id, sent.append) == "withdrawn" and sent == []
    with world.scope("agent", Permission.TICKET_WRITE) as actor, pytest.raises(InvalidState):
        actions.withdraw(actor=actor, outgoing_id=mail_id)


def test_a_bounce_of_our_answer_is_told_on_its_ticket(world: World) -> None:
    found = receive(world, letter())
    mail_id = answer(world, found["ticket_id"])
    send(world, mail_id, lambda _m: None)
    report = (
        b"From: MAILER-DAEMON@example.nl\r\nReturn-Path: <>\r\nSubject: Undelivered Mail\r\nMessage-ID: <b@example.nl>\r\n"
        b"Content-Type: multipart/report; report-type=delivery-status; boundary=x\r\n\r\n--x\r\n\r\nHelaas\r\n"
        b"--x\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; x\r\n\r\nAction: failed\r\nStatus: 5.1.1\r\n"
        b"--x\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: "
        + outgoing(world)[0]["message_id"].encode()
        + b"\r\n--x--\r\n"
    )
    bounced = receive(world, report)
    assert (bounced["state"], bounced["automatic"], bounced["ticket_id"]) == ("attached", "bounce", found["ticket_id"])
    assert (outgoing(world)[0]["state"], outgoing(world)[0]["fault"]) == ("bounced", "5.1.1")
    assert standing(world, found["id"])["status"] == "open" and waiting(world) == [("mail", found["ticket_id"])]
    with world.scope("supervisor", Permission.MAIL_SORT) as actor:
        assert actions.settle(actor=actor, outgoing_id=mail_id).state == "settled"


def test_a_receipt_goes_to_a_person_once_a_day_and_marked_as_automatic(world: World) -> None:
    switch_receipts_on(world, text="Ontvangen: {kenmerk}")
    first = receive(world, letter())
    receive(world, letter("Nog een vraag"))
    (mail,) = outgoing(world)
    assert (mail["kind"], mail["recipient"], mail["body"].strip()) == (
        "receipt",
        "jan@example.nl",
        f"Ontvangen: {first['reference']}",
    )
    sent: list[smtp.Message] = []
    with world.scope("agent", Permission.TICKET_WRITE) as actor:
        db.session.get(queries.OutgoingMail, mail["id"]).state = "queued"  # type: ignore[union-attr]
        db.session.commit()
        actions.send_outgoing(actor=actor, outgoing_id=mail["id"], send=sent.append, last_try=False)
    assert (sent[0].automatic, sent[0].null_return) == ("auto-replied", True)


def test_no_machine_gets_a_receipt(world: World) -> None:
    switch_receipts_on(world)
    for headers in (
        {"auto_submitted": "auto-generated"}, {"precedence": "junk"}, {"list_id": "<x.nl>"}, {"x_loop": "x"}, {"return_path": "<>"},
        {"x_auto_response_suppress": "OOF"}, {"from_": "info@bergen.example"}, {"reply_to": "info@bergen.example"},
    ):  # fmt: skip
        receive(world, letter(f"Bericht {headers}", **headers))
    receive(world, letter("Zonder envelop"), envelope_from="")
    assert outgoing(world) == []


def test_the_answer_of_our_own_receipt_falls_silent(world: World) -> None:
    """Two towns with receipts on that write to each other: the second sees that a machine wrote, and says nothing."""
    switch_receipts_on(world, "Aalburg")
    switch_receipts_on(world, "Bergen")
    receive(world, letter(from_="info@bergen.example"), town="Aalburg")
    receive(world, letter(from_="iemand@elders.example", auto_submitted="auto-replied", x_loop="a@b.nl"), town="Bergen")
    work()
    assert outgoing(world) == []
