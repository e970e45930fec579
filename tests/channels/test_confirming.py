"""The mail that a question came in: reference and code, in the citizen's language, never what was asked."""

from __future__ import annotations

import dataclasses

import pytest

from kcc.channels import jobs as handlers
from kcc.core import jobs
from kcc.integrations import mail
from tests.channels.citizens import look, open_form, receipt, send
from tests.support.world import World


@pytest.fixture
def sent(world: World, monkeypatch: pytest.MonkeyPatch) -> list[mail.Message]:
    messages: list[mail.Message] = []
    monkeypatch.setattr(handlers.mail, "send", lambda _url, message: messages.append(message))
    settings = dataclasses.replace(world.app.config["SETTINGS"], smtp_url="smtp://127.0.0.1:1")
    monkeypatch.setitem(world.app.config, "SETTINGS", settings)
    return messages


def run_all() -> None:
    while (job := jobs.claim()) is not None:
        assert jobs.run(job) == "done"


def test_it_has_reference_and_code_and_not_the_question(world: World, sent: list[mail.Message]) -> None:
    reference, code = receipt(
        send(world, open_form(world), answer_by="email", email="ans@voorbeeld.example", question="Mijn geheim")
    )
    run_all()
    (message,) = sent
    assert message.to == "ans@voorbeeld.example"
    assert reference in message.text and code in message.text and "geheim" not in message.text + message.subject
    assert f"/status#{reference}.{code.replace('-', '')}" in message.text
    look(world, reference, code)


def test_it_goes_through_the_outbox_with_its_ticket_and_the_code_stands_nowhere(
    world: World, sent: list[mail.Message]
) -> None:
    _reference, code = receipt(send(world, open_form(world), answer_by="email", email="ans@voorbeeld.example"))
    run_all()
    with world.admin() as admin:
        ((state, kind, body, message_id),) = admin.execute(
            "select state, kind, body, message_id from outgoing_mail where ticket_id is not null"
        ).fetchall()
    assert (state, kind) == ("sent", "confirmation") and sent[0].message_id == message_id
    assert code not in body and code.replace("-", "") not in body
    assert sent[0].automatic == "auto-generated"


def test_one_that_does_not_leave_is_shown_to_people(
    world: World, sent: list[mail.Message], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_url: str, _message: mail.Message) -> None:
        raise mail.Refused("550 nobody here")

    monkeypatch.setattr(handlers.mail, "send", refuse)
    send(world, open_form(world), answer_by="email", email="niemand@voorbeeld.example")
    run_all()
    page = world.page("supervisor").get("/mail/?shelf=trouble")
    assert "niemand@voorbeeld.example" in page.by_testid("mail-trouble").text


def test_it_speaks_the_citizen_s_language(world: World, sent: list[mail.Message]) -> None:
    page = world.page(None).get(f"/formulier/{open_form(world)}?taal=en")
    send(world, open_form(world), page=page, answer_by="email", email="ann@example.example")
    run_all()
    assert "received" in sent[0].subject


def test_without_an_address_there_is_none(world: World, sent: list[mail.Message]) -> None:
    send(world, open_form(world))
    run_all()
    assert sent == []


def test_a_doubtful_form_gets_none_so_that_nobody_uses_us_to_mail_others(
    world: World, sent: list[mail.Message]
) -> None:
    send(world, open_form(world), answer_by="email", email="slachtoffer@voorbeeld.example", website="x")
    run_all()
    assert sent == []
