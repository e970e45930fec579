"""Files with an answer by mail: checked as they come in, kept with the ticket, and never sent unsafe or changed."""

from __future__ import annotations

import uuid
from email import message_from_bytes, policy

import pytest

from kcc.channels import actions_enclosing as actions
from kcc.channels import actions_files, actions_outbox
from kcc.channels import rules_files as rules
from kcc.core.db import db
from kcc.core.errors import InvalidInput, NotFound
from kcc.core.permissions import Permission
from kcc.integrations import file_store
from kcc.integrations import mail as smtp
from tests.channels.files import EXE, PDF, PNG
from tests.channels.mails import letter, outgoing, receive, work
from tests.channels.test_actions_files import scanner_at
from tests.channels.test_actions_outbox import answer, send
from tests.factories.tickets import make_ticket
from tests.integrations.scanner import running_scanner
from tests.support.world import World

FORM = ("Aanvraag vergunning.pdf", PDF)


def keep(world: World, ticket_id: uuid.UUID, *, name: str, data: bytes, internal: bool = False) -> uuid.UUID:
    """A file that a colleague added to a ticket."""
    with world.scope("agent", Permission.TICKET_WRITE) as actor:
        kept = actions_files.keep_attachment(
            actor=actor, municipality_id=world.towns["Aalburg"], ticket_id=ticket_id, subject_id=None, name=name, data=data,
            internal=internal,
        )  # fmt: skip
        db.session.commit()
        return kept.id


def sent_by(world: World, mail_id: uuid.UUID) -> smtp.Message:
    """What the mail server hears of a mail."""
    heard: list[smtp.Message] = []
    assert send(world, mail_id, heard.append) == "sent"
    return heard[0]


def files_of(world: World, ticket_id: uuid.UUID) -> list[tuple[str, bool, str]]:
    """Name, whether only for colleagues, and state of the scan, of each file of a ticket."""
    with world.admin() as admin:
        query = "select name, internal, scan_state from attachment where ticket_id = %s order by kept_at, id"
        return [tuple(row) for row in admin.execute(query, (ticket_id,))]


def test_an_uploaded_file_and_one_of_the_ticket_go_along_in_that_order(world: World) -> None:
    found = receive(world, letter())
    known = keep(world, found["ticket_id"], name="kaart.png", data=PNG)
    message = sent_by(world, answer(world, found["ticket_id"], uploads=[FORM], attachment_ids=[known]))
    assert [(file.name, file.media_type, file.content) for file in message.files] == [
        ("kaart.png", "image/png", PNG),
        ("Aanvraag vergunning.pdf", "application/pdf", PDF),
    ]
    assert files_of(world, found["ticket_id"])[-1] == ("Aanvraag vergunning.pdf", False, "not_scanned")


def test_the_next_try_is_the_same_mail_to_the_last_byte(world: World) -> None:
    found = receive(world, letter())
    mail_id = answer(world, found["ticket_id"], uploads=[FORM])
    tries: list[bytes] = []

    def fail_once(message: smtp.Message) -> None:
        tries.append(smtp.as_bytes(message))
        if len(tries) == 1:
            raise smtp.NotSent("450")

    with pytest.raises(smtp.NotSent):
        send(world, mail_id, fail_once)
    assert send(world, mail_id, fail_once) == "sent"
    assert tries[0] == tries[1]
    (part,) = message_from_bytes(tries[0], policy=policy.default).iter_attachments()  # type: ignore[attr-defined]
    assert (part.get_filename(), part.get_content()) == ("Aanvraag vergunning.pdf", PDF)


@pytest.mark.parametrize(
    ("uploads", "said"),
    [
        ([("virus.pdf", EXE)], "Dit soort bestand"),
        ([("leeg.pdf", b"")], "leeg"),
        ([(f"{n}.txt", b"a" * 8_000_000) for n in range(2)], "samen te groot voor een mail"),
        ([(f"{n}.txt", b"a") for n in range(11)], "Hoogstens 10 bestanden"),
    ],
)
def test_what_cannot_go_along_is_refused_with_the_answer_and_nothing_is_kept(
    world: World, uploads: list[tuple[str, bytes]], said: str
) -> None:
    found = receive(world, letter())
    with pytest.raises(InvalidInput, match=said) as refusal:
        answer(world, found["ticket_id"], uploads=uploads)
    assert refusal.value.field == "files"
    assert outgoing(world) == [] and files_of(world, found["ticket_id"]) == []


def test_a_file_of_another_ticket_or_for_colleagues_is_as_unknown_as_one_that_nobody_has(world: World) -> None:
    found = receive(world, letter())
    elsewhere = keep(world, make_ticket(world), name="ander.pdf", data=PDF)
    inside = keep(world, found["ticket_id"], name="intern.pdf", data=PDF, internal=True)
    for number in (elsewhere, inside, uuid.uuid4()):
        with pytest.raises(NotFound):
            answer(world, found["ticket_id"], attachment_ids=[number])


def test_a_mail_waits_for_the_virus_scanner_and_leaves_when_that_says_it_is_clean(world: World) -> None:
    found = receive(world, letter())
    with scanner_at(world, "127.0.0.1:1"):
        mail_id = answer(world, found["ticket_id"], uploads=[FORM])
        with pytest.raises(smtp.NotSent, match=actions.UNSURE):
            send(world, mail_id, lambda message: pytest.fail("it left unscanned"))
        assert outgoing(world)[-1]["state"] == "queued"
    with running_scanner() as scanner, scanner_at(world, scanner.address):
        work()
        assert sent_by(world, mail_id).files


def test_a_mail_whose_file_is_infected_or_gone_or_changed_never_leaves(world: World) -> None:
    for spoil in ("infect", "remove", "change"):
        found = receive(world, letter())
        mail_id = answer(world, found["ticket_id"], uploads=[FORM])
        with world.admin() as admin:
            (kept,) = admin.execute("select id from attachment where subject_id = %s", (mail_id,)).fetchone() or ()
            if spoil == "infect":
                admin.execute("update attachment set scan_state = 'infected' where id = %s", (kept,))
        with world.app.app_context():
            place = file_store.store().path(world.towns["Aalburg"], kept)
            if spoil == "remove":
                place.unlink()
            elif spoil == "change":
                place.write_bytes(PDF + b"%")
        assert send(world, mail_id, lambda message: pytest.fail("it left")) == "failed"
        assert outgoing(world)[-1]["fault"] == actions.SHUT


def test_files_of_an_answer_that_is_taken_back_are_for_colleagues(world: World) -> None:
    found = receive(world, letter())
    known = keep(world, found["ticket_id"], name="kaart.png", data=PNG)
    mail_id = answer(world, found["ticket_id"], uploads=[FORM], attachment_ids=[known])
    with world.scope("agent", Permission.TICKET_WRITE) as actor:
        actions_outbox.withdraw(actor=actor, outgoing_id=mail_id)
        db.session.commit()
    assert [(name, internal) for name, internal, _state in files_of(world, found["ticket_id"])] == [
        ("kaart.png", False),
        ("Aanvraag vergunning.pdf", True),
    ]


def test_no_more_is_said_to_fit_than_a_mail_can_carry() -> None:
    rules.check_mailed([rules.LARGEST_MAILED])
    with pytest.raises(InvalidInput, match="15 MB"):
        rules.check_mailed([rules.LARGEST_MAILED, 1])
