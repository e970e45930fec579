"""A town went on as another: what is sent to its old mailbox arrives there, is answered from it, and finds its question."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from kcc.channels import fetching
from kcc.core.db import db
from kcc.core.permissions import Actor, Permission
from kcc.integrations import file_store
from tests.channels.mails import letter, outgoing, receive, standing, work
from tests.factories.succession import merge
from tests.support.dovecot import Dovecot, dovecot
from tests.support.world import World

OLD = "info@cadzand.example"


@pytest.fixture(scope="module")
def post() -> Iterator[Dovecot]:
    """One real server for this file."""
    with dovecot() as made:
        yield made


def rows(world: World, statement: str, *values: object) -> list[tuple[Any, ...]]:
    with world.admin() as admin:
        return admin.execute(statement.encode(), values).fetchall()


def set_up(world: World, url: str | None = None, **given: Any) -> None:
    fetching.set_up(actor=Actor.command(), settings=world.app.config["SETTINGS"], address=OLD, url=url, **given)


def town_of(world: World, ticket_id: object) -> int:
    return int(rows(world, "select municipality_id from ticket where id = %s", ticket_id)[0][0])


def answer_as_agent(world: World, ticket_id: object, body: str = "Dat kan aan de balie.") -> None:
    page = world.page("agent").get(f"/mail/of-ticket/{ticket_id}")
    assert OLD in page.text
    page.submit("[data-testid=mail-answer-form]", button="answer", body=body)


@pytest.mark.parametrize("sender_name", ["", "Gemeente Cadzand"])
def test_mail_to_the_old_name_is_answered_from_it(world: World, sender_name: str) -> None:
    set_up(world, sender_name=sender_name)
    merge(world, "Cadzand", "Aalburg")
    found = receive(world, letter(to=OLD), address=OLD.upper())
    assert found["state"] == "ticketed" and town_of(world, found["ticket_id"]) == world.towns["Aalburg"]
    assert found["reference"].startswith("AAL-")
    label = rows(
        world,
        "select e.label from received_mail r join entrance e on e.municipality_id = r.municipality_id and e.id = r.entrance_id",
    )
    assert label == [("Algemene mailbox (Cadzand)",)]
    answer_as_agent(world, found["ticket_id"])
    (mail,) = outgoing(world)
    assert (mail["sender"], mail["sender_name"]) == (OLD, sender_name or "Gemeente Aalburg")
    assert mail["municipality_id"] == world.towns["Aalburg"] and mail["message_id"].endswith("@cadzand.example>")


def test_who_answers_a_mail_of_before_the_merger_comes_back_to_the_same_question(world: World) -> None:
    first = receive(world, letter(to=OLD), town="Cadzand")
    merge(world, "Cadzand", "Aalburg")
    assert first["reference"].startswith("CAD-") and town_of(world, first["ticket_id"]) == world.towns["Aalburg"]
    by_reference = receive(world, letter("En nog iets.", to=OLD, subject=f"Re: [{first['reference']}]"), address=OLD)
    assert (by_reference["state"], by_reference["ticket_id"]) == ("attached", first["ticket_id"])
    answer_as_agent(world, first["ticket_id"])
    ours = outgoing(world)[-1]
    by_thread = receive(world, letter("Dank.", to=OLD, in_reply_to=ours["message_id"]), town="Aalburg")
    assert (by_thread["state"], by_thread["ticket_id"]) == ("attached", first["ticket_id"])
    stranger = receive(
        world, letter(from_="wie@elders.example", to=OLD, subject=f"Re: [{first['reference']}]"), address=OLD
    )
    assert stranger["state"] == "ticketed" and stranger["suggested_ticket_id"] == first["ticket_id"]


def close_all(world: World) -> None:
    with world.admin() as admin:
        admin.execute("update ticket set status = 'closed', closed_at = now()")
        admin.execute("update work_item set done_at = now(), state = 'done'")


@pytest.mark.parametrize("by", ["subject", "in_reply_to"])
def test_who_answers_a_closed_question_of_before_opens_it_again_in_the_new_town(world: World, by: str) -> None:
    first = receive(world, letter(to=OLD, message_id="<eerste@example.nl>"), town="Cadzand")
    close_all(world)
    merge(world, "Cadzand", "Bergen")
    merge(world, "Bergen", "Aalburg")
    file_id = uuid.uuid4()
    with world.admin() as admin:  # an attachment of before
        admin.execute(
            "insert into attachment (id, municipality_id, ticket_id, name, media_type, size, sha256, internal, kept_at, scan_state, finding)"
            " select %s, municipality_id, id, 'brief.pdf', 'application/pdf', 6, '', false, now(), 'clean', '' from ticket",
            (file_id,),
        )
    file_store.store().put(world.towns["Cadzand"], file_id, b"inhoud")
    before = {name: counted(world, name) for name in ("Cadzand", "Aalburg")}
    said = {"subject": f"Re: [{first['reference']}]"} if by == "subject" else {"in_reply_to": "<eerste@example.nl>"}
    found = receive(world, letter("Toch nog iets.", to=OLD, **said), address=OLD)
    assert (found["state"], found["ticket_id"], found["status"]) == ("attached", first["ticket_id"], "open")
    assert found["reference"] == first["reference"] and town_of(world, first["ticket_id"]) == world.towns["Aalburg"]
    assert {name: counted(world, name) - number for name, number in before.items()} == {"Cadzand": -1, "Aalburg": 1}
    assert file_store.store().read(world.towns["Aalburg"], file_id) == b"inhoud"
    assert rows(world, "select guard.left_behind(%s)", world.towns["Cadzand"]) == [({},)]
    assert rows(world, "select 1 from audit_entry where verb = 'ticket_brought_over'")
    again = receive(world, letter("En nog iets.", to=OLD, **said), address=OLD)
    assert (again["state"], again["ticket_id"]) == ("attached", first["ticket_id"])


def counted(world: World, town: str) -> int:
    return int(rows(world, "select count(*) from ticket where municipality_id = %s", world.towns[town])[0][0])


@pytest.mark.parametrize("given", [{"from_": "wie@elders.example"}, {"auto_submitted": "auto-replied"}])
def test_a_closed_question_is_only_named_to_who_is_not_known_there_and_opened_by_no_machine(
    world: World, given: dict[str, str]
) -> None:
    first = receive(world, letter(to=OLD), town="Cadzand")
    close_all(world)
    merge(world, "Cadzand", "Aalburg")
    found = receive(
        world, letter("Toch nog iets.", to=OLD, subject=f"Re: [{first['reference']}]", **given), address=OLD
    )
    assert town_of(world, first["ticket_id"]) == world.towns["Cadzand"]
    assert standing(world, first["id"])["status"] == "closed"
    if "auto_submitted" in given:
        assert (found["state"], found["reason"]) == ("quarantined", "automatic")
        return
    notes = rows(world, "select body from writing where ticket_id = %s and kind = 'note'", found["ticket_id"])
    said = f"hoort bij {first['reference']}, een afgesloten vraag van Cadzand"
    assert found["state"] == "ticketed" and [said in body for (body,) in notes] == [True]


def test_no_job_brings_over_what_is_of_another_town(world: World) -> None:
    first = receive(world, letter(to=OLD), town="Cadzand")
    close_all(world)
    merge(world, "Cadzand", "Aalburg")
    receive(world, letter(subject=f"Re: [{first['reference']}]"), town="Bergen")
    assert town_of(world, first["ticket_id"]) == world.towns["Cadzand"]
    with world.scope("agent", Permission.TICKET_WRITE):
        bring = sa.text("select ticket_id from kcc_bring_question(:r)")
        assert db.session.execute(bring, {"r": first["reference"]}).all() == []


def test_a_reference_of_a_town_that_is_no_predecessor_is_not_looked_up(world: World) -> None:
    other = receive(world, letter(), town="Bergen")
    merge(world, "Cadzand", "Aalburg")
    found = receive(world, letter(to=OLD, subject=f"Re: [{other['reference']}]"), address=OLD)
    notes = rows(world, "select body from writing where ticket_id = %s and kind = 'note'", found["ticket_id"])
    assert [body for (body,) in notes] == [
        f"Deze mail noemt een kenmerk van een andere gemeente: {other['reference']}."
    ]


def test_an_old_mailbox_is_fetched_into_the_new_town_and_by_one_key_only(world: World, post: Dovecot) -> None:
    key = world.app.config["SETTINGS"].data_key
    set_up(world, post.url("cadzand"))
    merge(world, "Cadzand", "Aalburg")
    post.put("cadzand", letter(to=OLD))
    assert fetching.fetch_all(key) == 1
    work()
    assert rows(world, "select source, state, municipality_id from received_mail") == [
        ("imap", "ticketed", world.towns["Aalburg"])
    ]
    set_up(world, post.url("cadzand"))  # by its address, as before: now it is a mailbox of the new town
    post.put("cadzand", letter("Nog een", to=OLD))
    assert fetching.fetch_all(key) == 1 and fetching.fetch_all(key) == 0
    boxes = "select municipality_id from mailbox where imap_sealed is not null"
    assert rows(world, boxes) == [(world.towns["Aalburg"],)]
    set_up(world, forget=True)
    assert rows(world, boxes) == [] and fetching.fetch_all(key) == 0


def test_what_is_no_longer_fetched_is_not_fetched_by_its_old_key_either(world: World, post: Dovecot) -> None:
    set_up(world, post.url("cadzand"))
    merge(world, "Cadzand", "Aalburg")
    set_up(world, sender_name="Aalburg")  # says nothing about fetching
    assert len(rows(world, "select 1 from kcc_mail_accounts()")) == 1
    set_up(world, forget=True)
    assert rows(world, "select 1 from kcc_mail_accounts()") == []
